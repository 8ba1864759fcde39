"""The coverage ledger: every run is written down, and rejects are a table a person can mend."""

import csv
import multiprocessing
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from veille.coverage import Coverage, CoverageLedger, write_rejects
from veille.errors import ArchiveUnavailable, StoreUnavailable
from veille.post import Page, Reject

MORNING = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)


def a_run(at: datetime = MORNING, **values: object) -> Coverage:
    run = Coverage(source_id="depot", started_at=at, finished_at=at + timedelta(seconds=3))
    return replace(run, **values)  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> CoverageLedger:
    return CoverageLedger(tmp_path / "home" / "coverage.sqlite")


def test_a_run_comes_back_as_it_was_written(ledger: CoverageLedger) -> None:
    run = a_run(
        pages=2,
        received=9,
        new=3,
        known=2,
        copies=1,
        rejected={"date illisible": 2},
        ignored={"ligne vide": 1},
        dropped={"contenu militaire écarté": 1},
        removed={"numéros": 4},
        unknown_fields=("Émotion",),
        error="page changed",
    )
    ledger.add(run)
    assert ledger.rows(MORNING, MORNING + timedelta(seconds=1)) == [run]


def test_runs_are_appended_and_come_oldest_first(ledger: CoverageLedger) -> None:
    late, early = a_run(MORNING + timedelta(hours=1)), a_run()
    for run in (late, early, early):
        ledger.add(run)
    assert ledger.rows(MORNING, MORNING + timedelta(days=1)) == [early, early, late]


def test_the_end_of_a_window_is_not_in_it(ledger: CoverageLedger) -> None:
    ledger.add(a_run())
    assert ledger.rows(MORNING, MORNING) == []
    assert ledger.rows(MORNING - timedelta(days=1), MORNING) == []
    assert len(ledger.rows(MORNING, MORNING + timedelta(microseconds=1))) == 1


def test_moments_compare_whatever_their_zone_and_precision(ledger: CoverageLedger) -> None:
    bamako_plus_two = timezone(timedelta(hours=2))
    ledger.add(a_run(MORNING.astimezone(bamako_plus_two)))
    ledger.add(a_run(MORNING + timedelta(microseconds=500_000)))
    since = (MORNING - timedelta(minutes=1)).astimezone(bamako_plus_two)
    assert len(ledger.rows(since, MORNING + timedelta(seconds=1))) == 2
    assert len(ledger.rows(MORNING + timedelta(microseconds=1), MORNING + timedelta(1))) == 1


def test_an_unknown_field_is_told_of_once_per_source(ledger: CoverageLedger) -> None:
    assert ledger.first_seen("depot", ["b", "a"], MORNING) == ("a", "b")
    assert ledger.first_seen("depot", ["a", "c"], MORNING) == ("c",)
    assert ledger.first_seen("radio", ["a"], MORNING) == ("a",)
    assert ledger.first_seen("radio", [], MORNING) == ()


def _add_runs(path: Path, name: str) -> None:
    for _ in range(20):
        CoverageLedger(path).add(a_run(source_id=name))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    several = multiprocessing.get_context("fork")
    path = tmp_path / "coverage.sqlite"
    processes = [several.Process(target=_add_runs, args=(path, name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(CoverageLedger(path).rows(MORNING, MORNING + timedelta(days=1))) == 60


@pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.write_bytes(b"no ledger" * 99)])
def test_a_ledger_that_cannot_be_used_is_told_of(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "coverage.sqlite"
    spoil(path)  # type: ignore[operator]
    with pytest.raises(StoreUnavailable, match="coverage ledger"):
        CoverageLedger(path).rows(MORNING, MORNING)
    with pytest.raises(StoreUnavailable, match="coverage ledger"):
        CoverageLedger(path).add(a_run())


def a_page(**values: object) -> Page:
    page = Page(
        source_id="depot", collector="generic", url="a.csv", fetched_at=MORNING, body=b"a;b\n"
    )
    return replace(page, **values)  # type: ignore[arg-type]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_rejects_are_a_table_that_excel_opens(tmp_path: Path) -> None:
    rejects = [
        Reject(where="ligne 3", reason="date illisible", item='x;"y"\nz'),
        Reject(where="ligne 9", reason="texte vide"),
    ]
    path = write_rejects(tmp_path / "rejects", a_page(), rejects)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows_of(path) == [
        ["fichier", "endroit", "raison", "contenu"],
        ["a.csv", "ligne 3", "date illisible", 'x;"y"\nz'],
        ["a.csv", "ligne 9", "texte vide", ""],
    ]


def test_the_same_page_writes_the_same_file(tmp_path: Path) -> None:
    first = write_rejects(tmp_path, a_page(), [Reject(where="1", reason="r", item="a")])
    again = write_rejects(tmp_path, a_page(), [Reject(where="1", reason="r", item="a")])
    assert first == again
    assert list(tmp_path.iterdir()) == [first]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_never_computes_what_somebody_wrote(tmp_path: Path, sign: str) -> None:
    cell = f"{sign}cmd|' /C calc'!A0"
    reject = Reject(where=cell, reason=cell, item=cell)
    path = write_rejects(tmp_path, a_page(url=cell), [reject])
    assert rows_of(path)[1] == [f"'{cell}"] * 4


def test_characters_that_no_file_holds_are_replaced(tmp_path: Path) -> None:
    path = write_rejects(tmp_path, a_page(), [Reject(where="1", reason="r", item="a\ud800b")])
    assert rows_of(path)[1][3] == "a?b"


def test_rejects_that_fail_on_the_way_leave_no_part(tmp_path: Path) -> None:
    blocked = tmp_path / "rejects"
    blocked.write_text("a file")
    with pytest.raises(ArchiveUnavailable, match="rejects cannot be written"):
        write_rejects(blocked, a_page(), [])


def test_a_full_disk_leaves_no_half_table(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys, pathlib\n"
        "from tests.test_coverage import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))\n"
        "rejects = [Reject(where=str(n), reason='r', item='x' * 99) for n in range(99)]\n"
        "write_rejects(pathlib.Path(sys.argv[1]), a_page(), rejects)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "ArchiveUnavailable: rejects cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def _reject_often(folder: Path) -> None:
    for _ in range(40):
        write_rejects(folder, a_page(), [Reject(where="1", reason="r", item="x" * 9999)])


def test_two_imports_of_one_file_write_its_rejects_at_once(tmp_path: Path) -> None:
    several = multiprocessing.get_context("fork")
    processes = [several.Process(target=_reject_often, args=(tmp_path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    (table,) = tmp_path.iterdir()
    assert rows_of(table)[1][3] == "x" * 9999
