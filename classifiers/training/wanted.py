"""What training wants of each head for a post, as numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.bundled.heads import FACTS, HOSTILITIES, TARGETED, heads
from classifiers.training.labelled import LabelledPost
from veille.post import STANCES

Floats = NDArray[np.float32]

# What the second narrative of a post gets of the whole.
_SECOND = 0.25
# Facts that are too rare to be learnt apart: all say "known to be false".
_MERGED = {"faux_verifie": "infox_connue", "trompeur": "infox_connue"}
_HARMLESS = "N90"


def wanted(posts: Sequence[LabelledPost]) -> Mapping[str, Floats]:
    """Probabilities each head should give, one row a post; all zero where nobody has said."""
    rows: dict[str, list[list[float]]] = {name: [] for name in heads()}
    for post in posts:
        rows["stance"].append(_one(STANCES, post.stance))
        rows["hostility"].append(_one(HOSTILITIES, f"H{post.hostility}"))
        rows["narrative"].append(_narratives(post))
        rows["target"].append(_one(TARGETED, _targeted(post)))
        rows["fact"].append(_one(FACTS, _MERGED.get(post.fact, post.fact)))
    return {name: np.array(values, dtype=np.float32) for name, values in rows.items()}


def _targeted(post: LabelledPost) -> str:
    if not post.targets:
        return ""
    return "AUCUN" if "AUCUN" in post.targets else "ACTEUR"


def theme(post: LabelledPost) -> str:
    """The accusation a post is about, also where it denies, asks or reports it; or empty."""
    named = [code for code in (post.narrative, post.second) if code and code < _HARMLESS]
    return f"{post.story} {named[0]}" if post.story and named else ""


def _narratives(post: LabelledPost) -> list[float]:
    share = {post.narrative: 1.0}
    if post.second and post.second != post.narrative:
        share = {post.narrative: 1 - _SECOND, post.second: _SECOND}
    return [share.get(code[:3], 0.0) for code in heads()["narrative"]]


def _one(values: Sequence[str], said: str) -> list[float]:
    return [float(value == said) for value in values]
