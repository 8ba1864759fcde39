"""What a training run is made of; the same recipe on the same posts gives the same model."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from classifiers.training.adapt import Plan as Adaptation
from classifiers.training.fit import Plan as Fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the weights; an `adapt` of no steps takes the encoder as it is."""

    name: str = "sahel-e5"
    version: str = "1.0"
    depth: int = 6
    pieces: int = 40_000
    adapt: Adaptation = field(default_factory=lambda: Adaptation(steps=0))
    fit: Fitting = field(default_factory=Fitting)
    ordinary: int = 1_000
    seed: int = 1

    def key(self, *parts: object) -> str:
        """A short name for what came of some parts of the recipe."""
        return sha256(repr(parts).encode()).hexdigest()[:12]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


# A model that is trained in two minutes to see that everything fits together.
TINY = Recipe(
    name="trial",
    version="0",
    depth=1,
    pieces=18_000,
    adapt=Adaptation(steps=2, batch=8),
    fit=Fitting(rounds=1, most_steps=12, rate=5e-4),
    ordinary=0,
)


def hash_of(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def write_json(path: Path, value: object) -> None:
    """Write whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
