"""Whom a text names: the targets of models that have no head of their own for them."""

from veille.codebook.actors import GENERIC, find_actors
from veille.post import Label, Span

_ACTOR, _SECTOR = 0.9, 0.85
_MOST_SPANS = 8


def named_targets(text: str, model: str) -> list[Label]:
    """One target label per actor that `text` names, the surest first. Never raises."""
    spans: dict[str, list[Span]] = {}
    for mention in find_actors(text):
        span = Span(start=mention.start, end=mention.end, why=f"acteur {mention.actor_id}")
        spans.setdefault(mention.actor_id, []).append(span)
    labels = [
        Label(
            axis="target",
            value=actor_id,
            score=_SECTOR if actor_id == GENERIC else _ACTOR,
            model=model,
            spans=tuple(found[:_MOST_SPANS]),
        )
        for actor_id, found in spans.items()
    ]
    return sorted(labels, key=lambda label: -label.score)
