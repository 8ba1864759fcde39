"""Reads the data files of the codebook; a wrong one is a `ConfigError` that names the place."""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from veille.errors import ConfigError


def file_text(name: str) -> str:
    """The text of data file `name`; raises `ConfigError` when it is missing or not UTF-8."""
    try:
        return files("veille.codebook").joinpath(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"codebook file {name} cannot be read: install Veille again") from error


def json_of(name: str) -> dict[str, Any]:
    """The JSON object in data file `name`."""
    try:
        table = json.loads(file_text(name))
    except ValueError as error:
        raise ConfigError(f"codebook file {name}: {error}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"codebook file {name}: a JSON object is expected")
    return table


def toml_of(name: str) -> dict[str, Any]:
    """The table in TOML data file `name`."""
    try:
        return tomllib.loads(file_text(name))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"codebook file {name}: {error}") from error


def rows_of(name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of CSV data file `name`, which must have exactly `columns`.

    Lines that begin with # are remarks.
    """
    lines = [line for line in file_text(name).splitlines() if not line.startswith("#")]
    reader = csv.DictReader(lines, strict=True)
    if tuple(reader.fieldnames or ()) != tuple(columns):
        raise ConfigError(f"codebook file {name}: the columns must be {', '.join(columns)}")
    rows = list(reader)
    for row in rows:
        if None in row or None in row.values():
            raise ConfigError(f"codebook file {name}: wrong number of cells in {row}")
    return rows


def require(raw: Mapping[str, object], names: Iterable[str], *, place: str) -> None:
    """Raise `ConfigError` unless `raw` has exactly the fields `names`."""
    names = set(names)
    faults = [
        *(f"{name} is missing" for name in sorted(names - set(raw))),
        *(f"{name} is not a field" for name in sorted(set(raw) - names)),
    ]
    if faults:
        raise ConfigError(f"{place}: {'; '.join(faults)}")


def require_one_of(value: str, known: Iterable[str], *, place: str) -> str:
    """`value`; raises `ConfigError` unless it is one of `known`."""
    if value not in known:
        raise ConfigError(f"{place}: {value!r} is none of {', '.join(known)}")
    return value


def require_unique(values: Sequence[str], *, place: str) -> None:
    """Raise `ConfigError` naming every value that occurs twice."""
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ConfigError(f"{place}: twice: {', '.join(twice)}")
