"""Masked-language training on our languages, so that Bambara and Fulfulde stop being strangers."""

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu

from classifiers.training import texts
from classifiers.training.batches import bucketed, padded
from classifiers.training.encoder import Encoder
from classifiers.training.pretrained import HIDDEN
from classifiers.training.vocabulary import MASK

log = logging.getLogger(__name__)

_MASKED = 0.2
_NOT_MASKED = -100
_SPECIAL = 4
_LOG_EVERY = 25

# Lines per language: most where the encoder knows least and posts are expected.
LINES: Mapping[str, int] = {
    "bam": 16_000, "fuc": 6_000, "fuv": 4_000, "ful": 500, "hau": 7_000, "dje": 128,
    "taq": 4_000, "ttq": 1_500, "fra": 7_000, "ary": 2_500, "arq": 2_000, "mey": 1_400,
    "arb": 1_400, "pcm": 1_500, "eng": 1_500,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast; the same plan on the same texts gives the same weights."""

    steps: int = 700
    batch: int = 64
    most_pieces: int = 64
    rate: float = 2e-4
    seed: int = 1


class Guesser(nn.Module):
    """Guesses hidden pieces; its last matrix is the encoder's own table of pieces."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.dense = nn.Linear(HIDDEN, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN)
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, hidden: Tensor, table: Tensor) -> Tensor:
        guessed = self.norm(gelu(self.dense(hidden)))
        return guessed @ table.to(guessed.dtype).T + self.bias


def running_text(folder: Path, seed: int) -> list[str]:
    """The free lines that adaptation reads, a fixed sample of each language."""
    return [line for lang, most in LINES.items() for line in texts.sample(folder, lang, most, seed)]


def adapt(encoder: Encoder, lines: Sequence[str], plan: Plan) -> list[float]:
    """Train the encoder in place; gives the loss every 50 steps."""
    torch.manual_seed(plan.seed)
    network, mask_id = encoder.network.train(), encoder.tokenizer.token_to_id(MASK) or 0
    table = network.embeddings.word_embeddings.weight
    guesser = Guesser(table.shape[0])
    weights = [*network.parameters(), *guesser.parameters()]
    optimiser = torch.optim.AdamW(weights, plan.rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.rate, total_steps=plan.steps, pct_start=0.08, anneal_strategy="linear"
    )
    losses: list[float] = []
    for step, (ids, mask) in enumerate(islice(_batches(encoder, lines, plan), plan.steps)):
        hidden_ids, wanted = masked(ids, mask, mask_id)
        with torch.autocast("cpu", torch.bfloat16):
            said = network(input_ids=hidden_ids, attention_mask=mask).last_hidden_state
            places = wanted != _NOT_MASKED
            scores = guesser(said[places], table)
        loss = cross_entropy(scores.float(), wanted[places])
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step % _LOG_EVERY == 0 or step == plan.steps - 1:
            losses.append(round(loss.item(), 4))
            log.info("adapting", extra={"step": step, "loss": losses[-1]})
    return losses


def masked(ids: Tensor, mask: Tensor, mask_id: int) -> tuple[Tensor, Tensor]:
    """Ids with a fifth hidden, and what stood there; a tenth of the hidden stay to be seen."""
    may = (mask == 1) & (ids >= _SPECIAL)
    drawn = torch.rand(ids.shape)
    chosen = may & (drawn < _MASKED)
    wanted = torch.where(chosen, ids, torch.full_like(ids, _NOT_MASKED))
    hidden = chosen & (drawn < 0.9 * _MASKED)
    return torch.where(hidden, torch.full_like(ids, mask_id), ids), wanted


def _batches(encoder: Encoder, lines: Sequence[str], plan: Plan) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end: each round in another order."""
    encodings = encoder.tokenizer.encode_batch_fast(list(lines))
    lengths = [min(len(encoding.ids), plan.most_pieces) for encoding in encodings]
    chance = random.Random(plan.seed)  # noqa: S311 - an order of texts, no secret
    while True:
        for places in bucketed(lengths, plan.batch, chance):
            yield padded([encodings[place] for place in places], plan.most_pieces)
