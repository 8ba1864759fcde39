"""How well languages are told, on text that nobody trained on.

A folder of evaluation holds `flores200.tsv.gz` and `udhr.tsv.gz` (iso639_3, macro, script, split,
domain, licence, text); one of samples holds invented posts, some with the language of each token.
"""

import csv
import gzip
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from classifiers.training.language_calibration import cut
from classifiers.training.language_profiles import RECIPES
from veille.language import OPERATIONAL, UNKNOWN, identify, tags
from veille.language.chunks import unaccented

SETS = {"FLORES-200": "flores200.tsv.gz", "UDHR": "udhr.tsv.gz"}
SPLITS = {"FLORES-200": "devtest"}
# The labels the targets are about; the others are experimental or have no such text.
MEASURED = ("fra", "eng", "hau", "wol", "bam", "ful", "mos", "tmh", "ara")
RESAMPLES = 200
# What takes a share of 2.5 % at either end.
_TAIL = RESAMPLES // 40
# So many standard deviations hold 95 % of a normal distribution.
_NORMAL = 1.96
# Manding has its own name in the files.
_LABELS = {"man": "bam"}


class Line(NamedTuple):
    """One line of a set: its label (`UNKNOWN` for what is none of ours), language, and text."""

    label: str
    language: str
    text: str


class Score(NamedTuple):
    """Precision, recall and F1 of one label, and the interval that holds F1 95 times in 100."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float


Pair = tuple[str, str]


def lines_of(folder: Path, name: str, *, every: int = 1) -> list[Line]:
    """The lines of one set of `SETS`, or one in `every` of them."""
    with gzip.open(folder / SETS[name], "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        wanted = [row for row in rows if SPLITS.get(name, "") in row["split"]]
    return [
        Line(label_of(row["macro"]), f"{row['iso639_3']}-{row['script']}", row["text"])
        for row in wanted[::every]
    ]


def label_of(macro: str) -> str:
    label = _LABELS.get(macro, macro)
    return label if label in OPERATIONAL else UNKNOWN


def shortened(line: Line) -> Line:
    """Four to ten words in a row, lower case, as phones without our letters write them."""
    return line._replace(text=unaccented(" ".join(cut(line.text)).lower()))


def told_of(text: str) -> str:
    return identify(text).code


def pairs_of(lines: Iterable[Line], say: Callable[[str], str]) -> list[Pair]:
    """What each line is, and what is said of it."""
    return [(line.label, say(line.text)) for line in lines]


def scores_of(pairs: Sequence[Pair]) -> dict[str, Score]:
    """By label, of those that occur; intervals by drawing the pairs again and again."""
    chance = random.Random(0)  # noqa: S311 - no secret
    labels = sorted({label for label, _ in pairs})
    counts = Counter(pairs)
    drawn: dict[str, list[float]] = {label: [] for label in labels}
    kinds, weights = list(counts), list(counts.values())
    for _ in range(RESAMPLES):
        again = Counter(chance.choices(kinds, weights, k=len(pairs)))
        for label in labels:
            drawn[label].append(_score(again, label)[2])
    return {label: Score(*_score(counts, label), *_interval(drawn[label])) for label in labels}


def _interval(drawn: Iterable[float]) -> tuple[float, float]:
    ranked = sorted(drawn)
    return ranked[_TAIL], ranked[-_TAIL - 1]


def _score(counts: Mapping[Pair, int], label: str) -> tuple[float, float, float]:
    right = counts.get((label, label), 0)
    said = sum(n for (_, told), n in counts.items() if told == label)
    there = sum(n for (gold, _), n in counts.items() if gold == label)
    return right / max(1, said), right / max(1, there), 2 * right / max(1, said + there)


def macro_f1(scores: Mapping[str, Score]) -> float:
    """The mean F1 of the labels of `MEASURED` that occur."""
    found = [scores[label].f1 for label in MEASURED if label in scores]
    return sum(found) / len(found)


def confusions(lines: Sequence[Line], pairs: Sequence[Pair]) -> Counter[Pair]:
    """How often a language was called what it is not."""
    return Counter(
        (line.language, told)
        for line, (label, told) in zip(lines, pairs, strict=True)
        if told != label
    )


class Share(NamedTuple):
    """How many of how many, and Wilson's interval that holds the share 95 times in 100."""

    of: int
    share: float
    low: float
    high: float


def share_of(count: int, of: int) -> Share:
    share, spread = count / of, _NORMAL**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return Share(of, share, middle - half, middle + half)


def recalls(lines: Sequence[Line], pairs: Sequence[Pair]) -> dict[str, tuple[str, Share]]:
    """By language and script: the label its lines should have, and how many have it."""
    labels = {line.language: line.label for line in lines}
    there = Counter(line.language for line in lines)
    wrong = confusions(lines, pairs)
    missed = {name: sum(n for (a, _), n in wrong.items() if a == name) for name in there}
    return {
        name: (labels[name], share_of(n - missed[name], n)) for name, n in sorted(there.items())
    }


def is_stranger(language: str) -> bool:
    """Whether no line or word of a language was counted, not even to refuse it."""
    counted = {code for recipe in RECIPES for code in recipe.texts + recipe.lexicons}
    return language.partition("-")[0] not in counted


class Switched(NamedTuple):
    """How well posts that switch language are told: tokens with their interval, and posts.

    `both` counts the posts whose mix names exactly the languages that are in them.
    """

    tokens: int
    accuracy: float
    low: float
    high: float
    both: Share


def switched(path: Path) -> Switched:
    """Of a file of posts with the language of each token; intervals by drawing posts again."""
    posts = posts_of(path)
    rights = [
        (sum(map(str.__eq__, tags(post["text"]), post["tokens"])), len(post["tokens"]))
        for post in posts
    ]
    both = [set(identify(post["text"]).mix) == {*post["tokens"]} - {"x"} for post in posts]
    chance = random.Random(0)  # noqa: S311 - no secret
    drawn = [_ratio(chance.choices(rights, k=len(rights))) for _ in range(RESAMPLES)]
    tokens = sum(n for _, n in rights)
    low, high = _interval(drawn)
    return Switched(tokens, _ratio(rights), low, high, share_of(sum(both), len(both)))


def _ratio(rights: Iterable[tuple[int, int]]) -> float:
    right, there = map(sum, zip(*rights, strict=True))
    return right / there


def posts_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def called_mixed(texts: Iterable[tuple[str, str]]) -> dict[str, Share]:
    """By label of texts in one language, how many are called mixed."""
    there: Counter[str] = Counter()
    mixed: Counter[str] = Counter()
    for label, text in texts:
        there[label] += 1
        mixed[label] += len(identify(text).mix) > 1
    return {label: share_of(mixed[label], n) for label, n in sorted(there.items())}
