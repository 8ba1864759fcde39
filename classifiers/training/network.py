"""The network that is trained: the encoder, linear heads on the mean of its pieces, a vector."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from transformers import BertModel

from classifiers.bundled.heads import heads, width
from classifiers.training.encoder import ByteDropout
from classifiers.training.pretrained import HIDDEN

_ODD = 7_919


class Network(nn.Module):
    """One forward pass gives the scores of every head and a vector.

    Heads are linear and the pool is a mean, so the score of a text is the mean of the scores
    of its pieces: what moved a label can be told exactly.
    """

    middle: Tensor
    spread: Tensor

    def __init__(self, encoder: BertModel, *, dropout: float = 0.1, seed: int = 0) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(HIDDEN, width())
        self.project = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.dropout = ByteDropout(dropout, seed + _ODD)
        self.register_buffer("middle", torch.zeros(HIDDEN))
        self.register_buffer("spread", torch.ones(HIDDEN))
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)
        nn.init.eye_(self.project.weight)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (texts, width), unit vectors (texts, hidden), scores of each piece."""
        pooled, hidden = self._pooled(ids, mask)
        even = self._even(pooled)
        vectors = nn.functional.normalize(self.project(even), dim=-1)
        pieces = self.heads(self._even(hidden))
        if self.training:
            return self.heads(self.dropout(even)), vectors, pieces
        return _mean(pieces, mask), vectors, pieces

    def settle(self, batches: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Take the middle and the spread of some texts, so that heads see even numbers.

        The encoder puts all texts into a narrow cone: without this, heads learn very slowly.
        """
        self.eval()
        with torch.inference_mode():
            found = torch.cat([self._pooled(ids, mask)[0] for ids, mask in batches])
        self.middle.copy_(found.mean(0))
        self.spread.copy_(found.std(0))

    def _even(self, values: Tensor) -> Tensor:
        return (values - self.middle) / self.spread

    def _pooled(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        return _mean(hidden, mask), hidden


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """Over the pieces of each text, without the padding."""
    shares = mask.unsqueeze(-1).to(values.dtype)
    return (values * shares).sum(1) / shares.sum(1)


def split(scores: Tensor) -> Mapping[str, Tensor]:
    """The scores of each head, by name."""
    parts = torch.split(scores, [len(values) for values in heads().values()], dim=-1)
    return dict(zip(heads(), parts, strict=True))
