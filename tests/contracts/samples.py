"""Recorded pages of every collector, and what they must be read as, in JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from veille.post import ParsedPage, Post, Reading, Reject

SAMPLES = Path(__file__).parents[1] / "samples"
KINDS = ("ordinary", "empty", "deleted", "non-latin", "oldest")
# What differs with the folder a test runs in, and is checked on its own.
_LEFT_OUT = ("page_key", "source_id", "collected_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One recorded page: `tests/samples/<name>/<case>/page.<ext>` with its options."""

    name: str
    case: str
    path: Path
    options: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.name}/{self.case}"

    @property
    def expected_path(self) -> Path:
        return self.path.parent / "posts.json"


def samples_of(name: str) -> list[Sample]:
    """The samples of one collector, by case; none when it has no folder."""
    found = []
    for path in sorted((SAMPLES / name).glob("*/page.*")):
        options = path.parent / "options.json"
        found.append(
            Sample(
                name=name,
                case=path.parent.name,
                path=path,
                options=json.loads(options.read_text("utf-8")) if options.exists() else {},
            )
        )
    return found


def kinds_missing(name: str) -> list[str]:
    """Which of the five kinds of sample a collector lacks; `ordinary-2` counts as ordinary."""
    cases = [sample.case for sample in samples_of(name)]
    return [kind for kind in KINDS if not any(case.startswith(kind) for case in cases)]


def persons_in(name: str) -> dict[str, Any]:
    """What persons are called in a format's samples, by case; or `none`, and why."""
    told: dict[str, Any] = json.loads((SAMPLES / name / "persons.json").read_text("utf-8"))
    return told


def words_of(body: bytes) -> str:
    """All that a file says, in every encoding it may be in, archives unpacked."""
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as packed:
            return "\n".join(words_of(packed.read(name)) for name in packed.namelist())
    said = [body.decode(encoding, "ignore") for encoding in ("utf-8", "cp1252", "utf-16")]
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), said[0])
    return "\n".join([*said, unescaped, unescape(said[0])]).casefold()


def as_json(parsed: ParsedPage) -> dict[str, Any]:
    """What was read, with only the fields that differ from their default; times in ISO 8601."""
    return {
        "posts": [_told(post) for post in parsed.posts],
        "readings": [_told(reading) for reading in parsed.readings],
        "rejects": [_told(reject) for reject in parsed.rejects],
        "ignored": dict(sorted(parsed.ignored.items())),
        "unknown_fields": sorted(parsed.unknown_fields),
    }


def _told(item: Post | Reading | Reject) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    defaults = {field.name: _default(field) for field in fields(item)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else _plain(value)
        for name, value in values.items()
        if name not in _LEFT_OUT and value != defaults[name]
    }


def _default(field: Any) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def expected(sample: Sample) -> dict[str, Any]:
    """What the sample's posts.json says."""
    told: dict[str, Any] = json.loads(sample.expected_path.read_text("utf-8"))
    return told


def write_expected(sample: Sample, parsed: ParsedPage) -> None:
    """Write posts.json for a person to read."""
    text = json.dumps(as_json(parsed), ensure_ascii=False, indent=1)
    sample.expected_path.write_text(text + "\n", "utf-8", "backslashreplace")
