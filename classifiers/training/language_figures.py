"""How well languages are told: the figures of docs/languages.md, on text nobody trained on.

    python -m classifiers.training.language_figures EVAL [EVERY]

EVAL holds `flores200.tsv.gz` and `udhr.tsv.gz` (iso639_3, macro, script, split, domain, licence,
text). Each set is judged whole, and cut to 4 to 10 folded words. EVERY takes one line in so many.
"""

import csv
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from classifiers.training.language_calibration import cut
from veille.language import OPERATIONAL, UNKNOWN, identify, tags
from veille.language.chunks import unaccented

SETS = {"FLORES-200": "flores200.tsv.gz", "UDHR": "udhr.tsv.gz"}
SPLITS = {"FLORES-200": "devtest"}
# The labels the targets are about; the others are experimental or have no such text.
MEASURED = ("fra", "eng", "hau", "wol", "bam", "ful", "mos", "tmh", "ara")
RESAMPLES = 200
# Manding has its own name in the files.
_LABELS = {"man": "bam"}
_LANGDETECT = {"fr": "fra", "en": "eng", "ar": "ara"}


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


def stock_langdetect() -> Callable[[str], str]:
    """What langdetect says as it comes, seeded; it knows three of our languages."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def said(text: str) -> str:
        try:
            return _LANGDETECT.get(detect(text), UNKNOWN)
        except LangDetectException:
            return UNKNOWN

    return said


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
    scores = {}
    for label in labels:
        ranked = sorted(drawn[label])
        low, high = ranked[RESAMPLES // 40], ranked[-RESAMPLES // 40 - 1]
        scores[label] = Score(*_score(counts, label), low, high)
    return scores


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


def token_accuracy(paths: Iterable[Path]) -> dict[str, float]:
    """By file of posts that switch language, the share of tokens whose language is told right."""
    accuracy = {}
    for path in paths:
        posts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        right = [
            told == token
            for post in posts
            for told, token in zip(tags(post["text"]), post["tokens"], strict=True)
        ]
        accuracy[path.stem] = sum(right) / len(right)
    return accuracy


def table_of(scores: Mapping[str, Score]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield "| label | precision | recall | F1 | 95 % interval |"
    yield "|---|---|---|---|---|"
    for label, score in scores.items():
        told = f"{score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f}"
        yield f"| {label} | {told} | {score.low:.3f}–{score.high:.3f} |"


def main(folder: Path, every: int) -> Iterator[str]:
    """The report, line by line."""
    for name in SETS:
        whole = lines_of(folder, name, every=every)
        for how, lines in (("whole", whole), ("cut and folded", [shortened(x) for x in whole])):
            pairs = pairs_of(lines, told_of)
            scores = scores_of(pairs)
            yield f"\n{name}, {how}: {len(lines)} lines, macro-F1 {macro_f1(scores):.3f}\n"
            yield from table_of(scores)
            confused = confusions(lines, pairs).most_common(12)
            yield "\n" + ", ".join(f"{a} as {b} {n}" for (a, b), n in confused)


if __name__ == "__main__":
    for line in main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):  # noqa: PLR2004
        sys.stdout.write(f"{line}\n")
