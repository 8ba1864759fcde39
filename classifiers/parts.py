"""A text as a model reads it, part by part, and the labels of the whole that follow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from veille.post import STANCES, Axis, Label, Span

HOSTILITIES = ("H0", "H1", "H2", "H3")
WHOLE: Mapping[Axis, tuple[str, ...]] = {"stance": STANCES, "hostility": HOSTILITIES}
# Of the 28 narratives, those a person would look at.
_MOST_NARRATIVES, _LEAST_NARRATIVE = 3, 0.1
# From this code on the codebook's families are harmless.
_HARMLESS = "N90"

Scores = Mapping[Axis, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a model says of `text[start:end]`: probabilities by value, per axis.

    `why` says in French why this part would decide; without it nothing is pointed at.
    """

    start: int
    end: int
    scores: Scores
    why: str = ""


def labels_of(
    parts: Sequence[Part], *, model: str, abstain_below: Mapping[Axis, float]
) -> list[Label]:
    """The labels of a text that was read in `parts`, of which there is at least one.

    If a part is hostile the most hostile one speaks for the whole, so that a threat at the end
    of a long text is not averaged away; otherwise all speak alike. An axis whose best value
    stays below its threshold is absent; stance and hostility give every value and sum to 1.
    """
    decisive = max((part for part in parts if _is_hostile(part)), key=_danger, default=None)
    if decisive is None and len(parts) == 1:
        decisive = parts[0]
    scores = decisive.scores if decisive else _mean(parts)
    spans: tuple[Span, ...] = ()
    if decisive and decisive.why and decisive.end > decisive.start:
        spans = (Span(start=decisive.start, end=decisive.end, why=decisive.why),)
    return [
        Label(axis=axis, value=value, score=score, model=model, spans=spans if first else ())
        for axis in scores
        for first, value, score in _said(axis, scores[axis], abstain_below.get(axis, 0.0))
    ]


def _said(
    axis: Axis, scores: Mapping[str, float], abstain_below: float
) -> Iterator[tuple[bool, str, float]]:
    """Whether it is the best, value and score; best first; nothing when the model abstains."""
    if axis in WHOLE:
        total = sum(scores.values()) or 1.0
        scores = {value: scores.get(value, 0.0) / total for value in WHOLE[axis]}
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < abstain_below:
        return
    if axis == "narrative":
        shown = [item for item in ranked[:_MOST_NARRATIVES] if item[1] >= _LEAST_NARRATIVE]
        ranked = shown or ranked[:1]
    for place, (value, score) in enumerate(ranked):
        yield not place, value, min(score, 1.0)


def _mean(parts: Sequence[Part]) -> Scores:
    together: dict[Axis, dict[str, float]] = {}
    for part in parts:
        for axis, scores in part.scores.items():
            summed = together.setdefault(axis, {})
            for value, score in scores.items():
                summed[value] = summed.get(value, 0.0) + score / len(parts)
    return together


def best(scores: Scores, axis: Axis) -> str:
    """The likeliest value on an axis; empty when there is none."""
    said = scores.get(axis) or {}
    return max(said, key=lambda value: said[value], default="")


def _is_hostile(part: Part) -> bool:
    if best(part.scores, "hostility") >= "H2" or best(part.scores, "stance") == "hostile":
        return True
    is_all = part.scores.keys() == {"narrative"}
    return is_all and best(part.scores, "narrative") < _HARMLESS


def _danger(part: Part) -> float:
    """How hostile a part is, to rank it among parts of the same text."""
    scores = part.scores
    if steps := scores.get("hostility"):
        return sum(place * steps.get(step, 0.0) for place, step in enumerate(HOSTILITIES))
    if stances := scores.get("stance"):
        return stances.get("hostile", 0.0)
    return sum(p for code, p in scores.get("narrative", {}).items() if code < _HARMLESS)
