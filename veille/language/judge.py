"""From the scores of words to a language, a probability, and the places where it changes."""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from operator import ne, neg, sub
from typing import NamedTuple

from veille.language.model import LIFT, STEPS, Model, Word, read_model

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
        self._labels = [name.partition(".")[0] for name in model.profiles]
        self._prior = [calibration.prior.get(label, 0.0) for label in self._labels]
        self._switch = round(calibration.switch * STEPS)
        self._places: dict[str, list[int]] = {}
        for place, label in enumerate(self._labels):
            if label in OPERATIONAL:
                self._places.setdefault(label, []).append(place)

    def decide(self, words: Sequence[Word]) -> tuple[Verdict, list[str]]:
        """What the words are in taken as one text, and one label a word where there are two."""
        totals = self.model.totals(words)
        best = self._best(words, totals, self._places)
        verdict = best if self._is_sure(best) else NOBODY
        if len(words) < _FEWEST_WORDS:
            return verdict, []
        if verdict is NOBODY:
            return verdict, self._path_of_two(words, totals)
        main = self._place(verdict.code, totals)
        rival, row = self._rival(words, main, totals)
        if not rival:
            return verdict, []
        path = _walk((verdict.code, rival), map(neg, row), self._switch)
        stays = path.count(rival) >= _FEWEST_OF_ONE or rival == COMMON
        return verdict, path if stays else []

    def best(self, words: Sequence[Word], only: str = "") -> Verdict:
        """The best label, or `only` that one, sure or not, and the profile that is nearest."""
        return self._best(words, self.model.totals(words), (only,) if only else self._places)

    def _is_sure(self, verdict: Verdict) -> bool:
        return verdict.probability >= self.calibration.least.get(verdict.code, _NEVER)

    def _best(
        self, words: Sequence[Word], totals: Sequence[int], labels: Collection[str]
    ) -> Verdict:
        lift = LIFT * sum([votes for _, _, _, votes in words])
        scale = self.calibration.scale / STEPS
        highest = max(totals)
        far = (highest if highest > lift else lift) - _FAR / scale
        logits = {
            place: (total - lift) * scale + self._prior[place]
            for place, total in enumerate(totals)
            if total > far
        }
        top = max(logits.values(), default=0.0)
        weights = {place: math.exp(logit - top) for place, logit in logits.items()}
        known = [place for place in weights if self._labels[place] in labels]
        if not known:
            return NOBODY
        place = max(known, key=weights.__getitem__)
        code = self._labels[place]
        share = sum([weights.get(other, 0.0) for other in self._places[code]])
        whole = sum(weights.values()) + math.exp(min(-top, _FAR))
        return Verdict(code, share / whole, self.model.profiles[place])

    def _rival(
        self, words: Sequence[Word], main: int, totals: Sequence[int]
    ) -> tuple[str, Sequence[int]]:
        """The label that gains most where it is better than `main`, and by how much each word is.

        Empty where none gains more than changing language costs.
        """
        leads: dict[str, int] = {}
        for row, _, best, _ in words:
            if best != main:
                label = self._labels[best]
                leads[label] = leads.get(label, 0) + row[best] - row[main]
        rival, gained, better = "", 0, [0]
        for label, lead in leads.items():
            if lead > self._switch // 2 and label in self._places:
                place = self._place(label, totals)
                row = [row[place] - row[main] for row, _, _, _ in words]
                gain = _gain(row, self._switch)
                if gain > gained:
                    rival, gained, better = label, gain, row
        return rival, better

    def _path_of_two(self, words: Sequence[Word], totals: Sequence[int]) -> list[str]:
        """The best path through the two labels that explain most, if it is good enough."""
        explained: Counter[str] = Counter()
        for row, _, best, votes in words:
            explained[self._labels[best]] += row[best] - LIFT * votes
        named = [label for label, _ in explained.most_common() if label in self._places]
        places = {label: self._place(label, totals) for label in named[:_MOST_LANGUAGES]}
        rows = {label: [row[n] for row, _, _, _ in words] for label, n in places.items()}
        pairs = {(a, b): sum(map(max, rows[a], rows[b])) for a, b in combinations(rows, 2)}
        if not pairs:
            return []
        pair = max(pairs, key=pairs.__getitem__)
        path = _walk(pair, map(sub, rows[pair[0]], rows[pair[1]]), self._switch)
        score = sum([rows[label][place] for place, label in enumerate(path)])
        score -= LIFT * sum([votes for _, _, _, votes in words])
        enough = self.calibration.mixed * STEPS * len(words)
        if score - sum(map(ne, path, path[1:])) * self._switch < enough:
            return []
        return path if all(self._is_nearest(label, words, path) for label in set(path)) else []

    def _is_nearest(self, label: str, words: Sequence[Word], path: Sequence[str]) -> bool:
        own = [word for word, said in zip(words, path, strict=True) if said == label]
        return len(own) >= _FEWEST_OF_ONE and self.best(own).code == label

    def _place(self, label: str, totals: Sequence[int]) -> int:
        """Of the profiles of `label`, the nearest to the whole text."""
        places = self._places[label]
        return places[0] if len(places) == 1 else max(places, key=totals.__getitem__)


def _gain(differences: Iterable[int], switch: int) -> int:
    """The most that a run of words gains by another language, less what changing to it costs.

    One change where the run begins or ends the text, two within it.
    """
    best = run = 0
    cost = switch
    for difference in differences:
        run += difference
        if run <= 0:
            run, cost = 0, 2 * switch
        elif run - cost > best:
            best = run - cost
    return max(best, run - cost + switch)


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
