"""The coverage ledger: what was asked, what came, and what was not read and why."""

import csv
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from veille.errors import ArchiveUnavailable, StoreUnavailable
from veille.post import Page, Reject

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    source_id TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT NOT NULL,
    counts TEXT NOT NULL, error TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS run_by_time ON run (started_at);
CREATE INDEX IF NOT EXISTS run_by_source ON run (source_id, started_at);
CREATE TABLE IF NOT EXISTS unknown_field (
    source_id TEXT NOT NULL, name TEXT NOT NULL, first_seen_at TEXT NOT NULL,
    PRIMARY KEY (source_id, name)
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One run of one source.

    `pages` came and held `received` items: `new` and `known` posts (of the new, `copies` say
    what another post already said), `rejected`, `ignored` (no posts, no loss) and `dropped` by
    a rule, each by French reason. `removed` counts persons' data taken out before archiving.
    `unknown_fields` are those seen for the first time. `error` is empty when all went well.
    """

    source_id: str
    started_at: datetime
    finished_at: datetime
    pages: int = 0
    received: int = 0
    new: int = 0
    known: int = 0
    copies: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    unknown_fields: tuple[str, ...] = ()
    error: str = ""


class CoverageLedger:
    """Runs in a SQLite file, safe with several writer processes.

    Every method may raise `StoreUnavailable`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, coverage: Coverage) -> None:
        """Append one run; runs are never changed."""
        counts = asdict(coverage)
        times = [_written(counts.pop(name)) for name in ("started_at", "finished_at")]
        source_id, error = counts.pop("source_id"), counts.pop("error")
        with self._open() as database:
            database.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?, ?)",
                (source_id, *times, json.dumps(counts, ensure_ascii=False), error),
            )

    def rows(self, since: datetime, until: datetime) -> list[Coverage]:
        """Runs that started from `since` to `until` (excluded), oldest first."""
        with self._open() as database:
            found = database.execute(
                "SELECT * FROM run WHERE started_at >= ? AND started_at < ?"
                " ORDER BY started_at, source_id",
                (_written(since), _written(until)),
            ).fetchall()
        return [_coverage(*row) for row in found]

    def first_seen(self, source_id: str, names: Iterable[str], at: datetime) -> tuple[str, ...]:
        """Those of `names` this source never showed before; they are told of once."""
        with self._open() as database:
            return tuple(
                name
                for name in sorted(names)
                if database.execute(
                    "INSERT OR IGNORE INTO unknown_field VALUES (?, ?, ?)",
                    (source_id, name, _written(at)),
                ).rowcount
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
                database.executescript(_SCHEMA)
                yield database
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"the coverage ledger cannot be used: {error}") from error


def _written(moment: datetime) -> str:
    """A moment in UTC with its microseconds, so that texts compare as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _coverage(source_id: str, started: str, finished: str, counts: str, error: str) -> Coverage:
    values = json.loads(counts)
    values["unknown_fields"] = tuple(values["unknown_fields"])
    return Coverage(
        source_id=source_id,
        started_at=datetime.fromisoformat(started),
        finished_at=datetime.fromisoformat(finished),
        error=error,
        **values,
    )


def remove_rejects(folder: Path, before: datetime) -> int:
    """Remove reject files last written before a moment; gives their number."""
    old = [path for path in folder.glob("*.csv") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def write_rejects(folder: Path, page: Page, rejects: Iterable[Reject]) -> Path:
    """Write the rejects of one page as a table for Excel; the same page writes the same file.

    Raises `ArchiveUnavailable`, and then leaves no part of it.
    """
    path = folder / f"{page.collector}-{page.key[:12]}.csv"
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["fichier", "endroit", "raison", "contenu"])
            for reject in rejects:
                cells = (page.url, reject.where, reject.reason, reject.item)
                writer.writerow([_harmless(cell) for cell in cells])
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise ArchiveUnavailable(f"rejects cannot be written: {error.strerror}") from error
    return path


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and never computes."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
