"""From the scores of words to a language, a probability, and the places where it changes."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import sub
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

    def verdict(self, words: Sequence[Word]) -> Verdict:
        """The best label for words taken as one text; `UNKNOWN` where it is not sure enough."""
        best = self.best(words)
        sure = best.probability >= self.calibration.least.get(best.code, _NEVER)
        return best if sure else NOBODY

    def best(self, words: Sequence[Word]) -> Verdict:
        """The best label, sure or not, and the profile of it that is nearest."""
        lift = LIFT * sum([votes for _, _, _, votes in words])
        totals = self.model.totals(words)
        far = max(lift, *totals) - _FAR / self.calibration.scale * STEPS
        scale = self.calibration.scale / STEPS
        logits = {
            place: (total - lift) * scale + self._prior[place]
            for place, total in enumerate(totals)
            if total > far
        }
        top = max(logits.values(), default=0.0)
        weights = {place: math.exp(logit - top) for place, logit in logits.items()}
        known = [place for place in weights if self._labels[place] in self._places]
        if not known:
            return NOBODY
        place = max(known, key=weights.__getitem__)
        code = self._labels[place]
        share = sum(weights.get(other, 0.0) for other in self._places[code])
        whole = sum(weights.values()) + math.exp(min(-top, _FAR))
        return Verdict(code, share / whole, self.model.profiles[place])

    def path_beside(self, words: Sequence[Word], code: str) -> list[str]:
        """One label a word where the text is in several languages, else nothing.

        `code` is what the whole text was found to be, or `UNKNOWN`: then all that is in it must
        be sure enough by itself.
        """
        if len(words) < _FEWEST_WORDS:
            return []
        rows = self._rows(words, code)
        while rows and (len(rows) > 1 or code == UNKNOWN):
            path, score = self._path(rows)
            kept = {label: rows[label] for label in rows if self._stays(label, words, path, code)}
            if len(kept) == len(rows):
                enough = self.calibration.mixed * STEPS * len(words)
                lift = LIFT * sum(word.votes for word in words)
                return path if code != UNKNOWN or score - lift >= enough else []
            rows = kept
        return []

    def _rows(self, words: Sequence[Word], code: str) -> dict[str, list[int]]:
        """The score of each word in `code` and in the labels that may stand beside it."""
        counted = Counter([self._labels[best] for _, _, best, _ in words])
        rivals = [label for label, _ in counted.most_common() if label in self._places]
        if code == UNKNOWN:
            return {label: self._row(words, label) for label in rivals[:_MOST_LANGUAGES]}
        main = self._row(words, code)
        rows = {code: main}
        for label in [label for label in rivals if label != code][:_MOST_LANGUAGES]:
            row = self._row(words, label)
            if _gains(map(sub, row, main), self._switch):
                rows[label] = row
        return rows

    def _row(self, words: Sequence[Word], label: str) -> list[int]:
        places = self._places[label]
        if len(places) == 1:
            [place] = places
            return [row[place] for row, _, _, _ in words]
        return [max([row[place] for place in places]) for row, _, _, _ in words]

    def _stays(self, label: str, words: Sequence[Word], path: Sequence[str], code: str) -> bool:
        """Whether enough of the text is in `label` for it to be no accident."""
        own = [word for word, said in zip(words, path, strict=True) if said == label]
        if label == code or not own:
            return label == code
        if code == UNKNOWN:
            return len(own) >= _FEWEST_OF_ONE and self.best(own).code == label
        return len(own) >= _FEWEST_OF_ONE or label == COMMON

    def _path(self, rows: Mapping[str, Sequence[int]]) -> tuple[list[str], int]:
        """The best sequence of labels, one a word, and its score: Viterbi with one price."""
        labels = list(rows)
        steps = list(zip(*rows.values(), strict=True))
        total = list(steps[0])
        came: list[list[int]] = []
        for step in steps[1:]:
            leap = max(total) - self._switch
            best = total.index(leap + self._switch)
            came.append([best if leap > n else place for place, n in enumerate(total)])
            total = [(leap if leap > n else n) + score for n, score in zip(total, step)]  # noqa: B905
        score = max(total)
        at = total.index(score)
        found = [at]
        for back in reversed(came):
            at = back[at]
            found.append(at)
        return [labels[place] for place in reversed(found)], score


def _gains(differences: Iterable[int], switch: int) -> bool:
    """Whether a run of words gains more by another language than changing to it costs.

    One change where the run begins or ends the text, two within it.
    """
    run, is_first = 0, True
    for difference in differences:
        run += difference
        if run > (switch if is_first else 2 * switch):
            return True
        if run < 0:
            run, is_first = 0, False
    return run > switch


@cache
def judge_of(script: str) -> Judge | None:
    """The judge of a script, read when it is first needed; None where there is no profile."""
    folder = files("veille") / "profiles"
    known = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    if script.lower() not in known:
        return None
    calibration = Calibration(**known[script.lower()])
    return Judge(read_model(folder / script.lower(), per_word=calibration.per_word), calibration)
