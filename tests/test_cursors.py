"""A cursor is saved whole or not at all, one per source, and nothing of it is guessed."""

import multiprocessing
from pathlib import Path

import pytest

from veille.cursors import Cursors
from veille.errors import ConfigError, StoreUnavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cursors"


def test_a_source_never_read_has_no_cursor(folder: Path) -> None:
    assert Cursors(folder).load("depot") is None


@pytest.mark.parametrize("cursor", ["", "2026-11-20", '{"é": "ɓ 🤡"}', "ligne\r\nligne\n"])
def test_a_cursor_comes_back_as_it_was_saved(folder: Path, cursor: str) -> None:
    Cursors(folder).save("depot", cursor)
    assert Cursors(folder).load("depot") == cursor


def test_the_last_one_saved_counts(folder: Path) -> None:
    cursors = Cursors(folder)
    cursors.save("depot", "1")
    cursors.save("depot", "2")
    assert cursors.load("depot") == "2"
    assert [path.name for path in folder.iterdir()] == ["depot.cursor"]


def test_each_source_has_its_own_whatever_it_is_called(folder: Path) -> None:
    cursors = Cursors(folder)
    names = ["a", "a.b", "a.c", "A", "../a", "a/b", "..", "é", "a b", ".part", "%2e"]
    for name in names:
        cursors.save(name, f"cursor of {name}")
    assert [cursors.load(name) for name in names] == [f"cursor of {name}" for name in names]
    assert len(list(folder.iterdir())) == len(names)
    assert list(folder.parent.iterdir()) == [folder]


def test_a_damaged_cursor_names_the_file_to_remove(folder: Path) -> None:
    Cursors(folder).save("depot", "1")
    (folder / "depot.cursor").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"depot\.cursor is damaged: remove it"):
        Cursors(folder).load("depot")


def test_a_folder_that_cannot_be_made_is_told_of(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(StoreUnavailable, match="cannot be saved"):
        Cursors(folder).save("depot", "1")
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        Cursors(folder).load("depot")


def test_saving_that_fails_leaves_the_cursor_before_it(folder: Path) -> None:
    cursors = Cursors(folder)
    cursors.save("depot", "1")
    with pytest.raises(UnicodeEncodeError):
        cursors.save("depot", "\ud800")
    assert cursors.load("depot") == "1"
    assert len(list(folder.iterdir())) == 1


def _save_often(folder: Path, cursor: str) -> None:
    for _ in range(30):
        Cursors(folder).save("depot", cursor)


def test_processes_that_save_at_once_never_mix(folder: Path) -> None:
    several = multiprocessing.get_context("fork")
    cursors = [letter * 200_000 for letter in "ab"]
    processes = [several.Process(target=_save_often, args=(folder, text)) for text in cursors]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert Cursors(folder).load("depot") in cursors
    assert len(list(folder.iterdir())) == 1
