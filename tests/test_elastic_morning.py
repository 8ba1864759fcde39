"""One setting switches the store: the same morning on Elasticsearch as on SQLite."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.homes import SAMPLES, enter, environment, watch
from tests.servers.elastic import node_or_skip
from veille import cli
from veille.settings import Secret
from veille.stores.elastic.indices import Names, remove_all
from veille.stores.elastic.node import Node


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    yield from node_or_skip()


@pytest.fixture
def on_elastic(url: str) -> Iterator[dict[str, str]]:
    name = f"veille-test-{uuid4().hex}"
    yield {"VEILLE_STORE": url, "VEILLE_STORE_NAME": name}
    node = Node.open(url, key=Secret(""), fingerprint="")
    remove_all(node, Names(name))
    node.close()


def bulletins(folder: Path, monkeypatch: pytest.MonkeyPatch, **store: str) -> dict[str, bytes]:
    """What a morning over the sample exports writes, by file."""
    home = folder / "home"
    watch(home, ("depot", "files", "./depot"))
    shutil.copytree(SAMPLES / "depot", folder / "depot")
    monkeypatch.chdir(folder)
    enter(monkeypatch, environment(home) | store)
    if store:
        assert cli.main(["store", "init"]) == cli.OK
    assert cli.main(["run"]) == cli.OK
    assert cli.main(["search", "ONG"]) == cli.OK
    written = {path.name: path.read_bytes() for path in (home / "bulletins").iterdir()}
    assert written
    return written


def test_the_bulletin_is_the_same_on_both_stores(
    tmp_path: Path,
    on_elastic: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    here = bulletins(tmp_path / "a", monkeypatch)
    told_here = capsys.readouterr().out
    there = bulletins(tmp_path / "b", monkeypatch, **on_elastic)
    told_there = capsys.readouterr().out
    assert there == here
    assert told_there.replace("/b/", "/a/") == f"Base prête.\n{told_here}"


def test_a_store_that_was_not_made_says_how(
    tmp_path: Path,
    on_elastic: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    enter(monkeypatch, environment(tmp_path / "home") | on_elastic)
    assert cli.main(["search", "ONG"]) == cli.PERSON_MUST_ACT
    assert "veille store init" in capsys.readouterr().err


def test_a_file_needs_no_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(monkeypatch, environment(tmp_path / "home"))
    assert cli.main(["store", "migrate"]) == cli.PERSON_MUST_ACT
    assert "VEILLE_STORE is a file" in capsys.readouterr().err
