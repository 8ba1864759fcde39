"""How stored posts are filtered, ordered and counted."""

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from tests.contracts.store_posts import (
    FULL,
    HOUR,
    MODEL,
    NOW,
    add_labels,
    decision,
    label,
    numbers,
    post,
    put_texts,
)
from veille.post import AXES
from veille.query import By, PostQuery
from veille.stores.base import PostStore


class Filters:
    """The same PostQuery gives the same posts, in the same order, in every store."""

    def test_search_is_newest_first_and_limited(self, store: PostStore) -> None:
        store.put(map(post, (3, 1, 5, 2, 4)))
        assert numbers(store) == [5, 4, 3, 2, 1]
        assert numbers(store, limit=2) == [5, 4]
        assert numbers(store, limit=2, offset=1) == [4, 3]
        assert numbers(store, offset=3) == [2, 1]
        assert numbers(store, limit=0) == []
        assert numbers(store, offset=9) == []
        assert numbers(store, order="oldest", limit=2) == [1, 2]

    def test_search_by_severity_then_newest(self, store: PostStore) -> None:
        store.put(map(post, range(1, 6)))
        for number, severity in ((1, "5"), (2, "3"), (3, "3"), (4, "1")):
            add_labels(store, number, label("severity", severity))
        assert numbers(store, order="severity") == [1, 3, 2, 4, 5]

    def test_search_by_relevance_then_newest(self, store: PostStore) -> None:
        filler = "mot de plus " * 30
        put_texts(store, f"vivres {filler}", "vivres vivres vivres", "autre chose")
        assert numbers(store, words="vivres", order="relevance") == [1, 0]
        assert numbers(store, order="relevance") == [2, 1, 0]
        assert numbers(store, words="-vivres", order="relevance") == [2]
        assert numbers(store, words="vivres OR -autre", order="relevance") == [1, 0]

    @pytest.mark.parametrize("order", ["newest", "oldest", "severity", "relevance"])
    def test_ties_go_by_id(self, store: PostStore, order: str) -> None:
        same = [post(number, text="même texte", published_at=NOW) for number in (3, 1, 2)]
        store.put(same)
        assert numbers(store, words="texte", order=order) == [1, 2, 3]

    def test_labels_may_be_added_while_a_search_is_read(self, store: PostStore) -> None:
        store.put(map(post, range(1000)))
        seen = []
        for each in store.search(PostQuery(targets=())):
            seen.append(each.id)
            if len(seen) % 100 == 0:
                store.add_labels(
                    {post_id: [label("target", "MSF")] for post_id in seen[-100:]},
                    model=MODEL, made_at=NOW,
                )  # fmt: skip
        assert seen == [post(number).id for number in reversed(range(1000))]
        assert store.count(PostQuery(targets=("MSF",))) == 1000

    def test_a_search_left_half_way_disturbs_nobody(self, store: PostStore) -> None:
        store.put(map(post, range(600)))
        half_way = store.search(PostQuery())
        next(half_way)
        assert store.put([post(700)]).new == 1
        assert store.erase([post(599).id, post(0).id]) == 2
        assert len(list(half_way)) == 598

    def test_times_include_their_beginning_and_exclude_their_end(self, store: PostStore) -> None:
        store.put([post(number, collected_at=NOW - number * HOUR) for number in range(1, 5)])
        assert numbers(store, since=NOW + 2 * HOUR, until=NOW + 4 * HOUR) == [3, 2]
        read = {"collected_since": NOW - 3 * HOUR, "collected_until": NOW - HOUR}
        assert numbers(store, **read) == [3, 2]

    def test_filters_are_joined_by_and_and_values_by_or(self, store: PostStore) -> None:
        store.put(
            [
                post(1, platform="x", kind="post", lang="fra", source_id="a", tags=("t", "u")),
                post(2, platform="x", kind="comment", lang="bam", source_id="b", tags=("u",)),
                post(3, platform="rss", kind="article", lang="fra", source_id="a"),
            ]
        )
        assert numbers(store, platforms=("x",)) == [2, 1]
        assert numbers(store, platforms=("x", "rss")) == [3, 2, 1]
        assert numbers(store, kinds=("article", "comment")) == [3, 2]
        assert numbers(store, langs=("fra",), platforms=("x",)) == [1]
        assert numbers(store, sources=("a",)) == [3, 1]
        assert numbers(store, tags=("t",)) == [1]
        assert numbers(store, tags=("u", "t")) == [2, 1]
        assert numbers(store, tags=("absent",)) == []
        assert numbers(store, words="numéro", langs=("fra",), since=NOW + 2 * HOUR) == [3]

    def test_a_place_is_found_by_what_it_lies_in(self, store: PostStore) -> None:
        places = (("ml.mopti.djenne",), ("ml.mopti",), ("ml.moptix",), ("ml",), ("bf.sahel",), ())
        store.put([post(number, places=ids) for number, ids in enumerate(places)])
        assert numbers(store, places=("ml.mopti",)) == [1, 0]
        assert numbers(store, places=("ml",)) == [3, 2, 1, 0]
        assert numbers(store, places=("ml.mopti.djenne", "bf.sahel")) == [4, 0]
        assert numbers(store, places=("ml.mop%", "ml.mopti.")) == []

    def test_every_label_axis_is_filtered(self, store: PostStore) -> None:
        store.put(map(post, range(1, 3)))
        add_labels(
            store, 1,
            label("narrative", "N01"), label("stance", "hostile"), label("fact", "faux"),
            label("level", "rouge"), label("target", "MSF"), label("target", "CICR", 0.4),
            label("claim", "vaccin"), label("claim", "puits", 0.2),
        )  # fmt: skip
        for filters in (
            {"narratives": ("N01",)}, {"stances": ("hostile",)}, {"facts": ("faux",)},
            {"levels": ("rouge", "orange")}, {"targets": ("MSF",)}, {"targets": ("CICR",)},
            {"claims": ("vaccin",)}, {"claims": ("puits",)},
        ):  # fmt: skip
            assert numbers(store, **filters) == [1], filters
        for filters in (
            {"narratives": ("N02",)}, {"stances": ("neutral",)}, {"facts": ("vrai",)},
            {"levels": ("vert",)}, {"targets": ("PAM",)}, {"claims": ("MSF",)},
        ):  # fmt: skip
            assert numbers(store, **filters) == [], filters

    def test_least_hostility_and_severity_are_included(self, store: PostStore) -> None:
        store.put(map(post, range(5)))
        for number in range(4):
            add_labels(
                store, number, label("hostility", f"H{number}"), label("severity", f"{number + 1}")
            )
        assert numbers(store, min_hostility=2) == [3, 2]
        assert numbers(store, min_hostility=0) == [3, 2, 1, 0]
        assert numbers(store, min_severity=4) == [3]
        assert numbers(store, min_severity=10) == numbers(store, min_hostility=4) == []
        assert numbers(store, min_severity=1, min_hostility=1) == [3, 2, 1]

    def test_a_post_nobody_decided_on_is_new(self, store: PostStore) -> None:
        store.put(map(post, range(1, 4)))
        store.add_decisions([decision(2, "status", "valide"), decision(3, "status", "nouveau")])
        assert numbers(store, statuses=("nouveau",)) == [3, 1]
        assert numbers(store, statuses=("valide",)) == [2]
        assert numbers(store, statuses=("nouveau", "valide")) == [3, 2, 1]
        assert store.counts(PostQuery(), "status") == {"nouveau": 2, "valide": 1}

    def test_no_post_is_in_a_case_before_somebody_puts_it_there(self, store: PostStore) -> None:
        store.put([post(1)])
        assert numbers(store, cases=("dossier-1",)) == []

    def test_closed_posts_show_only_when_asked_for(self, store: PostStore) -> None:
        store.put(map(post, range(1, 4)))
        add_labels(store, 1, label("level", "ferme"), label("target", "MSF"))
        store.add_decisions([decision(2, "level", "ferme")])
        assert numbers(store) == [3]
        assert numbers(store, words="texte") == [3]
        assert numbers(store, targets=("MSF",)) == []
        assert numbers(store, levels=("ferme",)) == []
        assert store.count(PostQuery()) == 1
        assert sum(store.counts(PostQuery(), "platform").values()) == 1
        assert numbers(store, closed=True) == [3, 2, 1]
        assert numbers(store, levels=("ferme",), closed=True) == [2, 1]
        assert store.counts(PostQuery(closed=True), "level") == {"ferme": 2, "": 1}
        store.add_decisions([decision(1, "level", "jaune"), decision(2, "level", "vert")])
        assert numbers(store) == [3, 2, 1]

    @pytest.mark.parametrize("value", ["'; DROP TABLE post; --", '"', "%", "", "\x00", "é" * 5000])
    def test_a_filter_value_is_never_anything_but_a_value(
        self, store: PostStore, value: str
    ) -> None:
        store.put([post(1)])
        many = (value,)
        for field in (
            "platforms", "kinds", "langs", "places", "targets", "narratives", "stances", "facts",
            "claims", "levels", "statuses", "sources", "cases", "tags",
        ):  # fmt: skip
            assert numbers(store, **{field: many}) == [], field
        assert numbers(store) == [1]

    def test_count_ignores_limit_and_offset(self, store: PostStore) -> None:
        store.put(map(post, range(5)))
        assert store.count(PostQuery(limit=1, offset=3)) == 5
        assert store.count(PostQuery(since=NOW + 2 * HOUR, limit=0)) == 3
        assert store.count(PostQuery(words="texte numéro", order="relevance")) == 5

    def test_counts_are_most_first_then_by_value(self, store: PostStore) -> None:
        platforms = ("b", "c", "a", "c", "b", "d")
        store.put([post(n, platform=platform) for n, platform in enumerate(platforms)])
        counts = store.counts(PostQuery(limit=1), "platform")
        assert list(counts.items()) == [("b", 2), ("c", 2), ("a", 1), ("d", 1)]
        assert store.counts(PostQuery(platforms=("a",)), "platform") == {"a": 1}

    def test_days_and_weeks_are_dates_in_bamako_in_time_order(self, store: PostStore) -> None:
        east = timezone(timedelta(hours=3))
        moments = (
            datetime(2026, 11, 20, 2, 0, tzinfo=east),
            datetime(2026, 11, 20, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 23, 0, 0, tzinfo=UTC),
            datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
        )
        store.put([post(number, published_at=at) for number, at in enumerate(moments)])
        assert list(store.counts(PostQuery(), "day").items()) == [
            ("2026-11-19", 1), ("2026-11-20", 2), ("2026-11-22", 1), ("2026-11-23", 1),
            ("2027-01-01", 1),
        ]  # fmt: skip
        assert list(store.counts(PostQuery(), "week").items()) == [
            ("2026-11-16", 4), ("2026-11-23", 1), ("2026-12-28", 1),
        ]  # fmt: skip

    def test_a_post_counts_once_under_each_target_and_region(self, store: PostStore) -> None:
        store.put(
            [
                post(1, places=("ml.mopti.djenne", "ml.mopti.konna", "ml.gao")),
                post(2, places=("ml.mopti",)),
                post(3),
            ]
        )
        add_labels(store, 1, label("target", "MSF"), label("target", "CICR"))
        add_labels(store, 2, label("target", "MSF"))
        assert store.counts(PostQuery(), "place") == {"ml.mopti": 2, "": 1, "ml.gao": 1}
        assert store.counts(PostQuery(), "target") == {"MSF": 2, "": 1, "CICR": 1}
        assert store.counts(PostQuery(targets=("CICR",)), "target") == {"CICR": 1, "MSF": 1}

    def test_a_post_in_several_languages_is_found_and_counted_under_each(
        self, store: PostStore
    ) -> None:
        mixes = [("bam", (("bam", 0.6), ("fra", 0.4))), ("fra", (("fra", 1.0),)), ("und", ())]
        store.put([post(n, lang=lang, lang_mix=mix) for n, (lang, mix) in enumerate(mixes, 1)])
        assert store.counts(PostQuery(), "lang") == {"fra": 2, "bam": 1, "und": 1}
        assert store.counts(PostQuery(), "mix") == {"": 2, "bam+fra": 1}
        assert sorted(numbers(store, langs=("fra",))) == [1, 2]
        assert sorted(numbers(store, langs=("bam", "und"))) == [1, 3]

    def test_posts_without_a_value_are_counted_under_nothing(self, store: PostStore) -> None:
        store.put([post(1)])
        for by in ("mix", "place", "target", "narrative", "stance", "hostility", "severity",
                   "level", "fact"):  # fmt: skip
            assert store.counts(PostQuery(), by) == {"": 1}, by

    def test_counts_know_every_name(self, store: PostStore) -> None:
        store.put([FULL])
        store.add_labels(
            {FULL.id: [label(axis, f"{axis}-1") for axis in AXES]}, model=MODEL, made_at=NOW
        )
        counts = {by: store.counts(PostQuery(), by) for by in get_args(By)}
        assert counts == {
            "day": {"2026-11-19": 1}, "week": {"2026-11-16": 1}, "platform": {"facebook": 1},
            "kind": {"comment": 1}, "lang": {"bam": 1, "fra": 1}, "mix": {"fra+bam": 1},
            "place": {"ml.mopti": 1, "ml.segou": 1},
            "source": {"pages-mopti": 1}, "status": {"nouveau": 1},
            **{axis: {f"{axis}-1": 1} for axis in AXES if axis != "claim"},
        }  # fmt: skip

    def test_counts_of_nothing(self, store: PostStore) -> None:
        assert store.count(PostQuery()) == 0
        assert all(store.counts(PostQuery(), by) == {} for by in get_args(By))
