"""The fitted weights: numbers that `classifiers.training.claims` writes and the matcher reads."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from math import exp, log
from typing import Any

FILE = "weights.json"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What fitting found.

    `texts` is how many texts the counts in `frequencies` come from: in how many of them a stem
    or a concept stands. `plain` weighs a pair without vectors, `with_vectors` with their
    cosine; `stances` weigh what the post does with the claim. `match` and `check` are the
    probabilities from which a post corresponds, or is to be checked by a person, without
    vectors and with them. `encoder` is the "name@version" whose vectors these were; without it
    no vectors are used.
    """

    version: str
    texts: int
    frequencies: Mapping[str, int]
    plain: Mapping[str, float]
    with_vectors: Mapping[str, float]
    stances: Mapping[str, Mapping[str, float]]
    match: Mapping[str, float]
    check: Mapping[str, float]
    encoder: str = ""

    @cached_property
    def idf(self) -> Callable[[str], float]:
        """How much a stem or a concept tells: what few texts hold tells more."""
        whole = self.texts + 1
        known = {word: log(whole / (count + 4)) for word, count in self.frequencies.items()}
        unknown = log(whole / 4)
        return lambda word: known.get(word, unknown)


@cache
def load_weights() -> Weights:
    raw: dict[str, Any] = json.loads(
        files("classifiers.claims").joinpath(FILE).read_text(encoding="utf-8")
    )
    return Weights(**raw)


def probability(
    weights: Mapping[str, float], names: Sequence[str], values: Sequence[float]
) -> float:
    """What a logistic regression says of named values, 0 to 1."""
    total = weights["bias"] + sum(
        weights[name] * value for name, value in zip(names, values, strict=True)
    )
    return 1 / (1 + exp(-total)) if total > 0 else (odds := exp(total)) / (1 + odds)
