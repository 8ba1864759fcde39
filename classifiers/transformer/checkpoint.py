"""A model as Hugging Face saves it: where it lies, what its files say, what is missing."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from veille.errors import ConfigError

CARD = "veille.toml"
GUIDE = "docs/adding-a-classifier.md"
_HUB_ID = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?")
_ONNX = (
    "model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx",
)  # fmt: skip
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_READ = ("config.json", "tokenizer.json", "tokenizer.model", "sentencepiece.bpe.model", CARD)
_MAX_TOKENS = 256
_ABSTAIN_BELOW = {"stance": 0.5, "hostility": 0.5, "narrative": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What people wrote beside the model, in veille.toml; all of it may be left out.

    `labels` gives "axis:value" by the model's own label names. `languages` (ISO 639-3) are
    those the model was measured on. `hypotheses` are the languages of zero-shot reading.
    """

    name: str = ""
    languages: Sequence[str] = ("und",)
    labels: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    abstain_below: Mapping[str, float] = field(default_factory=lambda: dict(_ABSTAIN_BELOW))
    hypotheses: Sequence[str] = ("fr", "en")
    max_tokens: int = _MAX_TOKENS
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A folder with config.json, its card, and the ONNX file if there is one."""

    name: str
    folder: Path
    config: Mapping[str, Any]
    card: Card
    onnx: Path | None

    @property
    def label_names(self) -> list[str]:
        """The model's labels in the order of its outputs."""
        names = self.config.get("id2label") or {}
        return [names[key] for key in sorted(names, key=int)]

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads at once; RoBERTa counts its positions from two."""
        most = int(self.config.get("max_position_embeddings") or self.card.max_tokens + 2)
        return min(self.card.max_tokens, most - 2)

    @property
    def model(self) -> str:
        """Its name, and a digest of everything that can change an answer."""
        return f"{(self.card.name or self.name).replace('@', '-')}@{self._digest()}"

    def _digest(self) -> str:
        weights = [self.onnx, *self.onnx.parent.glob(f"{self.onnx.name}?data")] if self.onnx else []
        files = [self.folder / name for name in _READ]
        digest = sha256()
        for path in [*files, *(weights or weights_of(self.folder))]:
            if path.is_file():
                digest.update(path.name.encode())
                with path.open("rb") as file:
                    while piece := file.read(1 << 20):
                        digest.update(piece)
        return digest.hexdigest()[:12]


def open_checkpoint(place: str) -> Checkpoint:
    """The model in a folder, or under a hub id that was downloaded before.

    Nothing is ever downloaded. Raises `ConfigError`, saying what to do.
    """
    name, folder = _found(place)
    config = _config(folder / "config.json")
    card = _card(folder / CARD)
    found = [folder / name for name in ([card.file] if card.file else _ONNX)]
    onnx = next((path for path in found if path.is_file()), None)
    if card.file and onnx is None:
        raise ConfigError(f"{folder / CARD}: file = {card.file!r} is not there")
    if onnx is None and not weights_of(folder):
        raise ConfigError(
            f"{folder} holds neither model.onnx nor model.safetensors: copy the whole model"
            f" ({GUIDE})"
        )
    return Checkpoint(name=name, folder=folder, config=config, card=card, onnx=onnx)


def weights_of(folder: Path) -> list[Path]:
    """The files with weights for torch, in the order of their names; may be empty."""
    return sorted(path for pattern in _WEIGHTS for path in folder.glob(pattern))


def _found(place: str) -> tuple[str, Path]:
    """What the model is called, and its folder."""
    if Path(place).is_dir():
        return Path(place).resolve().name, Path(place)
    named = _HUB_ID.fullmatch(place)
    if not named:
        raise ConfigError(
            f"VEILLE_CLASSIFIER=transformer:{place}: there is no such folder; give the folder"
            f" that holds config.json, or a hub id like org/name ({GUIDE})"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    revision = named["revision"]
    try:
        kept = snapshot_download(named["id"], revision=revision, local_files_only=True)
    except (LocalEntryNotFoundError, OSError) as error:
        wanted = f"{named['id']} --revision {revision}" if revision else named["id"]
        raise ConfigError(
            f"VEILLE_CLASSIFIER=transformer:{place} is neither a folder nor a model kept on this"
            " machine, and Veille downloads nothing by itself: type, where there is network,"
            f" .venv/bin/hf download {wanted}"
        ) from error
    return named["id"], Path(kept)


def _config(path: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is not there: copy the whole model ({GUIDE})") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: copy the model again") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{path} is not a model's configuration: copy the model again")
    return config


def _card(path: Path) -> Card:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Card()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    known = set(Card.__slots__)
    if unknown := sorted(table.keys() - known):
        raise ConfigError(f"{path}: {', '.join(unknown)} is unknown; known are {sorted(known)}")
    thresholds = {**_ABSTAIN_BELOW, **table.pop("abstain_below", {})}
    card = Card(**table, abstain_below=thresholds)
    if not card.hypotheses or not {"fr", "en"}.issuperset(card.hypotheses):
        raise ConfigError(f'{path}: hypotheses is a list of "fr" and "en"')
    if not all(len(language) == len("fra") for language in card.languages):
        raise ConfigError(f'{path}: languages are ISO 639-3 codes, as in ["fra", "hau"]')
    return card
