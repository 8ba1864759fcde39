"""How much each reader counts, and when to abstain: found on the development posts only."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

from classifiers.bundled.classifier import telling
from classifiers.bundled.encoder import Encoder
from classifiers.bundled.grams import Floats, Grams
from classifiers.bundled.heads import HOSTILITIES, heads
from classifiers.bundled.opinions import (
    QUICK,
    READERS,
    Opinion,
    agreed,
    alarm,
    opinion_of_labels,
    opinion_of_scores,
    pooled,
    shifted,
)  # fmt: skip
from classifiers.keywords import KeywordClassifier
from classifiers.training.labelled import LabelledPost
from classifiers.training.wanted import wanted

Opinions = Sequence[Mapping[str, Opinion]]

_MOST_WEIGHT = 3.0
# Pulls the weights of readers that add nothing towards zero.
_SHRINK = 0.003
_CALL, _THREAT = 2, 3
# Of ordinary posts, how many may be called H2 or H3 on the development posts.
_FALSE_ALARMS = 0.02
_MARGIN = 0.8
_OUT_OF_SCOPE = 0.8
# How much rarer accusations are among posts that name no actor than in the labelled set, as a
# logarithm; the development posts say nothing of it, the ordinary week does.
_UNNAMED = 3.0
_STEPS = (0.25, 0.5, 0.75, 1.0)
_FALSE_THREATS = 0.05
# How much stance and narrative count for hostility: the best of nine pairs that were tried.
AGREEMENT = {"stance": 0.25, "narrative": 0.5}
# An axis on which fewer than a quarter of such posts are right is not said.
_LEAST_RIGHT, _FEWEST = 1 / 4, 10


def opinions_of(encoder: Encoder, grams: Grams, texts: Sequence[str]) -> Opinions:
    """What each reader says of each text."""
    floor = KeywordClassifier().label(texts)
    return [
        {
            "encoder": opinion_of_scores(telling(parts)[0]),
            "grams": opinion_of_scores(row),
            "floor": opinion_of_labels(labels),
        }
        for parts, row, labels in zip(encoder.read(texts), grams.scores(texts), floor, strict=True)
    ]


def settings_of(opinions: Opinions, posts: Sequence[LabelledPost]) -> dict[str, Any]:
    """Weights, bias and thresholds for the manifest."""
    goals = wanted(posts)
    weights = {name: _weights(opinions, goals[name], name, READERS) for name in heads()}
    quick = {name: _weights(opinions, goals[name], name, QUICK) for name in heads()}
    shares = [pooled(said, weights) for said in opinions]
    hostility = np.stack([agreed(row, AGREEMENT) for row in shares])
    bias = _bias(hostility, posts)
    final = {name: np.stack([row[name] for row in shares]) for name in heads()}
    final["hostility"] = np.stack([shifted(row, bias) for row in hostility])
    return {
        "weights": weights,
        "quick_weights": quick,
        "least_alarm": _least_alarm(opinions, posts),
        "sure_out_of_scope": _OUT_OF_SCOPE,
        "unnamed": _UNNAMED,
        "agreement": AGREEMENT,
        "bias": bias,
        "least_target": 0.5,
        "abstain_below": {
            axis: _threshold(final[axis], goals[axis])
            for axis in ("narrative", "stance", "hostility")
        },
    }


def _weights(
    opinions: Opinions, goals: Floats, name: str, readers: Sequence[str]
) -> dict[str, float]:
    """The weights under which the readers' opinion is likeliest to be right."""
    logs = np.stack([[said[reader][name] for reader in readers] for said in opinions])

    def surprise(weights: Floats) -> float:
        scores = np.einsum("r,prv->pv", weights, logs)
        scores = scores - scores.max(axis=1, keepdims=True)
        shares = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return float(-(goals * shares).sum(axis=1).mean() + _SHRINK * weights.sum())

    start, bounds = np.full(len(readers), 0.5), [(0.0, _MOST_WEIGHT)] * len(readers)
    found = minimize(surprise, start, bounds=bounds).x.tolist()
    return {reader: round(weight, 3) for reader, weight in zip(readers, found, strict=True)}


def _least_alarm(opinions: Opinions, posts: Sequence[LabelledPost]) -> float:
    """Alarm of the n-grams below which no development post of H2 or H3 lies, with a margin."""
    pairs = zip(opinions, posts, strict=True)
    seen = [alarm(said["grams"]) for said, post in pairs if post.hostility >= _CALL]
    return round(_MARGIN * min(seen, default=0.0), 4)


def _bias(shares: Floats, posts: Sequence[LabelledPost]) -> list[float]:
    """The largest step up for H3 that keeps false alarms and false threats rare."""
    levels, found = np.array([post.hostility for post in posts]), [0.0] * len(HOSTILITIES)
    for step in _STEPS:
        bias = [0.0, 0.0, 0.0, step]
        called = np.stack([shifted(row, bias) for row in shares]).argmax(axis=1)
        alarms = (called[levels == 0] >= _CALL).mean()
        if alarms > _FALSE_ALARMS or (called[levels < _THREAT] == _THREAT).mean() > _FALSE_THREATS:
            break
        found = bias
    return found


def _threshold(shares: Floats, goals: Floats) -> float:
    """Below which best probability fewer than a quarter are right; 0 when no such posts exist."""
    best, right = shares.max(axis=1), shares.argmax(axis=1) == goals.argmax(axis=1)
    for limit in np.arange(0.6, 0.0, -0.02).tolist():
        below = best < limit
        if below.sum() >= _FEWEST and right[below].mean() < _LEAST_RIGHT:
            return round(float(limit), 2)
    return 0.0
