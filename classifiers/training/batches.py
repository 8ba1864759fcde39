"""Texts in batches of like length, padded: short posts do not wait for long ones."""

import random
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Encoding
from torch import Tensor

_PAD = 1
# Batches are cut from pools of this many batches, sorted by length.
_POOL = 24


def bucketed(lengths: Sequence[int], size: int, random_: random.Random) -> list[list[int]]:
    """Places of the texts in batches of like length, every text once, in random order."""
    places = list(range(len(lengths)))
    random_.shuffle(places)
    batches: list[list[int]] = []
    for start in range(0, len(places), size * _POOL):
        pool = sorted(places[start : start + size * _POOL], key=lambda place: lengths[place])
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    random_.shuffle(batches)
    return batches


def padded(encodings: Sequence[Encoding], most: int) -> tuple[Tensor, Tensor]:
    """Ids and mask of a batch; what is over `most` pieces is cut, its end sign kept."""
    rows = [encoding.ids for encoding in encodings]
    rows = [row if len(row) <= most else [*row[: most - 1], row[-1]] for row in rows]
    width = max(len(row) for row in rows)
    ids = np.full((len(rows), width), _PAD, dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    mask = np.arange(width)[None, :] < np.array([len(row) for row in rows])[:, None]
    return torch.from_numpy(ids), torch.from_numpy(mask.astype(np.int64))
