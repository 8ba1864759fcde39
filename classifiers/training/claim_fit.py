"""Fits how claims are matched: `python -m classifiers.training.claim_fit` writes the weights.

Logistic regression on numbers that can be explained; the same pairs give the same weights.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import classifiers.claims.weights as shipped
from classifiers.claims.features import FEATURES, VECTOR_FEATURES, features_of, vector_features
from classifiers.claims.index import ClaimIndex
from classifiers.claims.lexicon import concepts_in
from classifiers.claims.matcher import SAID, Vectors
from classifiers.claims.reading import Reading
from classifiers.claims.stance import STANCE, stance_features
from classifiers.claims.vectors import bundled_vectors
from classifiers.claims.weights import Weights
from classifiers.training.claim_pairs import Pair, TaughtClaim, read_pairs
from classifiers.training.labelled import DATA, read
from veille.text import folded, stems

Array = NDArray[np.float64]
_ALL = (*FEATURES, *VECTOR_FEATURES)
WEIGHTS = Path(shipped.__file__).parent / shipped.FILE
# Words that stand in fewer posts are as telling as words nobody has used.
_LEAST_FREQUENCY = 5
_RIDGE, _FOLDS, _STEPS, _SMALL = 1.0, 5, 50, 1e-9
# Every so manieth labelled post, with the claims nearest to it, teaches what is no match.
_EVERY, _NEAREST, _ORDINARY_WEIGHT = 3, 3, 1.0
# Of posts that correspond so many must be about the claim, and of those to check.
_MATCH_PRECISION, _CHECK_PRECISION = 0.9, 0.75


def fit(vectors: Vectors | None = None, *, encoder: str = "") -> Weights:
    """Weights fitted on the pairs that are not held out, without vectors and, if any, with them.

    `encoder` is the "name@version" that makes the vectors.
    """
    posts = read(sorted(DATA.glob("[a-e].tsv")))
    weights = _counted([post.text for post in posts])
    ordinary = [post.text for post in posts if post.false_claim != "true"]
    pairs = [pair for pair in read_pairs() if not pair.claim.is_held_out]
    known = _Examples(pairs, ordinary[::_EVERY], weights)
    weights = replace(weights, stances=_stances(pairs, weights))
    weights = _weighed(weights, known, None)
    if vectors is None:
        return weights
    return replace(_weighed(weights, known, vectors), encoder=encoder)


def _weighed(weights: Weights, known: "_Examples", vectors: Vectors | None) -> Weights:
    """The weights with those of pairs, and the thresholds that go with them."""
    kind, names = ("plain", FEATURES) if vectors is None else ("with_vectors", _ALL)
    values = known.values(vectors)
    match, check = _thresholds(known, values)
    fitted = logistic(values, known.truth, known.worth)
    found = {
        name: round(float(value), 4) for name, value in zip(("bias", *names), fitted, strict=True)
    }
    return replace(
        weights,
        plain=found if vectors is None else weights.plain,
        with_vectors=weights.with_vectors if vectors is None else found,
        match={**weights.match, kind: match},
        check={**weights.check, kind: check},
    )


class _Examples:
    """Pairs to learn from: those we wrote, and ordinary posts with the claims nearest to them."""

    def __init__(self, pairs: Sequence[Pair], ordinary: Sequence[str], weights: Weights) -> None:
        claims = list(dict.fromkeys(pair.claim for pair in pairs))
        self._worded = [(claim, text) for claim in claims for text in claim.texts]
        self._read = [Reading(text, weights.idf) for _, text in self._worded]
        posts = {
            text: Reading(text, weights.idf) for text in [*ordinary, *(pair.text for pair in pairs)]
        }
        index = ClaimIndex(self._read, most=_NEAREST)
        listed = [(self._nearest(pair.claim, posts[pair.text]), pair.text) for pair in pairs]
        for text in ordinary:
            listed += [(number, text) for number in index.candidates(posts[text])]
        self.listed, self.written = listed, len(pairs)
        written = np.arange(len(listed)) < len(pairs)
        self.truth = np.zeros(len(listed))
        self.truth[: len(pairs)] = [pair.is_match for pair in pairs]
        self.worth = np.where(written, 1.0, _ORDINARY_WEIGHT)
        themes = sorted({claim.theme for claim in claims})
        folds = [themes.index(self._worded[number][0].theme) % _FOLDS for number, _ in listed]
        self.folds = np.array(folds)
        self._plain = np.array(
            [features_of(self._read[number], posts[text]) for number, text in listed]
        )

    def _nearest(self, claim: TaughtClaim, post: Reading) -> int:
        """The wording of the claim that says most of what the post says."""
        numbers = [number for number, (other, _) in enumerate(self._worded) if other == claim]
        place = FEATURES.index("covered_post")
        return max(numbers, key=lambda number: features_of(self._read[number], post)[place])

    def values(self, vectors: Vectors | None) -> Array:
        if vectors is None:
            return self._plain
        texts = list(dict.fromkeys(text for _, text in self.listed))
        near = vectors(texts) @ vectors([text for _, text in self._worded]).T
        rows = dict(zip(texts, near.tolist(), strict=True))
        added = [vector_features(rows[text], number) for number, text in self.listed]
        return np.hstack([self._plain, np.array(added)])


def logistic(values: Array, truth: Array, worth: Array) -> Array:
    """Bias and weights of a ridge logistic regression, by Newton's method."""
    full = np.hstack([np.ones((len(values), 1)), values])
    ridge = np.eye(full.shape[1]) * _RIDGE
    ridge[0, 0] = 0.0
    found = np.zeros(full.shape[1])
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-full @ found))
        slope = full.T @ (worth * (said - truth)) + ridge @ found
        bend = (full * (worth * said * (1 - said))[:, None]).T @ full + ridge
        step = np.linalg.solve(bend, slope)
        found = found - step
        if np.abs(step).max() < _SMALL:
            break
    return found


def _thresholds(known: _Examples, values: Array) -> tuple[float, float]:
    """The lowest probabilities that keep both precisions on themes left out of the fit."""
    said = np.zeros(len(values))
    for fold in range(_FOLDS):
        out = known.folds == fold
        found = logistic(values[~out], known.truth[~out], known.worth[~out])
        said[out] = 1 / (1 + np.exp(-(found[0] + values[out] @ found[1:])))
    written = slice(0, known.written)
    truth, said = known.truth[written], said[written]

    def lowest(precision: float) -> float:
        steps = [step / 100 for step in range(10, 99)]
        kept = [step for step in steps if truth[said >= step].mean() >= precision]
        return kept[0]

    return lowest(_MATCH_PRECISION), lowest(_CHECK_PRECISION)


def _stances(pairs: Iterable[Pair], weights: Weights) -> Mapping[str, Mapping[str, float]]:
    about = [pair for pair in pairs if pair.is_match]
    values = np.array(
        [
            stance_features(
                Reading(pair.claim.texts[0], weights.idf), Reading(pair.text, weights.idf)
            )
            for pair in about
        ]
    )
    found: dict[str, dict[str, float]] = {}
    for said in SAID:
        truth = np.array([pair.relation == said for pair in about], float)
        # Each of the three weighs the same, however often it was written.
        worth = np.where(truth > 0, 1 / truth.mean(), 1 / (1 - truth.mean())) / 2
        fitted = logistic(values, truth, worth)
        found[said] = {
            name: round(float(value), 4)
            for name, value in zip(("bias", *STANCE), fitted, strict=True)
        }
    return found


def _counted(texts: Sequence[str]) -> Weights:
    """In how many texts each stem and concept stands; the rest is still to be fitted."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({*stems(text).split(), *_concepts(text)})
    kept = {word: count for word, count in sorted(counts.items()) if count >= _LEAST_FREQUENCY}
    return Weights(
        version="1", texts=len(texts), frequencies=kept, plain={}, with_vectors={}, stances={},
        match={}, check={},
    )  # fmt: skip


def _concepts(text: str) -> Iterator[str]:
    return (found.concept.name for found in concepts_in(folded(text).split()))


def write(weights: Weights, path: Path = WEIGHTS) -> None:
    path.write_text(json.dumps(asdict(weights), ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    bundled, model = bundled_vectors()
    write(fit(bundled, encoder=model))
