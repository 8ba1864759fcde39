"""The bundled model's folder: a manifest, and files that are what the manifest says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from classifiers.bundled.heads import heads
from veille.errors import ConfigError

FOLDER = Path(__file__).parent.parent / "models" / "sahel-e5"
MANIFEST = "manifest.json"
NETWORK, TOKENIZER, GRAMS = "model.onnx", "tokenizer.json", "grams.npz"
# Of the folder's form: a manifest of another one was written by another version of Veille.
FORM = 1
_MEND = "run `git checkout -- classifiers/models`, reinstall Veille, or run `make train`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A folder whose files were checked, and what its manifest settles.

    `settings` is what calibration found: temperatures, shares, thresholds.
    """

    folder: Path
    name: str
    version: str
    languages: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def model(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def network(self) -> Path:
        return self.folder / NETWORK

    @property
    def tokenizer(self) -> Path:
        return self.folder / TOKENIZER

    @property
    def grams(self) -> Path:
        return self.folder / GRAMS


def checked_files(folder: Path) -> ModelFiles:
    """The model in `folder`, every file compared with its hash.

    Raises `ConfigError` naming the file that is missing, cut or of another version.
    """
    manifest = _manifest(folder / MANIFEST)
    for name in (NETWORK, TOKENIZER, GRAMS):
        wanted = manifest["files"].get(name)
        if file_hash(folder / name) != wanted:
            raise ConfigError(f"{folder / name} is cut or of another version; {_MEND}")
    return ModelFiles(
        folder=folder,
        name=manifest["name"],
        version=manifest["version"],
        languages=tuple(manifest["languages"]),
        settings=manifest["settings"],
    )


def file_hash(path: Path) -> str:
    """SHA-256 in hexadecimal. Raises `ConfigError` when the file cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(f"{path} is missing or cannot be read; {_MEND}") from error


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        form, said = manifest["form"], {name: tuple(v) for name, v in manifest["heads"].items()}
        _ = manifest["files"], manifest["name"], manifest["version"], manifest["languages"]
        _ = manifest["settings"]
    except OSError as error:
        raise ConfigError(f"{path} is missing or cannot be read; {_MEND}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is cut or no manifest of a model; {_MEND}") from error
    if form != FORM or said != dict(heads()):
        raise ConfigError(f"{path} was written for another version of Veille; {_MEND}")
    return manifest
