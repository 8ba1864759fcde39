"""What people chose to watch, read from sources.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from string import Template

from veille.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An account, page, feed or drop folder, with the reason why it is watched.

    `target` is what the collector reads: a folder, an address, a page name. `min_per_day` is
    how many posts a day are normal: fewer is a silence that operators are told of.
    """

    id: str
    collector: str
    target: str
    name: str
    owner: str
    purpose: str
    legal_basis: str
    expires_on: date | None = None
    enabled: bool = True
    min_per_day: int = 0
    options: Mapping[str, object] = field(default_factory=dict)


_REQUIRED = ("id", "collector", "target", "owner", "purpose", "legal_basis")
# Exactly these: to Python a date with a time is a date too, and true is a number.
_TYPES: dict[str, type] = {
    **dict.fromkeys((*_REQUIRED, "name"), str),
    "expires_on": date,
    "enabled": bool,
    "min_per_day": int,
    "options": dict,
}


def sources_of(path: Path, environment: Mapping[str, str]) -> list[Source]:
    """The sources of a TOML file, in its order.

    `${NAME}` in a text field is replaced from `environment`, and stays when it is not there; a
    target that begins with a dot is a folder meant from where the file lies. Raises
    `ConfigError` naming every fault.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path} not found: copy config/sources.example.toml there and edit it"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    faults: list[str] = []
    sources: list[Source] = []
    tables = table.get("source", [])
    if not isinstance(tables, list) or not all(isinstance(raw, dict) for raw in tables):
        raise ConfigError(f"{path}: write [[source]] in double brackets before each source")
    for place, raw in enumerate(tables, 1):
        found = _faults(raw)
        if found:
            faults += [f"{path}, source {raw.get('id', place)}: {fault}" for fault in found]
            continue
        sources.append(_source(raw, path.parent, environment))
    twice = {source.id for source in sources if [s.id for s in sources].count(source.id) > 1}
    faults += [f"{path}: two sources are called {name}" for name in sorted(twice)]
    faults += [f"{path}: no [[source]] in it"] if not tables else []
    if faults:
        raise ConfigError("; ".join(faults))
    return sources


def _faults(raw: Mapping[str, object]) -> list[str]:
    return [
        *(f"{name} is missing" for name in _REQUIRED if not raw.get(name)),
        *(f"{name} is not a field of a source" for name in raw if name not in _TYPES),
        *(
            f"{name} has the wrong type"
            for name, kind in _TYPES.items()
            if name in raw and type(raw[name]) is not kind
        ),
    ]


def _source(raw: Mapping[str, object], folder: Path, environment: Mapping[str, str]) -> Source:
    values = {
        name: Template(value).safe_substitute(environment) if isinstance(value, str) else value
        for name, value in raw.items()
    }
    target = str(values["target"])
    if "://" not in target and target.startswith((".", "/")):
        values["target"] = str((folder / target).resolve())
    return Source(**{"name": values["id"], **values})  # type: ignore[arg-type]
