"""Multi-task training: every head at once, and a vector that holds a story together."""

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, cross_entropy

from classifiers.training.augment import written_otherwise
from classifiers.training.batches import bucketed, padded
from classifiers.training.labelled import LabelledPost
from classifiers.training.network import Network, split
from classifiers.training.wanted import theme, wanted

log = logging.getLogger(__name__)

_SHARES: Mapping[str, float] = {
    "stance": 1.0, "hostility": 1.0, "narrative": 1.0, "target": 0.3, "fact": 0.3,
}  # fmt: skip
_ORDER_SHARE = 0.5
_LIKENESS_SHARE, _TEMPERATURE = 0.15, 0.07
_LOG_EVERY = 25
# Batches that tell the middle and the spread of what the encoder gives.
_SETTLING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How training goes; the same plan on the same posts gives the same weights.

    `most_steps` ends each round early, for a trial; 0 does not.
    """

    rounds: int = 7
    batch: int = 40
    most_pieces: int = 96
    rate: float = 3e-4
    head_rate: float = 1e-3
    smoothing: float = 0.03
    seed: int = 1
    most_steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded posts, what each head should say of them, and a number for each theme."""

    ids: Tensor
    mask: Tensor
    goals: Mapping[str, Tensor]
    themes: Tensor


def fit(
    network: Network, tokenizer: Tokenizer, posts: Sequence[LabelledPost], plan: Plan
) -> list[float]:
    """Train the network in place; gives the mean loss of each round."""
    torch.manual_seed(plan.seed)
    # The table of pieces stays as adaptation left it: few posts would pull it apart.
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    optimiser = _optimiser(network, plan)
    rounds = list(_rounds(tokenizer, posts, plan))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [plan.rate, plan.head_rate],
        total_steps=sum(len(batches) for batches in rounds) + 1,
        pct_start=0.1,
        anneal_strategy="linear",
    )
    network.settle([(batch.ids, batch.mask) for batch in rounds[0][:_SETTLING]])
    network.train()
    losses: list[float] = []
    for batches in rounds:
        total = 0.0
        for step, batch in enumerate(batches, 1):
            loss = loss_of(network, batch, plan.smoothing)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            total += loss.item()
            if step % _LOG_EVERY == 0:
                log.info("fitting", extra={"step": step, "loss": round(total / step, 4)})
        losses.append(round(total / len(batches), 4))
    return losses


def loss_of(network: Network, batch: Batch, smoothing: float = 0.0) -> Tensor:
    """How far the network is from what the batch wants."""
    with torch.autocast("cpu", torch.bfloat16):
        scores, vectors, _ = network(batch.ids, batch.mask)
    said = split(scores.float())
    parts = [
        share * cross_entropy(said[name], batch.goals[name], label_smoothing=smoothing)
        for name, share in _SHARES.items()
    ]
    parts.append(_ORDER_SHARE * _out_of_order(said["hostility"], batch.goals["hostility"]))
    parts.append(_LIKENESS_SHARE * _unlikeness(vectors.float(), batch.themes))
    return torch.stack(parts).sum()


def _out_of_order(scores: Tensor, goals: Tensor) -> Tensor:
    """Loss of "at least H1", "at least H2", "H3": a step too far costs more than one."""
    reached = scores.softmax(-1).flip(-1).cumsum(-1).flip(-1)[:, 1:]
    wanted_ = goals.flip(-1).cumsum(-1).flip(-1)[:, 1:]
    loss = binary_cross_entropy(reached.clamp(1e-6, 1 - 1e-6), wanted_, reduction="none")
    return (loss * goals.sum(-1, keepdim=True)).mean()


def _unlikeness(vectors: Tensor, themes: Tensor) -> Tensor:
    """Loss of posts on one theme that lie further apart than from the rest of the batch."""
    likeness = vectors @ vectors.T / _TEMPERATURE
    itself = torch.eye(len(vectors), dtype=torch.bool)
    same = (themes[:, None] == themes[None, :]) & (themes[:, None] >= 0) & ~itself
    logs = likeness.masked_fill(itself, float("-inf")).log_softmax(-1)
    logs = logs.masked_fill(itself, 0.0)
    has = same.any(-1)
    if not has.any():
        return vectors.sum() * 0.0
    return -((logs * same).sum(-1)[has] / same.sum(-1)[has]).mean()


def _optimiser(network: Network, plan: Plan) -> torch.optim.Optimizer:
    encoder = [weight for weight in network.encoder.parameters() if weight.requires_grad]
    heads = [*network.heads.parameters(), *network.project.parameters()]
    return torch.optim.AdamW(
        [{"params": encoder, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}],
        weight_decay=0.01,
        fused=True,
    )


def _rounds(
    tokenizer: Tokenizer, posts: Sequence[LabelledPost], plan: Plan
) -> Iterator[list[Batch]]:
    """The batches of each round: posts written otherwise, two of one theme side by side."""
    chance = random.Random(plan.seed)  # noqa: S311 - an order of texts, no secret
    goals = {name: torch.from_numpy(rows) for name, rows in wanted(posts).items()}
    themes = _numbered([theme(post) for post in posts])
    for _ in range(plan.rounds):
        texts = [written_otherwise(post.text, chance) for post in posts]
        encodings = tokenizer.encode_batch_fast(texts)
        lengths = [min(len(encoding.ids), plan.most_pieces) for encoding in encodings]
        couples = _couples(themes, lengths, chance)
        longest = [max(lengths[place] for place in couple) for couple in couples]
        batches: list[Batch] = []
        for chosen in bucketed(longest, plan.batch // 2, chance)[: plan.most_steps or None]:
            places = [place for couple in chosen for place in couples[couple]]
            ids, mask = padded([encodings[place] for place in places], plan.most_pieces)
            said = {name: rows[places] for name, rows in goals.items()}
            told = torch.tensor([themes[place] for place in places])
            batches.append(Batch(ids=ids, mask=mask, goals=said, themes=told))
        yield batches


def _numbered(themes: Sequence[str]) -> list[int]:
    """A number for each theme, -1 for none."""
    numbers = {name: number for number, name in enumerate(sorted({*themes} - {""}))}
    return [numbers.get(name, -1) for name in themes]


def _couples(
    themes: Sequence[int], lengths: Sequence[int], chance: random.Random
) -> list[list[int]]:
    """All posts two by two: of one theme where possible, of like length otherwise."""
    by_theme: dict[int, list[int]] = {}
    for place, number in enumerate(themes):
        by_theme.setdefault(number, []).append(place)
    alone = by_theme.pop(-1, [])
    couples: list[list[int]] = []
    for places in by_theme.values():
        chance.shuffle(places)
        even = len(places) // 2 * 2
        couples += [places[at : at + 2] for at in range(0, even, 2)]
        alone += places[even:]
    alone.sort(key=lambda place: lengths[place])
    return couples + [alone[at : at + 2] for at in range(0, len(alone), 2)]
