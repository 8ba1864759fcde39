"""How a model is asked about a text: for its own labels, or for sentences that follow from it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from classifiers.parts import Part, Scores
from classifiers.transformer.checkpoint import Checkpoint
from classifiers.transformer.heads import (
    Floats,
    entailment_of,
    hypotheses,
    log_share,
    outputs_of,
    scores_of,
    softmax,
)
from classifiers.transformer.network import open_network, open_tokenizer, windows_of
from veille.post import Axis

_WHY = "passage qui décide, dans un texte long"
_TEXTS_AT_ONCE = 256


class Reader(Protocol):
    """Reads texts, none of which is blank."""

    @property
    def axes(self) -> frozenset[Axis]: ...

    def parts(self, texts: Sequence[str]) -> Iterator[list[Part]]:
        """What is said of each text, window by window, in the order given."""
        ...


def reader_of(checkpoint: Checkpoint) -> Reader:
    """The reader that suits the model's labels. Raises `ConfigError`."""
    entailment = None if checkpoint.card.labels else entailment_of(checkpoint)
    if entailment is None:
        return LabelReader(checkpoint)
    return HypothesisReader(checkpoint, entailment)


class LabelReader:
    """For models whose labels stand for values of our axes."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._outputs = outputs_of(checkpoint)
        self._several = checkpoint.config.get("problem_type") == "multi_label_classification"
        self._tokenizer = open_tokenizer(checkpoint)
        self._network = open_network(checkpoint, labels=len(checkpoint.label_names))

    @property
    def axes(self) -> frozenset[Axis]:
        return frozenset(self._outputs)

    def parts(self, texts: Sequence[str]) -> Iterator[list[Part]]:
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            some = self._tokenizer.encode_batch(list(texts[first : first + _TEXTS_AT_ONCE]))
            windows_by_text = [list(windows_of(encoding)) for encoding in some]
            windows = [window for found in windows_by_text for window, _ in found]
            rows = iter(self._network.logits(windows))
            for found in windows_by_text:
                yield _parts(
                    [place for _, place in found], [self._scores(next(rows)) for _ in found]
                )

    def _scores(self, row: Floats) -> Scores:
        return scores_of(row, self._outputs, several=self._several)


class HypothesisReader:
    """For models that say whether a sentence follows from a text (NLI, zero-shot).

    The values of an axis compete: their sentences' probabilities, averaged over the languages
    they are put in, share one.
    """

    def __init__(self, checkpoint: Checkpoint, entailment: int) -> None:
        self._entailment = entailment
        self._languages = tuple(dict.fromkeys(checkpoint.card.hypotheses))
        self._sentences = [
            by_language[language]
            for values in hypotheses().values()
            for by_language in values.values()
            for language in self._languages
        ]
        self._tokenizer = open_tokenizer(checkpoint)
        longest = max(len(found) for found in self._tokenizer.encode_batch(self._sentences))
        self._cutter = open_tokenizer(checkpoint, spared=longest)
        self._network = open_network(checkpoint, labels=len(checkpoint.label_names))

    @property
    def axes(self) -> frozenset[Axis]:
        return frozenset(hypotheses())

    def parts(self, texts: Sequence[str]) -> Iterator[list[Part]]:
        for text in texts:
            places = [place for _, place in windows_of(self._cutter.encode(text))]
            windows = [text[start:end] for start, end in places]
            # A text that repeats itself is read once.
            said = {window: self._scores(window) for window in dict.fromkeys(windows)}
            yield _parts(places, [said[window] for window in windows])

    def _scores(self, window: str) -> Scores:
        pairs = [(window, sentence) for sentence in self._sentences]
        rows = self._network.logits(self._tokenizer.encode_batch(pairs))
        shares = np.array([log_share(row, self._entailment) for row in rows])
        told = iter(shares.reshape(-1, len(self._languages)).mean(axis=1))
        return {
            axis: dict(zip(values, softmax(np.array([next(told) for _ in values])), strict=True))
            for axis, values in hypotheses().items()
        }


def _parts(places: Sequence[tuple[int, int]], scores: Sequence[Scores]) -> list[Part]:
    why = _WHY if len(places) > 1 else ""
    return [
        Part(start=start, end=end, scores=said, why=why)
        for (start, end), said in zip(places, scores, strict=True)
    ]
