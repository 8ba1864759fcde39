"""The bundled classifier: encoder, n-grams and keyword floor, one calibrated opinion."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from classifiers.bundled.encoder import Encoder, PartRead
from classifiers.bundled.files import FOLDER, ModelFiles, checked_files
from classifiers.bundled.grams import Floats, Grams
from classifiers.bundled.heads import heads
from classifiers.bundled.opinions import (
    ABUSE,
    OUT_OF_SCOPE,
    Opinion,
    agreed,
    alarm,
    doubted,
    opinion_of_labels,
    opinion_of_scores,
    out_of_scope,
    pooled,
    shifted,
    slices,
)  # fmt: skip
from classifiers.bundled.spans import moving_spans
from classifiers.keywords import KeywordClassifier
from veille.codebook.actors import GENERIC
from veille.post import Axis, Label, Span

_AXES: frozenset[Axis] = frozenset({"target", "narrative", "stance", "hostility", "fact"})
_MOST_NARRATIVES = 3
_MOST_SPANS = 8
_LEAST_FACT = 0.5
# Characters of a text that the two quick readers may be left alone with.
_SHORT = 400
_WHOLE: tuple[Axis, ...] = ("stance", "hostility")


class BundledClassifier:
    """Labels by three readers together; actors are named by the codebook's finder alone."""

    def __init__(self, files: ModelFiles) -> None:
        self._files, self._settings = files, files.settings
        self._encoder, self._grams = Encoder(files), Grams.open(files.grams)
        self._floor = KeywordClassifier()

    @classmethod
    def open(cls, folder: Path = FOLDER) -> "BundledClassifier":
        """Raises `ConfigError` naming the file that is missing, cut or of another version."""
        return cls(checked_files(folder))

    @property
    def model(self) -> str:
        return self._files.model

    @property
    def axes(self) -> frozenset[Axis]:
        return _AXES

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._files.languages)

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        floor, grams = self._floor.label(texts), self._grams.scores(texts)
        quick = [
            {"grams": opinion_of_scores(row), "floor": opinion_of_labels(said)}
            for row, said in zip(grams, floor, strict=True)
        ]
        doubtful = [
            n
            for n, text in enumerate(texts)
            if len(text) > _SHORT or not self._is_ordinary(floor[n], quick[n]["grams"])
        ]
        parts = self._encoder.read([texts[n] for n in doubtful])
        found = dict(zip(doubtful, parts, strict=True))
        return [
            list(self._labels(text, said, opinions, found.get(n, [])))
            for n, (text, said, opinions) in enumerate(zip(texts, floor, quick, strict=True))
        ]

    def _is_ordinary(self, floor: Sequence[Label], grams: Opinion) -> bool:
        """Whether floor and n-grams are so sure that no aid is meant that nobody need read on."""
        return (
            _family(floor) == OUT_OF_SCOPE
            and out_of_scope(grams) > self._settings["sure_out_of_scope"]
            and alarm(grams) < self._settings["least_alarm"]
        )

    def _labels(
        self,
        text: str,
        floor: Sequence[Label],
        quick: Mapping[str, Opinion],
        parts: Sequence[PartRead],
    ) -> Iterator[Label]:
        part, opinions, weights = None, quick, self._settings["quick_weights"]
        if parts:
            row, part = telling(parts)
            opinions = {"encoder": opinion_of_scores(row), **quick}
            weights = self._settings["weights"]
        shares = pooled(opinions, weights)
        if _family(floor) == ABUSE:
            # A report of abuse goes the closed way whatever else it looks like.
            said = quick["floor"]
            shares |= {name: np.exp(said[name]) for name in ("narrative", "stance", "hostility")}
        if not any(label.axis == "target" for label in floor):
            shares = doubted(shares, self._settings["unnamed"])
        hostility = agreed(shares, self._settings["agreement"])
        shares["hostility"] = shifted(hostility, self._settings["bias"])
        yield from self._targets(floor, shares["target"])
        for axis in ("narrative", *_WHOLE):
            yield from self._said(axis, shares[axis], text, floor, part)
        best = int(shares["fact"].argmax())
        if shares["fact"][best] >= _LEAST_FACT:
            yield self._one("fact", heads()["fact"][best], float(shares["fact"][best]), ())

    def _targets(self, floor: Sequence[Label], shares: Floats) -> Iterator[Label]:
        """Actors the finder names; else the sector, when the readers say one is meant."""
        found = [label for label in floor if label.axis == "target"]
        for label in found:
            yield self._one("target", label.value, label.score, label.spans)
        meant = float(shares[heads()["target"].index("ACTEUR")])
        if not found and meant >= self._settings["least_target"]:
            yield self._one("target", GENERIC, meant, ())

    def _said(
        self, axis: Axis, shares: Floats, text: str, floor: Sequence[Label], part: PartRead | None
    ) -> Iterator[Label]:
        """The values of an axis, best first; none when the readers are too unsure."""
        order = np.argsort(-shares, kind="stable").tolist()
        if shares[order[0]] < self._settings["abstain_below"][axis]:
            return
        if axis not in _WHOLE:
            order = order[:_MOST_NARRATIVES]
        values, total = heads()[axis], float(shares.sum()) if axis in _WHOLE else 1.0
        for rank, place in enumerate(order):
            spans = () if rank else _spans(axis, values[place], text, floor, part)
            yield self._one(axis, values[place], float(shares[place]) / total, spans)

    def _one(self, axis: Axis, value: str, score: float, spans: tuple[Span, ...]) -> Label:
        return Label(
            axis=axis, value=value, score=min(max(score, 0.0), 1.0), model=self.model, spans=spans
        )


def _family(labels: Sequence[Label]) -> str:
    """The first three signs of the likeliest narrative; empty when there is none."""
    return next((label.value[:3] for label in labels if label.axis == "narrative"), "")


def telling(parts: Sequence[PartRead]) -> tuple[Floats, PartRead]:
    """Scores that speak for a whole text, and the part that explains them.

    Of a text in parts the most hostile speaks if it is hostile, so that a threat at the end
    is not averaged away; otherwise all speak alike.
    """
    if len(parts) == 1:
        return parts[0].scores, parts[0]
    worst = max(parts, key=lambda part: _danger(part.scores))
    if _danger(worst.scores) > 0:
        return worst.scores, worst
    mean: Floats = np.mean([part.scores for part in parts], axis=0)
    return mean, worst


def _danger(scores: Floats) -> float:
    """How much likelier a hostile author is than any other."""
    stance = scores[slices()["stance"]]
    hostile = heads()["stance"].index("hostile")
    return float(stance[hostile] - np.delete(stance, hostile).max())


def _spans(
    axis: Axis, best: str, text: str, floor: Sequence[Label], part: PartRead | None
) -> tuple[Span, ...]:
    """The floor's reasons where it says the same, and the words that moved the encoder."""
    agreed = next((x.spans for x in floor if x.axis == axis and x.value == best), ())
    if part is None:
        return tuple(agreed[:_MOST_SPANS])
    values, start = heads()[axis], slices()[axis].start
    place = values.index(best)
    others = np.delete(np.arange(len(values)), place)
    second = int(others[part.scores[start + others].argmax()])
    moved = moving_spans(text, part, start + place, start + second)
    return (*agreed, *moved)[:_MOST_SPANS]
