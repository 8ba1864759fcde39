"""The pairs that claim matching is fitted on are what `docs/claims.md` says, and so is the fit."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from classifiers.claims.features import FEATURES
from classifiers.claims.matcher import MIN_WORDS
from classifiers.claims.reading import word_count
from classifiers.claims.weights import load_weights
from classifiers.training.claim_fit import logistic
from classifiers.training.claim_pairs import CARDS, Pair, read_claims, read_pairs
from classifiers.training.claim_report import Judged, interval, judged
from veille.text import folded

PAGE = Path(__file__).parent.parent / "docs" / "claims.md"


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return read_pairs()


@pytest.fixture(scope="module")
def results() -> list[Judged]:
    return judged()


def test_the_page_counts_claims_and_posts(pairs: list[Pair]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    invented = [c for c in read_claims() if c.theme != CARDS and not c.is_headline]
    claims = {text for claim in read_claims() for text in claim.texts}
    own = [pair for pair in pairs if pair.own and not pair.claim.is_headline]
    posts = {pair.text: pair for pair in own if pair.text not in claims}
    ours = [pair for pair in posts.values() if pair.claim.theme == CARDS]
    misleading = sum(pair.relation == "other" for pair in posts.values())
    assert f"{len(invented)} invented claims in {len({c.theme for c in invented})} themes" in text
    assert f"{len(posts) - len(ours)} posts written for them" in text
    assert f"{len(ours)} posts for our 20 cards" in text
    assert f"{misleading} of the posts were written to mislead" in text.replace("\n", " ")
    assert f"Seven themes ({sum(c.is_held_out for c in invented)} claims)" in text


def test_there_are_enough_and_most_are_no_match(pairs: list[Pair]) -> None:
    written = [pair for pair in pairs if pair.own and not pair.claim.is_headline]
    assert len(pairs) >= 1_200
    assert sum(not pair.is_match for pair in pairs) > len(pairs) / 2
    assert {pair.lang for pair in written} == {"fra", "bam", "hau", "ara", "eng"}
    relations = Counter(pair.relation for pair in written)
    assert min(relations.values()) >= 90


def test_no_post_stands_twice_and_none_is_too_short_to_be_matched(pairs: list[Pair]) -> None:
    claims = {text for claim in read_claims() for text in claim.texts}
    own = [pair for pair in pairs if pair.own and not pair.claim.is_headline]
    posts = [pair.text for pair in own if pair.text not in claims]
    assert [text for text, n in Counter(map(folded, posts)).items() if n > 1] == []
    assert [text for text in posts if word_count(text) < MIN_WORDS] == []


def test_no_held_out_theme_is_fitted_on(pairs: list[Pair]) -> None:
    held = {pair.claim.theme for pair in pairs if pair.claim.is_held_out}
    fitted = {pair.claim.theme for pair in pairs if not pair.claim.is_held_out}
    assert len(held) == 7
    assert held.isdisjoint(fitted)


def test_the_page_names_every_number_that_is_weighed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in FEATURES if f"`{name}`" not in text] == []


def shares(results: list[Judged], threshold: float) -> tuple[float, float]:
    reached = [one for one in results if one.reaches(threshold)]
    right = sum(one.pair.is_match for one in reached)
    return right / len(reached), right / sum(one.pair.is_match for one in results)


def test_held_out_claims_are_told_from_those_that_resemble_them(results: list[Judged]) -> None:
    weights = load_weights()
    precision, recall = shares(results, weights.match["plain"])
    assert precision >= 0.85
    assert recall >= 0.35
    precision, recall = shares(results, weights.check["plain"])
    assert precision >= 0.7
    assert recall >= 0.65


def test_what_a_post_does_with_a_held_out_claim_is_told(results: list[Judged]) -> None:
    about = [one for one in results if one.pair.is_match and one.match]
    right = sum(one.match.said == one.pair.relation for one in about if one.match)
    assert right / len(about) >= 0.85


def test_a_logistic_regression_finds_what_made_the_data() -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(size=(4_000, 2))
    truth = (rng.random(4_000) < 1 / (1 + np.exp(-(2 * values[:, 0] - values[:, 1] - 1)))).astype(
        float
    )
    bias, first, second = logistic(values, truth, np.ones(4_000))
    assert bias == pytest.approx(-1, abs=0.2)
    assert first == pytest.approx(2, abs=0.2)
    assert second == pytest.approx(-1, abs=0.2)


@pytest.mark.parametrize(
    ("right", "of", "told"),
    [(0, 0, "none"), (10, 10, "1.00 (0.72–1.00)"), (5, 10, "0.50 (0.24–0.76)")],
)
def test_a_share_is_told_with_its_interval(right: int, of: int, told: str) -> None:
    assert interval(right, of) == told
