"""What stores keep: posts put, revised, read back and erased."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.contracts.store_posts import (
    FULL,
    HOUR,
    MODEL,
    NOW,
    add_labels,
    decision,
    label,
    matches,
    numbers,
    post,
)
from veille.errors import PostNotFound
from veille.post import Post, Reading, Span
from veille.query import PostQuery
from veille.stores.base import PostStore, PutReport


class Puts:
    """First seen wins; all or none; what is written is read back."""

    def test_what_one_call_writes_the_next_reads(self, store: PostStore) -> None:
        store.put([FULL])
        assert store.get(FULL.id) == FULL
        assert list(store.search(PostQuery())) == [FULL]

    def test_put_tells_new_and_known_and_copies(self, store: PostStore) -> None:
        assert store.put([post(1), post(2)]) == PutReport(new=2, known=0, copies=0)
        three = [post(2), post(3, text_key="k"), post(4, text_key="k")]
        assert store.put(three) == PutReport(new=2, known=1, copies=1)
        assert store.put([]) == PutReport(new=0, known=0, copies=0)

    def test_putting_again_changes_nothing(self, store: PostStore) -> None:
        store.put([post(1, text="première version", tags=("a",))])
        add_labels(store, 1, label("target", "MSF"))
        before = store.get(post(1).id)
        report = store.put([post(1, text="autre version", tags=("b",), kind="comment")])
        assert report == PutReport(new=0, known=1, copies=0)
        assert store.get(post(1).id) == before
        assert matches(store, "autre") == []
        assert numbers(store, tags=("b",)) == []

    def test_of_one_id_twice_in_one_put_the_first_is_kept(self, store: PostStore) -> None:
        report = store.put([post(1, text="premier"), post(1, text="second")])
        assert report == PutReport(new=1, known=1, copies=0)
        assert store.get(post(1).id).text == "premier"
        assert matches(store, "premier") == [1]
        assert matches(store, "second") == []

    def test_put_adds_all_or_none(self, store: PostStore) -> None:
        def cut_short() -> Iterator[Post]:
            yield from map(post, range(2500))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.put(cut_short())
        assert store.count(PostQuery()) == 0
        assert matches(store, "texte") == []
        assert store.put([post(1)]) == PutReport(new=1, known=0, copies=0)

    def test_ten_thousand_posts_in_one_put(self, store: PostStore) -> None:
        assert store.put(map(post, range(10_000))).new == 10_000
        assert store.count(PostQuery(words="texte")) == 10_000
        found = [each.id for each in store.search(PostQuery())]
        assert found == [post(number).id for number in reversed(range(10_000))]

    def test_a_copy_is_kept_and_points_to_the_first_stored(self, store: PostStore) -> None:
        store.put([post(5, text_key="k")])
        report = store.put([post(1, text_key="k"), post(2, text_key="k"), post(3, text_key="x")])
        assert report == PutReport(new=3, known=0, copies=2)
        pointers = {each.id: each.duplicate_of for each in store.search(PostQuery())}
        first = post(5).id
        assert pointers == {
            first: None, post(1).id: first, post(2).id: first, post(3).id: None,
        }  # fmt: skip
        assert numbers(store, without_duplicates=True) == [5, 3]

    def test_posts_without_a_text_key_are_no_copies(self, store: PostStore) -> None:
        assert store.put([post(1, text_key=""), post(2, text_key="")]).copies == 0
        assert {each.duplicate_of for each in store.search(PostQuery())} == {None}

    def test_labels_and_the_like_of_a_post_that_is_put_are_not_stored(
        self, store: PostStore
    ) -> None:
        said_elsewhere = replace(
            post(1),
            labels=(label("target", "MSF"),),
            decisions=(decision(1, "status", "valide"),),
            readings=(Reading(post_id=post(1).id, read_at=NOW, likes=3),),
            duplicate_of="essai:00009",
        )
        store.put([said_elsewhere])
        assert store.get(post(1).id) == post(1)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Ils ont menti 😡🤦🏾‍♀️🇲🇱 !!",
            "المساعدات الإنسانية \u200f(2026)\u200e سُرقت",
            "e\u0301te\u0301 n\u0308 ɛ\u0300ɔ\u0301",
            "Bɛɛ ye a dɔn ko ONG-w bɛ nkalon tigɛ, ɲɛnamaya",
            "a\x00b\x01c\u2028d\r\ne",
            'guillemets " et \' et \\ et % et _',
            "mot " * 10_000,
            "x" * 40_000,
        ],
    )  # fmt: skip
    def test_any_text_comes_back_as_it_was(self, store: PostStore, text: str) -> None:
        odd = post(1, text=text, title=text[:300], details={"Réponse": text[:300]})
        store.put([odd, post(2, text="après")])
        assert store.get(odd.id) == odd
        assert matches(store, "après") == [2]

    def test_times_before_1970_and_with_other_zones(self, store: PostStore) -> None:
        old = post(1, published_at=datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC))
        far = post(2, published_at=NOW.astimezone(timezone(timedelta(hours=5, minutes=30))))
        store.put([old, far])
        assert store.get(old.id).published_at == old.published_at
        assert store.get(far.id).published_at == NOW
        assert store.get(far.id).published_at.utcoffset() == timedelta(0)

    def test_revise_rewrites_what_the_page_says_now(self, store: PostStore) -> None:
        store.put([post(1, text="ancien", tags=("a",), places=("ml.gao",))])
        fresh = post(1, text="nouveau", tags=("b",), places=("ml.kayes",), title="Titre")
        assert store.revise([fresh]) == 1
        assert store.get(fresh.id) == fresh
        assert (matches(store, "ancien"), matches(store, "nouveau titre")) == ([], [1])
        assert (numbers(store, tags=("a",)), numbers(store, tags=("b",))) == ([], [1])
        assert store.counts(PostQuery(), "place") == {"ml.kayes": 1}

    def test_a_revised_post_leaves_the_languages_it_had(self, store: PostStore) -> None:
        store.put([post(1, lang="bam", lang_mix=(("bam", 0.6), ("fra", 0.4)))])
        assert store.revise([post(1, lang="fra", lang_mix=(("fra", 1.0),))]) == 1
        assert store.counts(PostQuery(), "lang") == {"fra": 1}
        assert store.counts(PostQuery(), "mix") == {"": 1}

    def test_revise_leaves_posts_of_another_page_alone(self, store: PostStore) -> None:
        store.put([post(1)])
        assert store.revise([post(1, text="autre", page_key="page-2")]) == 0
        assert store.get(post(1).id) == post(1)

    def test_revise_keeps_what_others_wrote(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"))
        store.add_decisions([decision(1, "status", "valide")])
        store.add_readings([Reading(post_id=post(1).id, read_at=NOW, likes=3)])
        before = store.get(post(1).id)
        assert store.revise([post(1, text="relu", collected_at=NOW + 9 * HOUR)]) == 1
        assert store.get(post(1).id) == replace(before, text="relu")
        assert numbers(store, targets=("MSF",), statuses=("valide",)) == [1]

    def test_revise_counts_only_posts_that_changed_and_are_known(self, store: PostStore) -> None:
        store.put([post(1), post(2)])
        assert store.revise([post(1), post(2, text="relu"), post(3)]) == 1
        assert store.count(PostQuery()) == 2

    def test_revise_finds_copies_again(self, store: PostStore) -> None:
        store.put([post(1, text_key="k"), post(2, text_key="k"), post(3, text_key="j")])
        store.revise([post(1, text_key="j"), post(2, text_key="k", text="relu")])
        found = {each.id: each.duplicate_of for each in store.search(PostQuery())}
        assert found == {post(1).id: None, post(2).id: None, post(3).id: post(1).id}
        store.revise([post(3, text_key="")])
        assert store.get(post(3).id).duplicate_of is None

    def test_get_of_an_unknown_id(self, store: PostStore) -> None:
        store.put([post(1)])
        with pytest.raises(PostNotFound):
            store.get("essai:404")

    def test_get_gives_labels_decisions_and_readings(self, store: PostStore) -> None:
        spans = (Span(start=0, end=5, why="mot « texte »"), Span(start=6, end=12, why="nom"))
        labels = (
            replace(label("target", "MSF", 0.75), spans=spans),
            label("stance", "hostile", 1 / 3),
            label("severity", "3", 1.0, model="gravite@1"),
        )
        first, second = decision(1, "status", "en_examen"), decision(1, "fact", "faux", at=NOW)
        readings = tuple(
            Reading(post_id=post(1).id, read_at=NOW + hour * HOUR, likes=hour, views=None)
            for hour in range(3)
        )
        store.put([post(1)])
        add_labels(store, 1, *labels)
        store.add_decisions([first, second])
        store.add_readings(reversed(readings))
        complete = replace(post(1), labels=labels, decisions=(first, second), readings=readings)
        assert store.get(post(1).id) == complete
        assert list(store.search(PostQuery())) == [complete]

    def test_erase_removes_posts_with_all_that_hangs_on_them(self, store: PostStore) -> None:
        store.put([post(1, tags=("t",), places=("ml.gao",)), post(2)])
        add_labels(store, 1, label("target", "MSF"))
        store.add_decisions([decision(1, "status", "valide")])
        store.add_readings([Reading(post_id=post(1).id, read_at=NOW, likes=3)])
        assert store.erase([post(1).id, post(1).id, "essai:404"]) == 1
        with pytest.raises(PostNotFound):
            store.get(post(1).id)
        assert numbers(store, closed=True) == matches(store, "texte") == [2]
        assert store.counts(PostQuery(), "target") == {"": 1}
        assert store.erase([post(1).id]) == 0
        store.put([post(1)])
        assert store.get(post(1).id) == post(1)
        assert post(1).id in [each.id for each in store.unlabelled(MODEL)]

    def test_copies_of_an_erased_post_point_to_the_earliest_that_stays(
        self, store: PostStore
    ) -> None:
        store.put([post(number, text_key="k") for number in (4, 3, 2, 1)])
        store.erase([post(4).id, post(2).id])
        assert store.get(post(3).id).duplicate_of is None
        assert store.get(post(1).id).duplicate_of == post(3).id
        assert numbers(store, without_duplicates=True) == [3]

    def test_what_a_search_gives_can_be_erased_as_it_comes(self, store: PostStore) -> None:
        store.put(map(post, range(2500)))
        old = store.search(PostQuery(until=NOW + 2400 * HOUR))
        assert store.erase(each.id for each in old) == 2400
        assert store.count(PostQuery()) == store.count(PostQuery(words="texte")) == 100

    def test_authors_are_forgotten_unless_they_are_public(self, store: PostStore) -> None:
        store.put(
            [
                post(1, author="9f2c"),
                post(2, author="Radio du fleuve", author_is_public=True),
                post(3),
                post(4, author="77aa"),
            ]
        )
        assert store.forget_authors(NOW + 4 * HOUR) == 1
        assert store.forget_authors(NOW + 4 * HOUR) == 0
        authors = [each.author for each in store.search(PostQuery(order="oldest"))]
        assert authors == ["", "Radio du fleuve", "", "77aa"]

    def test_leaving_the_block_closes_the_store(self, store: PostStore) -> None:
        with store as same:
            assert same is store
            same.put([post(1)])
            assert same.count(PostQuery()) == 1
