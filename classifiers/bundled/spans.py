"""Which words moved a label, and which sentence of a longer text carries it."""

from collections.abc import Sequence

import numpy as np

from classifiers.bundled.encoder import PartRead
from classifiers.bundled.windows import Range, sentences
from veille.post import Span

_MOST_WORDS = 3
# A word counts when it says this much more for the label than the words do on average.
_LEAST_SHARE = 1.0
_ENOUGH_WORDS = 12
_WORDS_WHY = "mots qui pèsent le plus"
_SENTENCE_WHY = "phrase qui pèse le plus"


def moving_spans(text: str, part: PartRead, best: int, other: int) -> tuple[Span, ...]:
    """Spans of the words that speak most for score `best` against score `other`.

    In a text of several sentences, the sentence that does so comes first.
    """
    words = _words(text, part, part.piece_scores[:, best] - part.piece_scores[:, other])
    if not words:
        return ()
    spans: list[Span] = []
    if len(words) >= _ENOUGH_WORDS and (carrying := _carrying_sentence(text, words)):
        spans.append(Span(start=carrying[0], end=carrying[1], why=_SENTENCE_WHY))
    least = float(np.mean([weight for _, weight in words])) + _LEAST_SHARE
    heavy = sorted((item for item in words if item[1] >= least), key=lambda item: -item[1])
    spans += [Span(start=a, end=b, why=_WORDS_WHY) for (a, b), _ in heavy[:_MOST_WORDS]]
    return tuple(spans)


def _words(text: str, part: PartRead, weights: np.ndarray) -> list[tuple[Range, float]]:
    """Each word of the part with the mean weight of its pieces."""
    found: list[tuple[Range, list[float]]] = []
    for (start, end), weight in zip(part.pieces, weights.tolist(), strict=True):
        while start < end and text[start].isspace():
            start += 1
        if start >= end:
            continue
        if found and found[-1][0][1] == start and not text[start - 1 : start].isspace():
            (first, _), before = found[-1]
            found[-1] = ((first, end), [*before, weight])
        else:
            found.append(((start, end), [weight]))
    return [(place, float(np.mean(said))) for place, said in found]


def _carrying_sentence(text: str, words: Sequence[tuple[Range, float]]) -> Range | None:
    """The sentence whose words weigh most on average; None when there is only one."""
    weights: dict[Range, list[float]] = {}
    parts = sentences(text)
    for (start, _), weight in words:
        place = next((part for part in parts if part[0] <= start < part[1]), None)
        if place:
            weights.setdefault(place, []).append(weight)
    if len(weights) <= 1:
        return None
    start, end = max(weights, key=lambda place: float(np.mean(weights[place])))
    shown = text[start:end].rstrip()
    return (start, start + len(shown)) if shown else None
