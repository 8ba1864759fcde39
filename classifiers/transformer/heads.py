"""What a model's outputs mean on our axes: by its labels' names, its card, or by hypotheses."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.parts import HOSTILITIES, WHOLE, Scores
from classifiers.transformer.checkpoint import CARD, GUIDE, Checkpoint
from veille.codebook import load_codebook
from veille.codebook.decisions import values_of
from veille.errors import ConfigError
from veille.post import STANCES, Axis

Floats = NDArray[np.float64]
# Axis → value → the outputs that speak for it.
Outputs = Mapping[Axis, Mapping[str, Sequence[int]]]

_AXES: tuple[Axis, ...] = ("narrative", "stance", "hostility", "fact")
_HYPOTHESES = Path(__file__).parent / "hypotheses.toml"


def outputs_of(checkpoint: Checkpoint) -> Outputs:
    """Which outputs speak for which value. Raises `ConfigError` when none can be told."""
    found: dict[Axis, dict[str, list[int]]] = {}
    names = checkpoint.label_names
    for place, name in enumerate(names):
        for axis, value in _values(checkpoint, name):
            found.setdefault(axis, {}).setdefault(value, []).append(place)
    told = [axis for axis, values in found.items() if len(values) > 1]
    if len(told) < max(len(found), 1):
        raise ConfigError(
            f"{checkpoint.folder}: its labels {', '.join(names) or '(none)'} are not the"
            f" codebook's; say in {checkpoint.folder / CARD} what at least two of them mean,"
            f' as in [labels] {names[0] if names else "LABEL_0"} = "stance:hostile" ({GUIDE})'
        )
    return found


def entailment_of(checkpoint: Checkpoint) -> int | None:
    """The output that says "it follows" of a model for inference; None if it is none."""
    names = [name.lower() for name in checkpoint.label_names]
    return next((place for place, name in enumerate(names) if name.startswith("entail")), None)


@cache
def hypotheses() -> Mapping[Axis, Mapping[str, Mapping[str, str]]]:
    """Axis → value → language (fr, en) → a sentence that is true of a post if the value is."""
    return tomllib.loads(_HYPOTHESES.read_text("utf-8"))  # type: ignore[return-value]


def scores_of(logits: Floats, outputs: Outputs, *, several: bool) -> Scores:
    """Probabilities on each axis from one row of logits.

    With `several` every output answers yes or no for itself, as in multi-label heads;
    otherwise those of one axis share a probability of 1.
    """
    found: dict[Axis, Mapping[str, float]] = {}
    for axis, places_by_value in outputs.items():
        places = sorted({place for places in places_by_value.values() for place in places})
        shares = _sigmoid(logits[places]) if several else softmax(logits[places])
        by_place = dict(zip(places, shares.tolist(), strict=True))
        found[axis] = {
            value: min(1.0, sum(by_place[place] for place in spoken))
            for value, spoken in places_by_value.items()
        }
    return found


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    share: Floats = powers / powers.sum()
    return share


def log_share(logits: Floats, place: int) -> float:
    """The logarithm of one output's share of the probability."""
    most = float(logits.max())
    return float(logits[place]) - most - float(np.log(np.exp(logits - most).sum()))


def _sigmoid(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))


def _values(checkpoint: Checkpoint, name: str) -> list[tuple[Axis, str]]:
    """What one label of the model means on our axes; empty if nothing."""
    told = checkpoint.card.labels.get(name)
    if told is None:
        own = _value(name)
        return [own] if own else []
    values = [_value(item) for item in ([told] if isinstance(told, str) else told)]
    if None in values:
        raise ConfigError(
            f"{checkpoint.folder / CARD}: {name} = {told!r} is no value of the codebook;"
            " write it as in stance:hostile, hostility:H2, narrative:N05, fact:opinion"
        )
    return [value for value in values if value]


def _value(name: str) -> tuple[Axis, str] | None:
    """ "stance:hostile", "stance=hostile", "hostile", "H2", "N05" or "N05_detournement"."""
    told, _, value = name.replace("=", ":").rpartition(":")
    for axis in _AXES:
        # "opinion" alone might be anything: facts are told with their axis.
        if told == axis or (not told and axis != "fact"):
            found = _named(axis, value)
            if found:
                return axis, found
    return None


def _named(axis: Axis, value: str) -> str:
    if axis == "narrative":
        families = {family.number: family.code for family in load_codebook().families}
        number = value.partition("_")[0].upper()
        return families.get(number, "") if value.upper() in _spellings(families, number) else ""
    written = value.upper() if axis == "hostility" else value.lower()
    return written if written in _allowed(axis) else ""


def _spellings(families: Mapping[str, str], number: str) -> tuple[str, str]:
    return number, families.get(number, "").upper()


def _allowed(axis: Axis) -> Sequence[str]:
    if axis in WHOLE:
        return STANCES if axis == "stance" else HOSTILITIES
    return tuple(values_of(axis))
