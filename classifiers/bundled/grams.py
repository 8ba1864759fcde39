"""A linear model on hashed character n-grams: cheap, and strong on spelling the encoder lacks."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

BUCKETS = 1 << 16
_SIZES = (2, 3, 4, 5)
_MOST_CHARACTERS = 2_000
# Odd numbers without a pattern: a gram's hash is the sum of its signs times these.
_FACTORS = np.array([2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263, 374_761_393])
_SHIFT = 15


def gram_buckets(text: str) -> tuple[Ints, Floats]:
    """Which buckets a text fills and how much, the whole of length one; empty for no text."""
    plain = unicodedata.normalize("NFKC", text[:_MOST_CHARACTERS]).casefold()
    signs = np.array([ord(sign) for sign in f" {' '.join(plain.split())} "], dtype=np.int64)
    found = [_hashed(signs, size) for size in _SIZES if len(signs) >= size]
    if len(signs) <= _SIZES[0] or not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    buckets, counts = np.unique(np.concatenate(found), return_counts=True)
    weights = (1 + np.log(counts)).astype(np.float32)
    return buckets, weights


def _hashed(signs: Ints, size: int) -> Ints:
    windows = np.lib.stride_tricks.sliding_window_view(signs, size)
    mixed = windows @ _FACTORS[:size] + size * 97
    mixed ^= mixed >> _SHIFT
    hashed: Ints = (mixed * _FACTORS[0]) >> 7 & (BUCKETS - 1)
    return hashed


class Grams:
    """Scores of every head from n-grams alone; weights are bytes, with a scale per score."""

    def __init__(self, rows: NDArray[np.int8], scales: Floats, bias: Floats, rarity: Floats):
        self._rows, self._scales, self._bias, self._rarity = rows, scales, bias, rarity

    @classmethod
    def open(cls, path: Path) -> "Grams":
        with np.load(path, allow_pickle=False) as parts:
            return cls(parts["rows"], parts["scales"], parts["bias"], parts["rarity"])

    def scores(self, texts: Sequence[str]) -> Floats:
        """One row of scores a text."""
        rows = [self._score(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, len(self._bias)), dtype=np.float32)

    def _score(self, text: str) -> Floats:
        buckets, weights = gram_buckets(text)
        weights = weights * self._rarity[buckets]
        length = float(np.linalg.norm(weights)) or 1.0
        summed = (weights / length) @ self._rows[buckets].astype(np.float32)
        scores: Floats = (summed * self._scales + self._bias).astype(np.float32)
        return scores
