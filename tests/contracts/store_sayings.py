"""What is said about stored posts: labels, decisions, readings."""

from dataclasses import replace

import pytest

from tests.contracts.store_posts import (
    HOUR,
    MODEL,
    NOW,
    add_labels,
    decision,
    label,
    numbers,
    post,
)
from veille.errors import PostNotFound
from veille.post import AXES, Reading, said, targets
from veille.query import PostQuery
from veille.stores.base import PostStore


class Sayings:
    """The newest decision counts, else the model that labelled last."""

    def test_unlabelled_gives_each_post_once_oldest_collected_first(self, store: PostStore) -> None:
        store.put([post(number, collected_at=NOW - number * HOUR) for number in (2, 9, 4)])
        assert [each.id for each in store.unlabelled(MODEL)] == [post(n).id for n in (9, 4, 2)]
        add_labels(store, 4, label("target", "MSF"))
        assert [each.id for each in store.unlabelled(MODEL)] == [post(n).id for n in (9, 2)]

    def test_unlabelled_asks_per_model_version(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"))
        assert list(store.unlabelled(MODEL)) == []
        assert [each.id for each in store.unlabelled("essai@2")] == [post(1).id]

    def test_unlabelled_includes_copies_and_closed_posts(self, store: PostStore) -> None:
        store.put([post(1, text_key="k"), post(2, text_key="k")])
        store.add_decisions([decision(1, "level", "ferme")])
        assert [each.id for each in store.unlabelled(MODEL)] == [post(1).id, post(2).id]

    def test_labels_added_while_iterating_do_not_disturb(self, store: PostStore) -> None:
        store.put(map(post, range(1000)))
        seen: list[str] = []
        for each in store.unlabelled(MODEL):
            seen.append(each.id)
            store.add_labels(dict.fromkeys(seen[-2:], ()), model=MODEL, made_at=NOW)
        assert seen == [post(number).id for number in range(1000)]
        assert list(store.unlabelled(MODEL)) == []

    def test_a_label_of_the_same_model_is_replaced(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"), label("fact", "faux"))
        add_labels(store, 1, label("target", "CICR"))
        assert store.get(post(1).id).labels == (label("target", "CICR"),)
        assert store.counts(PostQuery(), "target") == {"CICR": 1}
        assert store.counts(PostQuery(), "fact") == {"": 1}

    def test_the_model_that_labelled_last_counts(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"), model="a@1", at=NOW)
        newer = label("stance", "neutral", model="b@1")
        add_labels(store, 1, newer, model="b@1", at=NOW + HOUR)
        assert store.get(post(1).id).labels == (newer,)
        assert store.counts(PostQuery(), "target") == {"": 1}
        add_labels(store, 1, label("target", "CICR"), model="a@1", at=NOW + 2 * HOUR)
        assert store.counts(PostQuery(), "target") == {"CICR": 1}
        assert store.counts(PostQuery(), "stance") == {"": 1}

    def test_an_empty_sequence_marks_the_post_as_labelled(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"), model="a@1")
        add_labels(store, 1)
        assert list(store.unlabelled(MODEL)) == []
        assert store.get(post(1).id).labels == ()
        assert numbers(store, targets=("MSF",)) == []

    def test_labels_of_unknown_posts_are_ignored(self, store: PostStore) -> None:
        store.put([post(1)])
        store.add_labels(
            {"essai:404": [label("target", "MSF")], post(1).id: [label("target", "CICR")]},
            model=MODEL, made_at=NOW,
        )  # fmt: skip
        assert store.counts(PostQuery(), "target") == {"CICR": 1}
        store.put([post(404, id="essai:404")])
        assert [each.id for each in store.unlabelled(MODEL)] == ["essai:404"]

    def test_the_best_label_of_an_axis_counts(self, store: PostStore) -> None:
        store.put([post(1), post(2)])
        add_labels(
            store, 1,
            label("stance", "neutral", 0.2), label("stance", "hostile", 0.5),
            label("stance", "critical", 0.3), label("narrative", "N02", 0.4),
            label("narrative", "N01", 0.4),
        )  # fmt: skip
        assert store.counts(PostQuery(), "stance") == {"": 1, "hostile": 1}
        assert numbers(store, stances=("neutral", "critical")) == []
        assert numbers(store, narratives=("N02",)) == [1]

    def test_what_is_filtered_and_counted_is_what_the_post_says(self, store: PostStore) -> None:
        store.put(map(post, range(1, 4)))
        for number in (1, 2):
            add_labels(
                store, number,
                *(label(axis, f"{axis}-{n}", n / 3) for axis in AXES for n in (1, 2)),
            )  # fmt: skip
        store.add_decisions([decision(2, axis, f"{axis}-9") for axis in AXES])
        for each in store.search(PostQuery()):
            only = PostQuery(since=each.published_at, until=each.published_at + HOUR)
            for axis in set(AXES) - {"target", "claim"}:
                assert store.counts(only, axis) == {said(each, axis) or "": 1}, axis
            expected = dict.fromkeys(targets(each) or ("",), 1)
            assert store.counts(only, "target") == expected

    def test_the_newest_decision_outranks_labels_and_older_ones(self, store: PostStore) -> None:
        store.put([post(1)])
        store.add_decisions([decision(1, "stance", "critical", at=NOW + HOUR)])
        store.add_decisions([decision(1, "stance", "neutral", at=NOW)])
        add_labels(store, 1, label("stance", "hostile", 1.0), at=NOW + 9 * HOUR)
        assert store.counts(PostQuery(), "stance") == {"critical": 1}
        store.add_decisions([decision(1, "stance", "debunk", at=NOW + HOUR)])
        assert store.counts(PostQuery(), "stance") == {"debunk": 1}
        assert said(store.get(post(1).id), "stance") == "debunk"

    def test_a_decision_on_the_target_replaces_all_target_labels(self, store: PostStore) -> None:
        store.put([post(1)])
        add_labels(store, 1, label("target", "MSF"), label("target", "CICR"))
        store.add_decisions([decision(1, "target", "PAM")])
        assert store.counts(PostQuery(), "target") == {"PAM": 1}
        assert targets(store.get(post(1).id)) == ("PAM",)

    def test_decisions_are_appended_and_never_changed(self, store: PostStore) -> None:
        made = [decision(1, "status", value) for value in ("en_examen", "valide", "en_examen")]
        store.put([post(1)])
        for each in made:
            store.add_decisions([each])
        assert store.get(post(1).id).decisions == tuple(made)

    def test_decisions_on_an_unknown_post_add_none(self, store: PostStore) -> None:
        store.put([post(1)])
        with pytest.raises(PostNotFound):
            store.add_decisions([decision(1, "status", "valide"), decision(2, "status", "valide")])
        assert store.get(post(1).id).decisions == ()
        assert numbers(store, statuses=("valide",)) == []

    def test_the_same_reading_twice_is_once(self, store: PostStore) -> None:
        store.put([post(1)])
        first = Reading(post_id=post(1).id, read_at=NOW, likes=1, comments=None, shares=0)
        later = replace(first, read_at=NOW + HOUR, reactions=2**53 + 1)
        store.add_readings([later, first, first])
        store.add_readings([first])
        assert store.get(post(1).id).readings == (first, later)

    def test_readings_of_unknown_posts_are_ignored(self, store: PostStore) -> None:
        store.put([post(1)])
        store.add_readings([Reading(post_id=post(n).id, read_at=NOW, views=n) for n in (2, 1)])
        assert [each.views for each in store.get(post(1).id).readings] == [1]
