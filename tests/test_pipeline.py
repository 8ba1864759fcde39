"""The steps in their order: what is archived, stored and moved when, whatever goes wrong."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.keywords import KeywordClassifier
from veille import pipeline
from veille.archive import Archive
from veille.cursors import Cursors
from veille.errors import (
    ArchiveUnavailable,
    ConfigError,
    SourceChanged,
    SourceUnavailable,
    StoreUnavailable,
    VeilleError,
)
from veille.language import identify
from veille.pipeline import MILITARY, Reader, Tally
from veille.post import Decision, Label, Page, ParsedPage, Post, Reading, Reject, said
from veille.query import PostQuery
from veille.sources import Source
from veille.stores.base import PutReport
from veille.stores.sqlite import SqlitePostStore

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
DEPOT = Source(
    id="depot",
    collector="lines",
    target="./depot",
    name="Dépôt",
    owner="cellule",
    purpose="essai",
    legal_basis="données inventées",
)
ALL = PostQuery(closed=True, order="oldest")


def a_page(number: int, *items: object, **values: object) -> Page:
    """One JSON text a line; the cursor is the page's number."""
    page = Page(
        source_id="depot",
        collector="lines",
        url=f"page-{number}",
        fetched_at=NOW,
        body="\n".join(json.dumps(item) for item in items).encode(),
        cursor=str(number),
    )
    return replace(page, **values)  # type: ignore[arg-type]


@dataclass(slots=True, kw_only=True)
class Lines:
    """A collector of JSON lines: `{"id", "text", …}` a post, `{"bad"}` a reject, null nothing.

    `fetch` gives `pages` after the cursor, then raises `fault` if there is one.
    """

    pages: list[Page] = field(default_factory=list)
    fault: VeilleError | None = None
    parsed: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    prefix: str = ""
    name: str = "lines"

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        yield from (page for page in self.pages if int(page.cursor or 99) > int(cursor or 0))
        if self.fault:
            raise self.fault

    def parse(self, page: Page) -> ParsedPage:
        self.parsed.append(page.url)
        if page.url in self.changed:
            raise SourceChanged(f"{page.url} is a login page")
        items = [json.loads(line) for line in page.body.splitlines()]
        posts = [self._post(item, page) for item in items if item and "bad" not in item]
        return ParsedPage(
            posts=posts,
            readings=[Reading(post_id=post.id, read_at=NOW, likes=7) for post in posts],
            rejects=[
                Reject(where=f"ligne {n}", reason="date illisible", item=item["bad"])
                for n, item in enumerate(items, 1)
                if item and "bad" in item
            ],
            ignored={"ligne vide": items.count(None)} if None in items else {},
            unknown_fields=frozenset(item["new"] for item in items if item and "new" in item),
        )

    def _post(self, item: dict[str, str], page: Page) -> Post:
        return Post(
            id=f"lines:{item['id']}",
            platform="lines",
            source_id=page.source_id,
            page_key=page.key,
            kind="post",
            text=self.prefix + item["text"],
            published_at=NOW - timedelta(hours=int(item.get("age", 1))),
            collected_at=page.fetched_at,
            author=item.get("author", ""),
            author_is_public=item.get("author", "").startswith("Radio"),
            places=tuple(item.get("places", ())),
            tags=tuple(item.get("tags", ())),
            details={"Détail": item["detail"]} if "detail" in item else {},
        )


def texts(first: int, count: int = 3) -> list[dict[str, str]]:
    return [
        {"id": str(n), "text": f"Le marché numéro {n} est calme"}
        for n in range(first, first + count)
    ]


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlitePostStore]:
    with SqlitePostStore.open(tmp_path / "veille.sqlite") as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, lines: Lines, store: SqlitePostStore) -> Reader:
    def collector(name: str) -> Lines:
        if name != "lines":
            raise ConfigError(f"no collector is called {name!r}")
        return lines

    return Reader(
        collector=collector,
        identify=identify,
        archive=Archive(str(tmp_path / "archive")),
        store=store,
        cursors=Cursors(tmp_path / "cursors"),
        rejects=tmp_path / "rejects",
        clock=lambda: NOW,
    )


def ids(store: SqlitePostStore) -> list[str]:
    return sorted(post.id for post in store.search(ALL))


class TestOrder:
    def test_a_page_is_archived_before_it_is_parsed(self, reader: Reader, lines: Lines) -> None:
        lines.pages, lines.changed = [a_page(1, *texts(1))], {"page-1"}
        failure = pipeline.collect(DEPOT, reader, Tally())
        assert isinstance(failure, SourceChanged)
        assert [page.url for page in reader.archive.pages()] == ["page-1"]

    def test_a_page_that_cannot_be_archived_is_not_parsed(
        self, reader: Reader, lines: Lines, tmp_path: Path
    ) -> None:
        lines.pages = [a_page(1, *texts(1))]
        (tmp_path / "archive").write_text("in the way")
        failure = pipeline.collect(DEPOT, reader, Tally())
        assert isinstance(failure, ArchiveUnavailable)
        assert lines.parsed == []
        assert reader.cursors.load("depot") is None

    def test_the_cursor_moves_last(self, reader: Reader, lines: Lines) -> None:
        lines.pages = [a_page(1, *texts(1)), a_page(2, *texts(10))]
        stored_at_save: list[tuple[str, int, int]] = []

        class Watched(Cursors):
            def save(self, source_id: str, cursor: str) -> None:
                readings = sum(len(post.readings) for post in reader.store.search(ALL))
                stored_at_save.append((cursor, reader.store.count(ALL), readings))
                super().save(source_id, cursor)

        watched = replace(reader, cursors=Watched(reader.rejects.parent / "cursors"))
        assert pipeline.collect(DEPOT, watched, Tally()) is None
        assert stored_at_save == [("1", 3, 3), ("2", 6, 6)]

    def test_a_page_without_cursor_moves_nothing(self, reader: Reader, lines: Lines) -> None:
        lines.pages = [a_page(1, *texts(1), cursor=None)]
        assert pipeline.collect(DEPOT, reader, Tally()) is None
        assert reader.cursors.load("depot") is None
        assert len(ids(reader.store)) == 3  # type: ignore[arg-type]

    def test_a_run_resumes_where_the_last_one_ended(self, reader: Reader, lines: Lines) -> None:
        lines.pages = [a_page(1, *texts(1))]
        pipeline.collect(DEPOT, reader, Tally())
        lines.pages.append(a_page(2, *texts(10)))
        tally = Tally()
        assert pipeline.collect(DEPOT, reader, tally) is None
        assert (tally.pages, tally.new, tally.known) == (1, 3, 0)

    def test_the_same_pages_again_add_nothing(self, reader: Reader, lines: Lines) -> None:
        lines.pages = [a_page(1, *texts(1))]
        pipeline.take(lines.pages, reader, Tally())
        before = list(reader.store.search(ALL))
        tally = Tally()
        assert pipeline.take(lines.pages, reader, tally) is None
        assert (tally.new, tally.known) == (0, 3)
        assert list(reader.store.search(ALL)) == before


class TestFailures:
    def test_a_page_that_fails_keeps_the_cursor_and_later_pages_are_read(
        self, reader: Reader, lines: Lines, store: SqlitePostStore
    ) -> None:
        lines.pages = [a_page(1, *texts(1)), a_page(2, *texts(10)), a_page(3, *texts(20))]
        lines.changed = {"page-2"}
        failure = pipeline.collect(DEPOT, reader, Tally())
        assert str(failure) == "page-2 is a login page"
        assert reader.cursors.load("depot") == "1"
        assert len(ids(store)) == 6
        lines.changed = set()
        tally = Tally()
        assert pipeline.collect(DEPOT, reader, tally) is None
        assert (tally.pages, tally.new, tally.known) == (2, 3, 3)
        assert reader.cursors.load("depot") == "3"

    def test_what_went_wrong_is_told_whole_as_the_first_kind(
        self, reader: Reader, lines: Lines
    ) -> None:
        lines.pages, lines.changed = [a_page(1), a_page(2)], {"page-1", "page-2"}
        lines.fault = SourceUnavailable("too late")
        failure = pipeline.collect(DEPOT, reader, Tally())
        assert isinstance(failure, SourceChanged)
        assert str(failure) == "page-1 is a login page; page-2 is a login page; too late"

    def test_pages_before_an_interruption_are_kept(self, reader: Reader, lines: Lines) -> None:
        lines.pages, lines.fault = [a_page(1, *texts(1))], SourceUnavailable("503")
        tally = Tally()
        failure = pipeline.collect(DEPOT, reader, tally)
        assert isinstance(failure, SourceUnavailable)
        assert tally.new == 3
        assert reader.cursors.load("depot") == "1"

    def test_a_store_that_fails_stops_the_run(self, reader: Reader, lines: Lines) -> None:
        lines.pages = [a_page(1, *texts(1)), a_page(2, *texts(10)), a_page(3, *texts(20))]
        stopping = replace(reader, store=_StopsAfter(reader.store, puts=1))
        failure = pipeline.collect(DEPOT, stopping, Tally())
        assert isinstance(failure, StoreUnavailable)
        assert lines.parsed == ["page-1", "page-2"]
        assert reader.cursors.load("depot") == "1"
        assert len(list(reader.archive.pages())) == 2
        assert pipeline.collect(DEPOT, reader, Tally()) is None
        assert reader.store.count(ALL) == 9

    @pytest.mark.parametrize("spoil", ["collector", "cursor"])
    def test_what_fails_before_the_first_page_is_given_too(
        self, reader: Reader, spoil: str, tmp_path: Path
    ) -> None:
        source = replace(DEPOT, collector="nope") if spoil == "collector" else DEPOT
        (tmp_path / "cursors").write_text("in the way")
        assert isinstance(pipeline.collect(source, reader, Tally()), VeilleError)

    def test_a_fault_of_the_collector_hides_no_other_page_and_tells_no_text(
        self, reader: Reader, lines: Lines
    ) -> None:
        lines.pages = [
            a_page(1, {"id": "1", "text": "vu à Sofara", "age": "vu à Sofara"}),
            a_page(2, *texts(10)),
        ]
        tally = Tally()
        failure = pipeline.collect(DEPOT, reader, tally)
        assert isinstance(failure, SourceChanged)
        assert str(failure).startswith("page-1: lines fails on it (ValueError at test_pipeline.py:")
        assert "Sofara" not in str(failure)
        assert failure.__cause__ is None
        assert tally.new == 3
        assert reader.cursors.load("depot") is None


class _StopsAfter:
    """The store of a disk that fills up after so many puts."""

    def __init__(self, store: object, puts: int) -> None:
        self._store, self._puts = store, puts

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put(self, posts: Iterable[Post]) -> PutReport:
        if self._puts == 0:
            raise StoreUnavailable("store: the disk is full: free some space")
        self._puts -= 1
        return self._store.put(posts)  # type: ignore[attr-defined, no-any-return]


class TestRejects:
    def run(self, reader: Reader, lines: Lines, good: int, bad: int) -> VeilleError | None:
        lines.pages = [a_page(1, *texts(1, good), *({"bad": f"b{n}"} for n in range(bad)))]
        self.tally = Tally()
        return pipeline.collect(DEPOT, reader, self.tally)

    @pytest.mark.parametrize(("good", "bad"), [(7, 3), (0, 3), (79, 21)])
    def test_more_than_a_fifth_is_a_changed_page_once_the_good_ones_are_stored(
        self, reader: Reader, lines: Lines, good: int, bad: int
    ) -> None:
        failure = self.run(reader, lines, good, bad)
        assert isinstance(failure, SourceChanged)
        assert f"page-1: {bad} of {good + bad}" in str(failure)
        assert self.tally.new == reader.store.count(ALL) == good
        assert reader.cursors.load("depot") is None

    @pytest.mark.parametrize(("good", "bad"), [(12, 3), (0, 2), (80, 20), (5, 0)])
    def test_fewer_are_counted_and_the_cursor_moves(
        self, reader: Reader, lines: Lines, good: int, bad: int
    ) -> None:
        assert self.run(reader, lines, good, bad) is None
        assert self.tally.rejected.total() == bad
        assert reader.cursors.load("depot") == "1"

    def test_rejects_are_listed_with_their_place_and_nobodys_number(
        self, reader: Reader, lines: Lines
    ) -> None:
        lines.pages = [a_page(1, *texts(1), {"bad": "appelez le +223 76 12 34 56 \ud800"})]
        tally = Tally()
        pipeline.collect(DEPOT, reader, tally)
        (path,) = tally.reject_files
        table = path.read_text(encoding="utf-8-sig")
        assert "page-1;ligne 4;date illisible;appelez le [téléphone]" in table
        assert path.parent == reader.rejects

    def test_everything_that_came_is_counted(self, reader: Reader, lines: Lines) -> None:
        items = [*texts(1), None, None, {"bad": "x"}, {"id": "9", "text": "ok", "new": "Émotion"}]
        lines.pages = [a_page(1, *items, removed={"noms": 2})]
        tally = Tally()
        pipeline.collect(DEPOT, reader, tally)
        assert tally.received == 7
        assert tally.counts() == {
            "pages": 1, "received": 7, "new": 4, "known": 0, "copies": 0,
            "rejected": 1, "ignored": 2, "dropped": 0,
        }  # fmt: skip
        assert tally.ignored == {"ligne vide": 2}
        assert tally.removed == {"noms": 2}
        assert tally.unknown_fields == {"Émotion"}


class TestNormalise:
    def stored(self, reader: Reader, lines: Lines, **item: object) -> Post:
        lines.pages = [a_page(1, {"id": "1", "text": "Le marché est calme"} | item)]
        assert pipeline.collect(DEPOT, reader, Tally()) is None
        return reader.store.get("lines:1")

    def test_a_post_is_stored_clean_with_language_script_and_key(
        self, reader: Reader, lines: Lines
    ) -> None:
        post = self.stored(
            reader, lines, text="Les e\u0301le\u0300ves sont rentrés à l'école ce matin"
        )
        assert "é" in post.text
        assert "\u0301" not in post.text
        assert post.lang == "fra"
        assert post.lang_mix[0][0] == "fra"
        assert post.script == "Latin"
        assert post.text_key

    def test_numbers_and_addresses_are_masked_everywhere_in_it(
        self, reader: Reader, lines: Lines
    ) -> None:
        number = "Appelez le +223 76 12 34 56 ou awa@example.org"
        post = self.stored(reader, lines, text=number, detail=number)
        assert post.text == post.details["Détail"] == "Appelez le [téléphone] ou [courriel]"

    @pytest.mark.parametrize(
        "text",
        ["a\ud800b", "a\x00b", "🤡" * 40_000, "", "\u202e مرحبا", "x" * 40_000, "ONG! " * 8_000],
        ids=["surrogate", "nul", "emoji", "empty", "bidi", "long", "many words"],
    )
    def test_no_text_is_too_strange_to_be_stored(
        self, reader: Reader, lines: Lines, text: str
    ) -> None:
        post = self.stored(reader, lines, text=text)
        assert not any("\ud800" <= letter <= "\udfff" for letter in post.text)
        assert pipeline.normalise(post, identify) == post

    def test_places_are_found_in_the_text(self, reader: Reader, lines: Lines) -> None:
        assert (
            "ml.mopti.djenne"
            in self.stored(reader, lines, text="La route de Djenné est ouverte").places
        )

    def test_places_a_form_told_are_kept(self, reader: Reader, lines: Lines) -> None:
        post = self.stored(reader, lines, text="La route de Djenné", places=["ml.gao"])
        assert post.places == ("ml.gao",)

    def test_troop_positions_are_dropped_with_a_counter_and_not_stored(
        self, reader: Reader, lines: Lines
    ) -> None:
        told = "Hier 12 soldats FAMa ont été tués près de Fatoma"
        lines.pages = [a_page(1, {"id": "1", "text": told}, *texts(2))]
        tally = Tally()
        assert pipeline.collect(DEPOT, reader, tally) is None
        assert tally.dropped == {MILITARY: 1}
        assert tally.received == 4
        assert ids(reader.store) == ["lines:2", "lines:3", "lines:4"]  # type: ignore[arg-type]
        assert not list(reader.store.search(PostQuery(words="soldats")))

    def test_copies_are_kept_and_point_to_the_first(self, reader: Reader, lines: Lines) -> None:
        same = "On dit que les vivres ont été vendus la nuit"
        lines.pages = [a_page(1, *({"id": str(n), "text": same} for n in range(3)))]
        tally = Tally()
        pipeline.collect(DEPOT, reader, tally)
        assert (tally.new, tally.copies) == (3, 2)
        assert reader.store.get("lines:2").duplicate_of == "lines:0"

    def test_normalising_twice_is_normalising_once(self, reader: Reader, lines: Lines) -> None:
        post = self.stored(
            reader, lines, text="PAM à Konna : 00 223 76-12-34-56 «\u00a0non\u00a0» ﷺ"
        )
        assert pipeline.normalise(post, identify) == post


class TestReadingAgain:
    def again(self, reader: Reader, since: datetime = NOW) -> Tally:
        tally = Tally()
        pages = reader.archive.pages()
        assert pipeline.take(pages, reader, tally, again=True, authors_since=since) is None
        return tally

    def test_known_posts_get_what_todays_parser_reads(self, reader: Reader, lines: Lines) -> None:
        pipeline.take([a_page(1, *texts(1))], reader, Tally())
        lines.prefix = "Mieux lu : "
        tally = self.again(reader)
        assert (tally.new, tally.known) == (0, 3)
        assert reader.store.get("lines:1").text == "Mieux lu : Le marché numéro 1 est calme"
        assert [post.id for post in reader.store.search(PostQuery(words='"mieux lu"', limit=1))]

    def test_labels_decisions_and_readings_stay(self, reader: Reader, lines: Lines) -> None:
        pipeline.take([a_page(1, *texts(1))], reader, Tally())
        label = Label(axis="narrative", value="N05_detournement", score=0.9, model="essai@1")
        decision = Decision(
            post_id="lines:1", axis="status", value="valide", person="awa", decided_at=NOW
        )
        reader.store.add_labels({"lines:1": [label]}, model="essai@1", made_at=NOW)
        reader.store.add_decisions([decision])
        lines.prefix = "Mieux lu : "
        self.again(reader)
        post = reader.store.get("lines:1")
        assert post.text.startswith("Mieux lu")
        assert (post.labels, post.decisions) == ((label,), (decision,))
        assert len(post.readings) == 1

    def test_posts_the_parser_could_not_read_before_are_added(
        self, reader: Reader, lines: Lines
    ) -> None:
        lines.changed = {"page-1"}
        pipeline.take([a_page(1, *texts(1))], reader, Tally())
        lines.changed = set()
        assert self.again(reader).new == 3

    def test_the_cursor_does_not_move(self, reader: Reader, lines: Lines) -> None:
        pipeline.take([a_page(5, *texts(1))], reader, Tally())
        self.again(reader)
        assert reader.cursors.load("depot") == "5"

    def test_private_authors_older_than_the_secret_are_left_out(
        self, reader: Reader, lines: Lines
    ) -> None:
        old = NOW - timedelta(days=100)
        by = [
            {"id": "1", "text": "a", "author": "ab12"},
            {"id": "2", "text": "b", "author": "Radio Delta"},
        ]
        pipeline.take([a_page(1, *by, fetched_at=old)], reader, Tally())
        pipeline.take([a_page(2, {"id": "3", "text": "c", "author": "cd34"})], reader, Tally())
        self.again(reader, since=NOW - timedelta(days=90))
        found = {post.id: post.author for post in reader.store.search(ALL)}
        assert found == {"lines:1": "", "lines:2": "Radio Delta", "lines:3": "cd34"}

    def test_a_page_fetched_when_the_secret_was_made_keeps_its_authors(
        self, reader: Reader
    ) -> None:
        pipeline.take([a_page(1, {"id": "1", "text": "a", "author": "ab12"})], reader, Tally())
        self.again(reader, since=NOW)
        assert reader.store.get("lines:1").author == "ab12"


class TestClassify:
    def test_every_post_is_labelled_once(self, reader: Reader, lines: Lines) -> None:
        pipeline.take([a_page(1, *texts(1, 5))], reader, Tally())
        classifier = KeywordClassifier()
        assert pipeline.classify(reader.store, classifier, now=NOW).total() == 5
        assert pipeline.classify(reader.store, classifier, now=NOW).total() == 0
        assert not list(reader.store.unlabelled(classifier.model))

    def test_a_post_gets_severity_and_level_beside_what_the_model_says(
        self, reader: Reader
    ) -> None:
        text = "Les ONG sont des voleurs, elles vendent les vivres des déplacés"
        pipeline.take([a_page(1, {"id": "1", "text": text})], reader, Tally())
        levels = pipeline.classify(reader.store, KeywordClassifier(), now=NOW)
        post = reader.store.get("lines:1")
        assert said(post, "stance") == "hostile"
        assert said(post, "severity") in {"2", "3", "4"}
        assert levels == {said(post, "level"): 1}
        assert {label.model for label in post.labels} == {KeywordClassifier().model}

    def test_a_new_model_version_labels_everything_again(self, reader: Reader) -> None:
        pipeline.take([a_page(1, *texts(1))], reader, Tally())
        pipeline.classify(reader.store, KeywordClassifier(), now=NOW)
        assert pipeline.classify(reader.store, _Newer(), now=NOW).total() == 3
        assert {label.model for label in reader.store.get("lines:1").labels} == {"keywords@next"}

    def test_an_empty_store_has_nothing_to_label(self, store: SqlitePostStore) -> None:
        assert pipeline.classify(store, KeywordClassifier(), now=NOW).total() == 0

    def test_batches_do_not_change_what_is_said(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipeline.take([a_page(1, *texts(1, 7))], reader, Tally())
        pipeline.classify(reader.store, KeywordClassifier(), now=NOW)
        at_once = [post.labels for post in reader.store.search(ALL)]
        monkeypatch.setattr(pipeline, "_BATCH", 2)
        pipeline.classify(reader.store, _Newer(KeywordClassifier().model), now=NOW)
        assert pipeline.classify(reader.store, _Newer(), now=NOW).total() == 7
        in_batches = [post.labels for post in reader.store.search(ALL)]
        assert [len(labels) for labels in in_batches] == [len(labels) for labels in at_once]

    def test_an_incident_nearby_within_three_days_weighs(self, reader: Reader) -> None:
        said_there = "Les ONG sont toutes des voleurs"
        incident = {"id": "i", "text": "Attaque", "tags": [pipeline.ATTACK], "age": "20"}
        severities = []
        for place in ("ml.gao.gao", "ml.mopti.djenne"):
            items = [
                incident | {"id": f"i-{place}", "places": [place]},
                {
                    "id": f"t-{place}",
                    "text": f"{said_there} {place}",
                    "places": ["ml.mopti.djenne"],
                },
            ]
            pipeline.take([a_page(1, *items)], reader, Tally())
            pipeline.classify(reader.store, KeywordClassifier(), now=NOW)
            severities.append(int(said(reader.store.get(f"lines:t-{place}"), "severity") or 0))
        assert severities[1] == severities[0] + 1

    def test_levels_are_counted_by_what_is_proposed(self, reader: Reader) -> None:
        hostile = {"id": "9", "text": "Brûlez les camions du PAM demain au marché de Konna"}
        pipeline.take([a_page(1, *texts(1), hostile)], reader, Tally())
        levels = pipeline.classify(reader.store, KeywordClassifier(), now=NOW)
        assert levels["vert"] == 3
        assert levels.total() == 4
        assert levels["rouge"] + levels["orange"] == 1


class _Newer:
    """The same floor under another version's name."""

    def __init__(self, model: str = "keywords@next") -> None:
        self._floor, self.model = KeywordClassifier(), model
        self.axes, self.languages = self._floor.axes, self._floor.languages

    def label(self, texts: list[str]) -> list[list[Label]]:
        return [
            [replace(label, model=self.model) for label in labels]
            for labels in self._floor.label(texts)
        ]
