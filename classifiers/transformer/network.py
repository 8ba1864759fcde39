"""The network itself, run by onnxruntime or by torch: token ids in, logits out."""

import inspect
import mmap
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifiers.transformer.checkpoint import CARD, GUIDE, Checkpoint
from veille.errors import ConfigError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Feeds = Mapping[str, NDArray[np.int64]]
Floats = NDArray[np.float64]

_BATCH = 32
_LEAST_TOKENS = 16
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Models in 8 bits scale their numbers by the largest one of the batch: what stands beside a
# text would change its answer, so that they read one text at a time.
_SCALED_BY_BATCH = b"DynamicQuantizeLinear"
# Tokens that two neighbouring windows of a long text share, so that no sentence is cut twice.
_OVERLAP = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """`run` takes arrays by name and gives logits, a row per text."""

    run: Callable[[Feeds], Floats]
    inputs: frozenset[str]
    batch: int
    pad_id: int
    types: int

    def logits(self, encodings: Sequence["Encoding"]) -> Floats:
        """One row per encoding, in the order given; texts of like length are run together."""
        order = sorted(range(len(encodings)), key=lambda place: len(encodings[place]))
        rows: dict[int, Floats] = {}
        for first in range(0, len(order), self.batch):
            places = order[first : first + self.batch]
            answer = self.run(self._feeds([encodings[place] for place in places]))
            rows.update(zip(places, answer, strict=True))
        return np.stack([rows[place] for place in range(len(encodings))])

    def tried(self) -> tuple[int, ...]:
        """The shape of the answer to two tokens, which every model can read."""
        ids = np.full((1, 2), self.pad_id, dtype=np.int64)
        arrays = (ids, np.ones_like(ids), np.zeros_like(ids))
        feeds = dict(zip(_INPUTS, arrays, strict=True))
        return self.run({name: feeds[name] for name in feeds if name in self.inputs}).shape

    def _feeds(self, encodings: Sequence["Encoding"]) -> Feeds:
        width = max(len(encoding) for encoding in encodings)
        ids = np.full((len(encodings), width), self.pad_id, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
            types[row, : len(encoding)] = np.minimum(encoding.type_ids, self.types - 1)
        feeds = dict(zip(_INPUTS, (ids, mask, types), strict=True))
        return {name: feeds[name] for name in feeds if name in self.inputs}


def open_network(checkpoint: Checkpoint, *, labels: int) -> Network:
    """The ONNX file if there is one, else the weights in torch; gives `labels` logits a text.

    Raises `ConfigError`.
    """
    if checkpoint.onnx:
        network = _with_onnx(checkpoint, checkpoint.onnx)
    elif find_spec("torch"):
        network = _with_torch(checkpoint)
    else:
        raise ConfigError(
            f"{checkpoint.folder} has weights for torch, which is not installed: put an exported"
            f" model.onnx beside them, or install torch where Veille runs ({GUIDE})"
        )
    given = network.tried()
    if given != (1, labels):
        raise ConfigError(
            f"{checkpoint.folder} answers with {given} numbers where config.json names {labels}"
            f" labels: these files do not belong together, or it is no text classifier ({GUIDE})"
        )
    return network


def open_tokenizer(checkpoint: Checkpoint, *, spared: int = 0) -> "Tokenizer":
    """The model's tokenizer; cuts long texts into windows, with room for `spared` tokens more.

    Raises `ConfigError`.
    """
    from tokenizers import Tokenizer

    path = checkpoint.folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path)) if path.is_file() else _slow(checkpoint)
    except Exception as error:
        raise ConfigError(
            f"{path} is missing or cannot be read: copy the whole model again ({GUIDE})"
        ) from error
    most = checkpoint.max_tokens - spared
    if most < _LEAST_TOKENS:
        raise ConfigError(
            f"{checkpoint.folder} reads {checkpoint.max_tokens} tokens at once, too few: raise"
            f" max_tokens in {CARD}, or choose another model"
        )
    tokenizer.no_padding()
    tokenizer.enable_truncation(most, stride=min(_OVERLAP, most // 4), strategy="only_first")
    return tokenizer


def windows_of(encoding: "Encoding") -> Iterator[tuple["Encoding", tuple[int, int]]]:
    """The windows of a text, each with the start and end of the characters it reads."""
    for window in (encoding, *encoding.overflowing):
        read = zip(window.offsets, window.sequence_ids, strict=True)
        places = [place for place, sequence in read if sequence == 0]
        start = min((first for first, _ in places), default=0)
        yield window, (start, max((last for _, last in places), default=start))


def _with_onnx(checkpoint: Checkpoint, path: Path) -> Network:
    onnxruntime = import_module("onnxruntime")

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Waiting threads must not take the processor from whatever runs beside.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ConfigError(f"{path} is cut or no ONNX model: copy or export it again") from error
    inputs = frozenset(item.name for item in session.get_inputs())
    if not inputs <= set(_INPUTS):
        raise ConfigError(f"{path} wants {sorted(inputs)}: it is no text classifier ({GUIDE})")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        is_scaled = body.find(_SCALED_BY_BATCH) >= 0

    def run(feeds: Feeds) -> Floats:
        return np.asarray(session.run(None, dict(feeds))[0], dtype=np.float64)

    return _network(checkpoint, run, inputs, batch=1 if is_scaled else _BATCH)


def _with_torch(checkpoint: Checkpoint) -> Network:
    torch, transformers = import_module("torch"), _transformers()
    try:
        network = transformers.AutoModelForSequenceClassification.from_pretrained(
            checkpoint.folder, local_files_only=True, trust_remote_code=False, dtype=torch.float32
        ).eval()
    except Exception as error:
        raise ConfigError(
            f"{checkpoint.folder} cannot be opened by transformers: it is cut, or needs code of"
            " its own, which is never run; copy it again or choose another model"
        ) from error
    inputs = frozenset(inspect.signature(network.forward).parameters) & frozenset(_INPUTS)

    def run(feeds: Feeds) -> Floats:
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array) for name, array in feeds.items()}
            return np.asarray(network(**tensors).logits.numpy(), dtype=np.float64)

    return _network(checkpoint, run, inputs, batch=_BATCH)


def _network(
    checkpoint: Checkpoint, run: Callable[[Feeds], Floats], inputs: frozenset[str], *, batch: int
) -> Network:
    return Network(
        run=run,
        inputs=inputs,
        batch=batch,
        pad_id=int(checkpoint.config.get("pad_token_id") or 0),
        types=int(checkpoint.config.get("type_vocab_size") or 1),
    )


def _slow(checkpoint: Checkpoint) -> "Tokenizer":
    """The tokenizer of a model that comes without tokenizer.json."""
    opened = _transformers().AutoTokenizer.from_pretrained(
        checkpoint.folder, local_files_only=True, trust_remote_code=False
    )
    return opened.backend_tokenizer  # type: ignore[no-any-return]


def _transformers() -> Any:
    """The library, told to stay off the network and to report nothing about its use."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Without it torch slows twenty-fold beside another busy process.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return import_module("transformers")
