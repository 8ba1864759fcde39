"""From the scores of words to a language, a probability, and the places where it changes."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veille.language.model import STEPS, Model, Scores, Word, read_model

# ISO 639-3; Manding with Dyula, Fula, Songhay-Zarma, Tamasheq and Arabic are macro labels.
OPERATIONAL = (
    "fra", "eng", "bam", "ful", "hau", "mos", "tmh", "son", "ara", "wol", "snk", "knc", "pcm",
)  # fmt: skip
UNKNOWN = "und"
# The language whose single words stand in all others.
COMMON = "fra"
_MOST_LANGUAGES = 4
_FEWEST_WORDS = 4
_FEWEST_OF_ONE = 2
# More than any probability.
_NEVER = 2.0
# Logits further apart than this do not change a probability that anybody reads.
_FAR = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted on the development split; written by classifiers.training.

    A label's logit is (score + per_word * words) * scale + prior. `least` is the probability
    below which it is not said. `switch` is what changing language costs, and `mixed` what a
    text in several must score per word.
    """

    scale: float
    per_word: Mapping[str, float]
    prior: Mapping[str, float]
    least: Mapping[str, float]
    switch: float
    mixed: float


# Sums of scores, per profile or label.
Totals = NDArray[np.int64]


class Verdict(NamedTuple):
    """A label, its probability, and the profile that spoke for it."""

    code: str
    probability: float
    profile: str


NOBODY = Verdict(UNKNOWN, 0.0, "")


class Judge:
    """Decides for one script."""

    def __init__(self, model: Model, calibration: Calibration) -> None:
        """`model` has been read with what `calibration` adds per word."""
        self.model = model
        self.calibration = calibration
        names = [name.partition(".")[0] for name in model.profiles]
        self._prior = np.array([calibration.prior.get(name, 0.0) for name in names])
        self._switch = round(calibration.switch * STEPS)
        # Labels that may be said come first; which of them each profile has.
        self._labels = sorted(set(names), key=lambda name: (name not in OPERATIONAL, name))
        self._known = sum(name in OPERATIONAL for name in self._labels)
        self._label = np.array([self._labels.index(name) for name in names])
        self._places = [np.flatnonzero(self._label == n).tolist() for n in range(self._known)]
        self._unsaid = np.where(self._label < self._known, 0.0, -np.inf)

    def decide(self, words: Sequence[Word]) -> tuple[Verdict, list[str]]:
        """What the words are in taken as one text, and one label a word where there are two."""
        scores = self.model.scores(words)
        totals = scores.sum(axis=0)
        best = self._best(totals)
        verdict = best if self._is_sure(best) else NOBODY
        if len(words) < _FEWEST_WORDS:
            return verdict, []
        if verdict is NOBODY:
            return verdict, self._path_of_two(words, scores, totals)
        path = self._path_beside(verdict.code, words, scores, totals)
        rivals = [label for label in path if label != verdict.code]
        return verdict, path if rivals and self._may_stay(rivals[0], len(rivals)) else []

    def best(self, words: Sequence[Word], only: str = "") -> Verdict:
        """The best label, or `only` that one, sure or not, and the profile that is nearest."""
        return self._best(self.model.scores(words).sum(axis=0), only)

    def _is_sure(self, verdict: Verdict) -> bool:
        return verdict.probability >= self.calibration.least.get(verdict.code, _NEVER)

    def _best(self, totals: Totals, only: str = "") -> Verdict:
        logits = totals * (self.calibration.scale / STEPS) + self._prior
        top = float(logits.max())
        weights = np.exp(logits - top)
        if only:
            place = max(self._places[self._labels.index(only)], key=logits.__getitem__)
        else:
            place = int((logits + self._unsaid).argmax())
        label = int(self._label[place])
        share = sum([float(weights[other]) for other in self._places[label]])
        whole = float(weights.sum()) + math.exp(min(-top, _FAR))
        return Verdict(self._labels[label], share / whole, self.model.profiles[place])

    def _may_stay(self, label: str, count: int) -> bool:
        return count >= _FEWEST_OF_ONE or label == COMMON

    def _nearest(self, label: int, totals: Totals) -> int:
        """Of the profiles of a label, the place of the nearest to the whole text."""
        places = self._places[label]
        return places[0] if len(places) == 1 else max(places, key=totals.__getitem__)

    def _by_best(self, words: Sequence[Word], values: Scores) -> NDArray[np.float64]:
        """The sum of `values` over the words that each label that may be said explains best."""
        labels = self._label[[best for _, best, _ in words]]
        sums = np.bincount(labels, values, minlength=len(self._labels))
        return sums[: self._known].astype(np.float64)

    def _path_beside(
        self, code: str, words: Sequence[Word], scores: Scores, totals: Totals
    ) -> list[str]:
        """One label a word where another than `code` gains more than changing language costs."""
        main = self._labels.index(code)
        own = scores[:, self._nearest(main, totals)]
        leads = self._by_best(words, scores.max(axis=1) - own)
        leads[main] = 0
        rivals = np.flatnonzero(leads > self._switch // 2).tolist()
        if not rivals:
            return []
        better = scores[:, [self._nearest(rival, totals) for rival in rivals]] - own[:, None]
        gains = _gains(better, self._switch)
        first = int(gains.argmax())
        if gains[first] <= 0:
            return []
        return _walk(
            (code, self._labels[rivals[first]]), (-better[:, first]).tolist(), self._switch
        )

    def _path_of_two(self, words: Sequence[Word], scores: Scores, totals: Totals) -> list[str]:
        """The best path through the two labels that explain most, if it is good enough."""
        explained = self._by_best(words, scores.max(axis=1))
        named = np.argsort(-explained, kind="stable")[:_MOST_LANGUAGES].tolist()
        rows = {n: scores[:, self._nearest(n, totals)] for n in named if explained[n] > 0}
        pairs = {(a, b): np.maximum(rows[a], rows[b]).sum() for a, b in combinations(rows, 2)}
        if not pairs:
            return []
        first, second = max(pairs, key=pairs.__getitem__)
        codes = (self._labels[first], self._labels[second])
        path = _walk(codes, (rows[first] - rows[second]).tolist(), self._switch)
        is_first = np.array([code == codes[0] for code in path])
        score = np.where(is_first, rows[first], rows[second]).sum()
        enough = self.calibration.mixed * STEPS * len(words)
        if score - np.count_nonzero(np.diff(is_first)) * self._switch < enough:
            return []
        parts = ((codes[0], scores[is_first]), (codes[1], scores[~is_first]))
        return path if all(self._is_nearest(code, own) for code, own in parts) else []

    def _is_nearest(self, label: str, scores: Scores) -> bool:
        """Whether the words, if any, are in `label` when taken alone."""
        if len(scores) < _FEWEST_OF_ONE:
            return not len(scores) or label == COMMON
        return self._best(scores.sum(axis=0)).code == label


def _gains(better: Scores, switch: int) -> Totals:
    """The most that a run of words gains in each column, less what changing to it costs.

    One change where the run begins or ends the text, two within it. `better`: (words, labels).
    """
    sums = better.cumsum(axis=0)
    within = (sums - np.minimum.accumulate(sums)).max(axis=0) - 2 * switch
    ends = np.maximum(sums.max(axis=0), sums[-1] - sums.min(axis=0)) - switch
    gains: Totals = np.maximum(within, ends)
    return gains


def _walk(labels: tuple[str, str], leads: Iterable[int], switch: int) -> list[str]:
    """The best way through words in two languages: Viterbi with one price for a change.

    `leads` tell by how much each word is better in the first language. Whichever language is
    behind by more than the price comes from the other one.
    """
    lead, came = 0, []
    for step in leads:
        if -switch <= lead <= switch:
            came.append(0)
        else:
            came.append(1 if lead > 0 else -1)
            lead = switch if lead > 0 else -switch
        lead += step
    first = lead >= 0
    path = []
    for sign in reversed(came):
        path.append(labels[0] if first else labels[1])
        first = first if sign == 0 else sign > 0
    return path[::-1]


@cache
def judge_of(script: str) -> Judge | None:
    """The judge of a script, read when it is first needed; None where there is no profile."""
    folder = files("veille") / "profiles"
    known = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    if script.lower() not in known:
        return None
    calibration = Calibration(**known[script.lower()])
    return Judge(read_model(folder / script.lower(), per_word=calibration.per_word), calibration)
