"""The contract of a classifier: texts in, labels out, nothing else."""

from collections.abc import Sequence
from typing import Protocol

from veille.post import Axis, Label


class Classifier(Protocol):
    """Says what it sees in texts, on the axes it knows.

    `model` is "name@version"; `axes` are those it may label; `languages` (ISO 639-3) are those
    it was measured on.
    """

    @property
    def model(self) -> str: ...

    @property
    def axes(self) -> frozenset[Axis]: ...

    @property
    def languages(self) -> frozenset[str]: ...

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        """One list of labels per text, in the order given.

        Scores are within 0..1; `stance` and `hostility` give every value and sum to 1 unless
        the classifier abstains, and then the axis is absent. Within an axis, best first. No
        `str` makes it raise. A batch of 1 equals a batch of 64 to 1e-5.
        """
        ...
