"""The network that is trained: the encoder, linear heads on the mean of its pieces, a vector."""

from collections.abc import Mapping

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

    def __init__(self, encoder: BertModel, *, dropout: float = 0.1, seed: int = 0) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(HIDDEN, width())
        self.project = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.dropout = ByteDropout(dropout, seed + _ODD)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)
        nn.init.eye_(self.project.weight)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (texts, width), unit vectors (texts, hidden), scores of each piece."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        shares = mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * shares).sum(1) / shares.sum(1)
        vectors = nn.functional.normalize(self.project(pooled), dim=-1)
        return self.heads(self.dropout(pooled)), vectors, self.heads(hidden)


def split(scores: Tensor) -> Mapping[str, Tensor]:
    """The scores of each head, by name."""
    parts = torch.split(scores, [len(values) for values in heads().values()], dim=-1)
    return dict(zip(heads(), parts, strict=True))
