"""Fine-tunes any Hugging Face encoder on labelled posts: one head for three axes, files as saved.

What it writes is read as `transformer:FOLDER`, with torch or, exported beside, without.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from classifiers.parts import HOSTILITIES
from classifiers.training.labelled import LabelledPost
from classifiers.training.onnx_export import export
from classifiers.transformer.checkpoint import open_checkpoint
from veille.codebook import load_codebook
from veille.errors import ConfigError
from veille.post import STANCES, Axis

log = logging.getLogger(__name__)

# What cross-entropy passes over: a person left the axis open.
_OPEN = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuning:
    """How long and how carefully; the same seed gives the same model on the same machine."""

    epochs: int = 3
    batch: int = 16
    rate: float = 3e-5
    most_tokens: int = 128
    seed: int = 7


def fine_tune(
    base: Path, folder: Path, posts: Sequence[LabelledPost], how: FineTuning | None = None
) -> str:
    """Train the encoder in `base` on `posts`, into `folder`; gives the new model's name.

    Raises `ConfigError` when `base` cannot be opened.
    """
    how = how or FineTuning()
    torch, transformers = import_module("torch"), import_module("transformers")
    torch.manual_seed(how.seed)
    labels = [f"{axis}:{value}" for axis, values in _values().items() for value in values]
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(base, local_files_only=True)
        network = transformers.AutoModelForSequenceClassification.from_pretrained(
            base,
            local_files_only=True,
            trust_remote_code=False,
            dtype=torch.float32,
            id2label=dict(enumerate(labels)),
            label2id={label: place for place, label in enumerate(labels)},
            problem_type="single_label_classification",
            ignore_mismatched_sizes=True,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(f"{base} holds no model that transformers can open") from error

    def encoded(texts: Sequence[str]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = tokenizer(
            list(texts), truncation=True, max_length=_most_tokens(network, how),
            padding=True, return_tensors="pt",
        )  # fmt: skip
        return found

    _learn(network, encoded, posts, how)
    network.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    export(folder)
    return open_checkpoint(str(folder)).model


def _learn(
    network: Any,
    encoded: Callable[[Sequence[str]], Mapping[str, Any]],
    posts: Sequence[LabelledPost],
    how: FineTuning,
) -> None:
    torch = import_module("torch")
    steps = how.epochs * -(-len(posts) // how.batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=how.rate, weight_decay=0.01)
    slope = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
    network.train()
    for epoch in range(how.epochs):
        total = 0.0
        for some in _batches(posts, how, torch.Generator().manual_seed(how.seed + epoch)):
            loss = _loss(network(**encoded([post.text for post in some])).logits, some)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            slope.step()
            total += float(loss.detach()) * len(some)
        log.info("fine-tuned", extra={"epoch": epoch + 1, "loss": round(total / len(posts), 4)})


def _loss(logits: Any, posts: Sequence[LabelledPost]) -> Any:
    """Cross-entropy of each axis among its own outputs, on the posts that have a value there."""
    torch = import_module("torch")
    first, losses = 0, []
    for axis, values in _values().items():
        goal = [values.index(said) if (said := _said(post, axis)) else _OPEN for post in posts]
        if any(place != _OPEN for place in goal):
            rows = logits[:, first : first + len(values)]
            losses.append(torch.nn.functional.cross_entropy(rows, torch.tensor(goal)))
        first += len(values)
    return sum(losses)


@cache
def _values() -> Mapping[Axis, tuple[str, ...]]:
    codes = tuple(family.number for family in load_codebook().families)
    return {"stance": STANCES, "hostility": HOSTILITIES, "narrative": codes}


def _said(post: LabelledPost, axis: Axis) -> str:
    """The value of an axis, empty where a person left it open."""
    if axis == "hostility":
        return f"H{post.hostility}" if post.hostility >= 0 else ""
    return post.narrative[:3] if axis == "narrative" else post.stance


def _batches(
    posts: Sequence[LabelledPost], how: FineTuning, generator: Any
) -> Iterator[list[LabelledPost]]:
    order: Iterable[int] = import_module("torch").randperm(len(posts), generator=generator).tolist()
    shuffled = [posts[place] for place in order]
    for first in range(0, len(shuffled), how.batch):
        yield shuffled[first : first + how.batch]


def _most_tokens(network: Any, how: FineTuning) -> int:
    positions = getattr(network.config, "max_position_embeddings", None) or how.most_tokens + 2
    return min(how.most_tokens, int(positions) - 2)
