"""Any Hugging Face model that classifies or infers, from a folder on this machine."""

from collections.abc import Mapping, Sequence
from typing import cast

from classifiers.named import named_targets
from classifiers.parts import Part, labels_of
from classifiers.transformer.checkpoint import Checkpoint, open_checkpoint
from classifiers.transformer.readers import reader_of
from veille.post import Axis, Label

__all__ = ["TransformerClassifier", "open_checkpoint"]


class TransformerClassifier:
    """Labels by one model: its own labels, or the codebook's hypotheses where it infers.

    Long texts are read whole, in windows that overlap. Targets are the actors a text names.
    Raises `ConfigError` when the model cannot be opened.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._model = checkpoint.model
        self._card = checkpoint.card
        self._reader = reader_of(checkpoint)

    @property
    def model(self) -> str:
        return self._model

    @property
    def axes(self) -> frozenset[Axis]:
        return self._reader.axes | {"target"}

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._card.languages)

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        # Half of a surrogate pair is no text; a sign in its place keeps every other position.
        readable = [text.encode("utf-8", "replace").decode() for text in texts]
        parts = self._reader.parts([text for text in readable if text.strip()])
        return [self._labels(text, next(parts)) if text.strip() else [] for text in readable]

    def _labels(self, text: str, parts: Sequence[Part]) -> list[Label]:
        thresholds = cast("Mapping[Axis, float]", self._card.abstain_below)
        said = labels_of(parts, model=self._model, abstain_below=thresholds)
        return [*named_targets(text, self._model), *said]
