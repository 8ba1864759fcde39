"""The encoder at run time: texts in; scores, unit vectors and the weight of each piece out.

Each part of a text is read by itself: the int8 network scales its numbers by the largest
in the batch, so that neighbours in a batch would change each other's labels. Short parts
alone are also faster than padded batches.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bundled.files import FOLDER, ModelFiles, checked_files
from classifiers.bundled.windows import Range, windows

Floats = NDArray[np.float32]

# Of pieces, special ones left out: longer texts are read in parts.
_MOST_PIECES = 94
# A text of more parts than this is read at its beginning and its end only.
_MOST_PARTS = 64
_MOST_CHARACTERS = 60_000
_FEW_TEXTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRead:
    """What the encoder says of `text[start:end]`.

    `scores` has one number for each value of each head, `vector` is of length one, and row
    `n` of `piece_scores` is what the piece at `pieces[n]` (in characters of the text) says by
    itself: their mean is `scores`.
    """

    start: int
    end: int
    scores: Floats
    vector: Floats
    pieces: tuple[Range, ...]
    piece_scores: Floats


class Encoder:
    """Reads texts; the same text gives the same numbers whatever is read beside it."""

    def __init__(self, files: ModelFiles, *, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._session = session_of(files.network)
        self._threads = threads or min(os.cpu_count() or 1, 4)

    @classmethod
    def open(cls, folder: Path = FOLDER) -> "Encoder":
        """The bundled encoder. Raises `ConfigError` when its files are not what they should."""
        return cls(checked_files(folder))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One unit vector a text, float32: near each other when they tell the same thing."""
        means = [np.mean([part.vector for part in parts], axis=0) for parts in self.read(texts)]
        if not means:
            return np.zeros((0, 0), dtype=np.float32)
        stacked = np.stack(means)
        return np.asarray(stacked / np.linalg.norm(stacked, axis=1, keepdims=True), np.float32)

    def read(self, texts: Sequence[str]) -> list[list[PartRead]]:
        """The parts of each text, in order; a text has at least one."""
        tasks = [
            (place, *part)
            for place, text in enumerate(map(_readable, texts))
            for part in self._parts(text)
        ]
        found: list[list[PartRead]] = [[] for _ in texts]
        for (place, _, _), part in zip(tasks, self._each(tasks), strict=True):
            found[place].append(part)
        return found

    def _parts(self, text: str) -> list[tuple[Range, Any]]:
        """Start and end of each part, and its pieces."""
        whole = self._tokenizer.encode(text)
        ranges = windows(text, whole.offsets[1:-1], _MOST_PIECES)
        if len(ranges) == 1:
            return [(ranges[0], whole)]
        half = _MOST_PARTS // 2
        kept = ranges if len(ranges) <= _MOST_PARTS else [*ranges[:half], *ranges[-half:]]
        return [(part, self._tokenizer.encode(text[slice(*part)])) for part in kept]

    def _each(self, tasks: Sequence[tuple[int, Range, Any]]) -> list[PartRead]:
        if len(tasks) <= _FEW_TEXTS:
            return [self._part(task) for task in tasks]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._part, tasks))

    def _part(self, task: tuple[int, Range, Any]) -> PartRead:
        _, (start, end), encoding = task
        ids = np.array([encoding.ids], dtype=np.int64)
        scores, vectors, pieces = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
        return PartRead(
            start=start,
            end=end,
            scores=scores[0],
            vector=vectors[0],
            pieces=tuple((start + first, start + last) for first, last in encoding.offsets),
            piece_scores=pieces[0],
        )


def session_of(path: Path, *, threads: int = 1) -> Any:
    """An onnxruntime session that does not spin beside other work."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _readable(text: str) -> str:
    """The text with half characters, which no tokenizer takes, as question marks."""
    return text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
