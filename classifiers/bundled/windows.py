"""Long texts in parts a model can read at once, cut between sentences where possible."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_END = re.compile(r"[.!?…؟।]+[\s»\"”)]*|\n+")
Range = tuple[int, int]


def sentences(text: str) -> list[Range]:
    """Start and end of each sentence; together they are the whole text."""
    ends = [match.end() for match in _END.finditer(text)]
    cuts = [0, *ends] if ends and ends[-1] == len(text) else [0, *ends, len(text)]
    return [(start, end) for start, end in pairwise(cuts) if end > start]


def windows(text: str, offsets: Sequence[Range], most: int) -> list[Range]:
    """Parts of `text` of at most `most` pieces each: whole sentences unless one is too long.

    `offsets` are where the pieces of the text stand. A text that fits is one part.
    """
    if len(offsets) <= most:
        return [(0, len(text))]
    found: list[Range] = []
    start = count = 0
    for first, last, pieces in _counted(text, offsets, most):
        if count and count + pieces > most:
            found.append((start, first))
            start, count = first, 0
        count += pieces
        end = last
    found.append((start, end))
    return found


def _counted(text: str, offsets: Sequence[Range], most: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and pieces of each sentence, those that are too long cut in equal parts."""
    place = 0
    for start, end in sentences(text):
        first = place
        while place < len(offsets) and offsets[place][0] < end:
            place += 1
        for begin in range(first, place, most) or (first,):
            stop = min(begin + most, place)
            left = start if begin == first else offsets[begin][0]
            right = end if stop == place else offsets[stop][0]
            if right > left:
                yield left, right, stop - begin
