"""Trains the n-gram model on the same posts and the same heads as the encoder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from classifiers.bundled.grams import BUCKETS, Floats, Ints, gram_buckets
from classifiers.bundled.heads import heads, width
from classifiers.bundled.opinions import slices
from classifiers.training.labelled import LabelledPost
from classifiers.training.wanted import wanted

_ROUNDS, _BATCH, _RATE = 16, 1_024, 0.15
_SHRINK = 3e-6
_MOMENT, _SPREAD, _SMALL = 0.9, 0.99, 1e-8
_STEPS_OF_A_BYTE = 127


def fit_grams(posts: Sequence[LabelledPost], path: Path, *, seed: int) -> None:
    """Train with Adam on large batches, and write the weights as bytes."""
    rows = [gram_buckets(post.text) for post in posts]
    rarity = _rarity([buckets for buckets, _ in rows])
    filled = _matrix(rows, rarity)
    goals = np.concatenate([wanted(posts)[name] for name in heads()], axis=1)
    weights = np.zeros((BUCKETS + 1, width()), dtype=np.float32)
    moment, spread = np.zeros_like(weights), np.zeros_like(weights)
    chance = np.random.default_rng(seed)
    steps = _ROUNDS * -(-len(posts) // _BATCH)
    for step in range(steps):
        places = chance.choice(len(posts), size=min(_BATCH, len(posts)), replace=False)
        slope = _slope(filled[places], goals[places], weights)
        moment = _MOMENT * moment + (1 - _MOMENT) * slope
        spread = _SPREAD * spread + (1 - _SPREAD) * slope**2
        even = moment / (1 - _MOMENT ** (step + 1))
        wide = np.sqrt(spread / (1 - _SPREAD ** (step + 1))) + _SMALL
        weights -= _RATE * (1 - step / steps) * even / wide
    _write(path, weights[:-1], weights[-1], rarity)


def _matrix(rows: Sequence[tuple[Ints, Floats]], rarity: Floats) -> csr_matrix:
    """One row a post, of length one; the last column is the constant."""
    scaled = [weights * rarity[buckets] for buckets, weights in rows]
    values = [np.append(row / (np.linalg.norm(row) or 1.0), 1.0) for row in scaled]
    columns = [np.append(buckets, BUCKETS) for buckets, _ in rows]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    return csr_matrix(
        (np.concatenate(values).astype(np.float32), np.concatenate(columns), starts),
        shape=(len(rows), BUCKETS + 1),
    )


def _slope(filled: csr_matrix, goals: Floats, weights: Floats) -> Floats:
    """Of the summed cross-entropy of all heads, with a pull towards zero."""
    scores = filled @ weights
    said = np.concatenate([_softmax(scores[:, part]) for part in slices().values()], axis=1)
    slope: Floats = filled.T @ ((said - goals) / len(goals)) + _SHRINK * weights
    return slope


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _rarity(rows: Sequence[Ints]) -> Floats:
    """How much a bucket tells: the logarithm of how few posts fill it."""
    counts = np.bincount(np.concatenate(rows), minlength=BUCKETS)
    rarity: Floats = (np.log((1 + len(rows)) / (1 + counts)) + 1).astype(np.float32)
    return rarity


def _write(path: Path, rows: Floats, bias: Floats, rarity: Floats) -> None:
    scales = np.abs(rows).max(axis=0) / _STEPS_OF_A_BYTE
    whole = np.round(rows / np.where(scales > 0, scales, 1)).astype(np.int8)
    np.savez_compressed(
        path, rows=whole, scales=scales.astype(np.float32), bias=bias, rarity=rarity
    )
