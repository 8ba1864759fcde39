"""Homes of Veille for tests: an empty one with its settings, sources to watch, a served folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import zstandard

from veille.archive import Archive
from veille.coverage import Coverage, CoverageLedger
from veille.post import Post
from veille.query import PostQuery
from veille.stores.sqlite import SqlitePostStore

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "config" / "sample-exports"
MORNING = "2026-11-20T06:45:00+00:00"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address on loopback under which a folder is served."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def environment(home: Path, clock: str = MORNING) -> dict[str, str]:
    """The settings of a home of its own, whose sources lie beside it."""
    return {
        "VEILLE_HOME": str(home),
        "VEILLE_SOURCES": str(home.parent / "sources.toml"),
        "VEILLE_CLOCK": clock,
        "VEILLE_HTTP_LOCAL": "1",
    }


def enter(monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def watch(home: Path, *sources: tuple[str, str, str]) -> None:
    """Write the sources of a home: id, collector and target of each."""
    (home.parent / "sources.toml").write_text("".join(map(_source_of, sources)), encoding="utf-8")


def _source_of(source: tuple[str, str, str]) -> str:
    source_id, collector, target = source
    return (
        f'[[source]]\nid = "{source_id}"\nname = "Source {source_id}"\n'
        f'collector = "{collector}"\ntarget = "{target}"\n'
        'owner = "cellule"\npurpose = "essai"\nlegal_basis = "données inventées"\n'
    )


def posts(home: Path) -> list[Post]:
    """Every post, also closed ones, oldest first."""
    with SqlitePostStore.open(home / "veille.sqlite") as store:
        return list(store.search(PostQuery(closed=True, order="oldest")))


def runs(home: Path) -> list[Coverage]:
    """Every run in the coverage ledger, oldest first."""
    since, until = (datetime.fromisoformat(f"{year}-01-01T00:00:00+00:00") for year in (2000, 2100))
    return CoverageLedger(home / "coverage.sqlite").rows(since, until)


def pages(home: Path) -> int:
    return len(list(Archive(str(home / "archive")).pages()))


def bytes_kept(home: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file under a home as it lies there, and archived pages unpacked."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            yield path, raw
            if path.suffix == ".zst":
                yield path, zstandard.decompress(raw)
