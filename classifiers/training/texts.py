"""Running text that may shape released weights: `<iso639-3>.txt.gz` beside its licences.

Only lines under a free licence are read; lines for research or without a licence are passed over.
"""

import csv
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

FREE = ("CC0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY", "CC-BY-SA", "MIT", "Apache", "AFL", "Public")
# Words of interfaces and advertisement pages teach little about posts.
_LEAST_CHARACTERS, _MOST_CHARACTERS = 15, 400


def free_lines(folder: Path, lang: str) -> Iterator[str]:
    """Lines of one language that are free and of a useful length, in the file's order."""
    with (
        gzip.open(folder / f"{lang}.txt.gz", "rt", encoding="utf-8") as lines,
        gzip.open(folder / f"{lang}.sources.tsv.gz", "rt", encoding="utf-8") as sources,
    ):
        for line, source in zip(lines, csv.DictReader(sources, delimiter="\t"), strict=True):
            text = line.strip()
            if is_free(source["licence"]) and len(text) >= _LEAST_CHARACTERS:
                yield text[:_MOST_CHARACTERS]


def is_free(licence: str) -> bool:
    return "-NC" not in licence and licence.startswith(FREE)


def sample(folder: Path, lang: str, most: int, seed: int) -> list[str]:
    """At most `most` free lines of one language, the same ones for the same seed."""
    lines = sorted(set(free_lines(folder, lang)))
    random.Random(f"{seed} {lang}").shuffle(lines)  # noqa: S311 - chooses texts, keeps no secret
    return lines[:most]
