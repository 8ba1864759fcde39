"""The labelled set is what its data card says: valid, varied, held apart, read twice."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.training.labelled import (
    DATA,
    LabelledPost,
    kappa,
    nearly_same,
    read,
    second_reading,
)
from veille.codebook.narratives import load_codebook
from veille.text import folded, text_key

AXES = ("narrative", "stance", "hostility")


@pytest.fixture(scope="module")
def posts() -> list[LabelledPost]:
    return read(sorted(DATA.glob("*.tsv")))


def test_no_text_stands_twice(posts: list[LabelledPost]) -> None:
    counts = Counter(text_key(post.text) or folded(post.text) for post in posts)
    assert [key for key, count in counts.items() if count > 1] == []


def test_no_two_texts_share_seven_words_in_ten(posts: list[LabelledPost]) -> None:
    assert [(first.id, second.id) for first, second in nearly_same(posts)] == []


def test_nearly_the_same_text_is_found(posts: list[LabelledPost]) -> None:
    first = replace(
        posts[0], pair="", text="le puits de Gao est sec depuis lundi matin dit le maire"
    )
    second = replace(first, id="x1", text="Le puits de Gao est sec depuis lundi soir, dit le maire")
    assert list(nearly_same([first, posts[1], second])) == [(first, second)]


def test_cue_words_alone_do_not_tell_hostile_from_harmless(posts: list[LabelledPost]) -> None:
    hostile = [codes for codes in load_codebook().families if codes.code < "N90"]
    cues = {f" {folded(cue.form)} " for family in hostile for cue in family.cues}
    has_cue: dict[bool, list[bool]] = {True: [], False: []}
    for post in posts:
        said = f" {folded(post.text)} "
        has_cue[post.stance == "hostile"].append(any(cue in said for cue in cues))
    assert sum(has_cue[True]) / len(has_cue[True]) < 1 / 3
    assert sum(has_cue[False]) / len(has_cue[False]) > 0.15


def test_every_narrative_and_every_language_is_there(posts: list[LabelledPost]) -> None:
    families = Counter(post.narrative for post in posts)
    assert set(families) == {family.code[:3] for family in load_codebook().families}
    assert min(families.values()) >= 100
    assert min(Counter(post.lang for post in posts).values()) >= 40


def test_harmless_posts_are_as_many_as_hostile_ones(posts: list[LabelledPost]) -> None:
    hostile = sum(post.stance == "hostile" for post in posts)
    assert 0.4 < hostile / len(posts) < 0.55


def test_no_hand_and_no_story_is_on_two_sides(posts: list[LabelledPost]) -> None:
    for name in ("hand", "story"):
        sides: dict[str, set[str]] = {}
        for post in posts:
            if value := getattr(post, name):
                sides.setdefault(value, set()).add(post.split)
        assert [value for value, found in sides.items() if len(found) > 1] == []


def test_a_contrast_pair_is_told_apart_by_its_labels(posts: list[LabelledPost]) -> None:
    pairs: dict[str, list[LabelledPost]] = {}
    for post in posts:
        if post.pair:
            pairs.setdefault(f"{post.hand[0]} {post.pair}", []).append(post)
    said = {
        name: {(p.narrative, p.stance, p.hostility, p.targets, p.fact) for p in found}
        for name, found in pairs.items()
    }
    assert len(pairs) >= 200
    assert [name for name, labels in said.items() if len(labels) < 2] == []


def test_two_labellers_agree_on_what_both_have_read(posts: list[LabelledPost]) -> None:
    by_id = {post.id: post for post in posts}
    second = {
        post_id: row
        for path in sorted((DATA / "second").glob("*.tsv"))
        for post_id, row in second_reading(path).items()
    }
    assert len(second) >= 0.15 * len(posts)
    for axis in AXES:
        pairs = [(str(getattr(by_id[post_id], axis)), row[axis]) for post_id, row in second.items()]
        assert kappa(pairs) > 0.9


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("aabb", "aabb", 1.0), ("aabb", "abab", 0.0), ("aaaa", "aaaa", 1.0)],
)
def test_kappa_is_agreement_beyond_chance(first: str, second: str, expected: float) -> None:
    assert kappa(list(zip(first, second, strict=True))) == pytest.approx(expected)


def test_a_fault_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    header = (DATA / "a.tsv").read_text(encoding="utf-8").splitlines()[0]
    row = "z01\t-\tfra\tstd\tN42\t-\thostile\t5\topinion\tfalse\tMARTIENS\t-\ttexte"
    path = tmp_path / "z.tsv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"z\.tsv:2: narrative is 'N42'"):
        read([path])
