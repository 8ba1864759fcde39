"""Three readers of a text, each with a probability for every value, and one opinion of them.

The encoder reads meaning, the n-grams spelling, the keyword floor the codebook's cues. Their
opinion is a weighted geometric mean: a weight for each reader on each axis, found on the
development posts, which calibrates and mixes in one step.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifiers.bundled.heads import heads
from veille.post import Label

Floats = NDArray[np.float32]
Opinion = Mapping[str, Floats]

QUICK = ("grams", "floor")
READERS = ("encoder", *QUICK)
# What a reader that names some values leaves for each of the others, at the least.
_LEAST = 1e-3
# No axis is surer than this of what another should say.
_SURE = 1e-4
# What the floor says when it found a cue; 0.4 is "nothing said otherwise".
_FOUND = 0.45
ABUSE, OUT_OF_SCOPE = "N96", "N99"
_HARMLESS = "N90"


def slices() -> Mapping[str, slice]:
    """Where each head's scores stand in a row."""
    starts = np.cumsum([0, *(len(values) for values in heads().values())]).tolist()
    return {name: slice(starts[at], starts[at + 1]) for at, name in enumerate(heads())}


def opinion_of_scores(row: Floats) -> Opinion:
    """Logarithms of probabilities, by head, of one row of scores."""
    return {name: _log_shares(row[part]) for name, part in slices().items()}


def opinion_of_labels(labels: Sequence[Label]) -> Opinion:
    """The same of the floor's labels; an axis it says nothing on is level.

    That it found no cue is no opinion: what nothing speaks against it calls neutral, and most
    hostile posts have no cue.
    """
    found: dict[str, dict[str, float]] = {}
    for label in labels:
        found.setdefault(label.axis, {})[label.value] = label.score
    code, score = next(iter(found.get("narrative", {}).items()), ("", 0.0))
    if code[:3] == OUT_OF_SCOPE or score < _FOUND:
        found = {"target": found["target"]} if "target" in found else {}
    named = {"AUCUN": _LEAST, "ACTEUR": 1.0} if "target" in found else {"AUCUN": 1.0}
    found["target"] = named
    return {name: _spread(values, found.get(name, {})) for name, values in heads().items()}


def pooled(
    opinions: Mapping[str, Opinion], weights: Mapping[str, Mapping[str, float]]
) -> dict[str, Floats]:
    """Probabilities by head: the readers' opinions weighed."""
    together: dict[str, Floats] = {}
    for name in heads():
        logs = sum(weights[name][reader] * said[name] for reader, said in opinions.items())
        together[name] = np.exp(_log_shares(np.asarray(logs)))
    return together


def agreed(shares: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Hostility as it is when stance and narrative have their say.

    By the codebook only a hostile author is at H1 or above, and no harmless family is: what
    those two axes see moves H0 against all other levels.
    """
    seen = {
        "stance": float(shares["stance"][heads()["stance"].index("hostile")]),
        "narrative": float(shares["narrative"][_accusing()].sum()),
    }
    logs = np.log(np.maximum(shares["hostility"], 1e-9))
    for name, share in seen.items():
        share = min(max(share, _SURE), 1 - _SURE)
        logs[0] += weights[name] * np.log(1 - share)
        logs[1:] += weights[name] * np.log(share)
    return np.exp(_log_shares(logs))


@cache
def _accusing() -> list[int]:
    """Places of the families that accuse, among all."""
    return [place for place, code in enumerate(heads()["narrative"]) if code < _HARMLESS]


def doubted(shares: Mapping[str, Floats], step: float) -> dict[str, Floats]:
    """The same for a text that names no actor: of such posts few accuse one, in a stream."""
    stance, narrative = np.zeros_like(shares["stance"]), np.zeros_like(shares["narrative"])
    stance[heads()["stance"].index("hostile")] = narrative[_accusing()] = -step
    return {
        **shares,
        "stance": shifted(shares["stance"], stance),
        "narrative": shifted(shares["narrative"], narrative),
    }


def shifted(shares: Floats, bias: Sequence[float] | Floats) -> Floats:
    """Probabilities for a stream in which the values are rarer or commoner than in training."""
    return np.exp(_log_shares(np.log(np.maximum(shares, 1e-9)) + np.asarray(bias)))


def alarm(said: Opinion) -> float:
    """Probability of any hostility: of a hostile author, or of H1 and more if that is higher."""
    hostile = float(np.exp(said["stance"][heads()["stance"].index("hostile")]))
    return max(hostile, 1.0 - float(np.exp(said["hostility"][0])))


def out_of_scope(said: Opinion) -> float:
    """Probability that no aid actor is meant."""
    names = [code[:3] for code in heads()["narrative"]]
    return float(np.exp(said["narrative"][names.index(OUT_OF_SCOPE)]))


def _spread(values: Sequence[str], said: Mapping[str, float]) -> Floats:
    if not said:
        return np.full(len(values), -np.log(len(values)), dtype=np.float32)
    left = max(1.0 - sum(said.values()), 0.0) / len(values)
    shares = np.array([said.get(value, 0.0) + left + _LEAST for value in values])
    return np.asarray(np.log(shares / shares.sum()), dtype=np.float32)


def _log_shares(scores: Floats) -> Floats:
    above = scores - scores.max()
    logs: Floats = above - np.log(np.exp(above).sum())
    return logs
