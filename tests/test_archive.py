"""The archive keeps bytes whole, once, under their own name, and tells of damage."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard

from veille.archive import Archive
from veille.errors import ArchiveUnavailable, ConfigError, PageDamaged, PageNotFound
from veille.post import Page

MORNING = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)


def a_page(body: bytes = b"ka na so\n", **values: object) -> Page:
    page = Page(source_id="depot", collector="generic", url="a.csv", fetched_at=MORNING, body=body)
    return replace(page, **values)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(folder: Path) -> Archive:
    return Archive(str(folder))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_page_is_kept_under_the_hash_of_its_bytes(archive: Archive, folder: Path) -> None:
    key = archive.add(a_page(b"m\xe9lange \0 d'octets"))
    assert key == sha256(b"m\xe9lange \0 d'octets").hexdigest()
    assert archive.body(key) == b"m\xe9lange \0 d'octets"
    packed = (folder / "bytes" / key[:2] / f"{key}.zst").read_bytes()
    assert zstandard.decompress(packed) == b"m\xe9lange \0 d'octets"


def test_an_empty_page_is_a_page(archive: Archive) -> None:
    assert archive.body(archive.add(a_page(b""))) == b""


def test_what_is_known_about_a_page_comes_back_with_it(archive: Archive) -> None:
    page = a_page(
        options={"mapping": {"text": "Résumé"}},
        removed={"noms": 2},
        original_key="ab" * 32,
        url="été.csv",
    )
    archive.add(page)
    assert list(archive.pages()) == [page]


def test_the_cursor_of_a_page_is_not_archived(archive: Archive) -> None:
    archive.add(a_page(cursor="12"))
    assert [page.cursor for page in archive.pages()] == [None]


def test_the_same_page_again_changes_nothing(archive: Archive, folder: Path) -> None:
    archive.add(a_page())
    before = files(folder)
    archive.add(a_page(fetched_at=MORNING + timedelta(days=1)))
    assert files(folder) == before


def test_a_page_is_told_of_once_per_source_and_way_of_reading(archive: Archive) -> None:
    archive.add(a_page())
    archive.add(a_page(source_id="import"))
    archive.add(a_page(options={"mapping": {"text": "B"}}))
    archive.add(a_page(collector="kobo"))
    told = {(page.source_id, page.collector, str(page.options)) for page in archive.pages()}
    assert len(told) == 4
    assert len({page.key for page in archive.pages()}) == 1


def test_pages_come_oldest_first(archive: Archive) -> None:
    for hours in (3, 1, 2):
        archive.add(a_page(str(hours).encode(), fetched_at=MORNING + timedelta(hours=hours)))
    assert [page.body for page in archive.pages()] == [b"1", b"2", b"3"]


def test_an_unknown_key_is_not_found(archive: Archive) -> None:
    with pytest.raises(PageNotFound, match="no page 00"):
        archive.body("00" * 32)


@pytest.mark.parametrize(
    "put_instead", [b"", b"not zstd", zstandard.compress(b"other bytes")], ids=str
)
def test_bytes_that_are_not_their_own_are_never_given(
    archive: Archive, folder: Path, put_instead: bytes
) -> None:
    key = archive.add(a_page())
    (folder / "bytes" / key[:2] / f"{key}.zst").write_bytes(put_instead)
    with pytest.raises(PageDamaged, match="restore"):
        archive.body(key)
    assert archive.damaged() == [key]


def test_one_damaged_page_does_not_hide_the_others(archive: Archive, folder: Path) -> None:
    keys = [archive.add(a_page(str(n).encode())) for n in range(4)]
    (folder / "bytes" / keys[1][:2] / f"{keys[1]}.zst").unlink()
    next((folder / "about" / keys[2][:2]).glob(f"{keys[2]}.*")).write_bytes(b'{"url": ')
    found: list[bytes] = []
    with pytest.raises(PageDamaged) as told:
        found.extend(page.body for page in archive.pages())
    assert keys[1] in str(told.value)
    assert keys[2] in str(told.value)
    assert archive.damaged() == sorted(keys[1:3])


def test_pages_before_a_damaged_end_are_given(archive: Archive, folder: Path) -> None:
    archive.add(a_page(b"0"))
    gone = archive.add(a_page(b"1", fetched_at=MORNING - timedelta(days=1)))
    (folder / "bytes" / gone[:2] / f"{gone}.zst").unlink()
    assert next(archive.pages()).body == b"0"


def test_pages_past_their_time_go_with_their_bytes(archive: Archive, folder: Path) -> None:
    archive.add(a_page(b"old", fetched_at=MORNING - timedelta(days=2)))
    archive.add(a_page(b"old", fetched_at=MORNING - timedelta(days=3), source_id="import"))
    kept = archive.add(a_page(b"new"))
    assert archive.forget(MORNING - timedelta(days=1)) == 1
    assert [page.key for page in archive.pages()] == [kept]
    assert len(files(folder)) == 2
    assert archive.forget(MORNING - timedelta(days=1)) == 0


def test_a_page_somebody_asked_for_lately_stays(archive: Archive) -> None:
    archive.add(a_page(fetched_at=MORNING - timedelta(days=2)))
    archive.add(a_page(source_id="import"))
    assert archive.forget(MORNING) == 0
    assert len(list(archive.pages())) == 2


def test_forgetting_goes_on_where_a_crash_or_damage_left_it(archive: Archive, folder: Path) -> None:
    key = archive.add(a_page(fetched_at=MORNING - timedelta(days=2)))
    (folder / "bytes" / key[:2] / f"{key}.zst").unlink()
    assert archive.forget(MORNING) == 1
    assert files(folder) == {}


def test_what_a_crash_left_half_written_is_never_read_and_goes_in_time(
    archive: Archive, folder: Path
) -> None:
    today = datetime.now(UTC)
    key = archive.add(a_page(fetched_at=today))
    part = folder / "bytes" / key[:2] / f"{key}.zst.4711.part"
    part.write_bytes(b"half")
    about_part = folder / "about" / key[:2] / f"{key}.0.json.4711.part"
    about_part.write_bytes(b"{")
    assert len(list(archive.pages())) == 1
    archive.forget(today - timedelta(days=1))
    assert part.exists()
    os.utime(part, (0, 0))
    os.utime(about_part, (0, 0))
    archive.forget(today - timedelta(days=1))
    assert not part.exists()
    assert not about_part.exists()
    assert archive.body(key) == a_page().body


def test_any_fsspec_address_will_do() -> None:
    archive = Archive("memory://veille-test-archive")
    page = a_page(b"en m\xc3\xa9moire")
    archive.add(page)
    archive.add(a_page(b"ancien", fetched_at=MORNING - timedelta(days=9)))
    archive.forget(MORNING)
    assert list(archive.pages()) == [page]
    assert archive.damaged() == []


@pytest.mark.parametrize("url", ["nope://bucket", "dropbox://folder"])
def test_an_address_nobody_can_open_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigError, match="VEILLE_ARCHIVE"):
        Archive(url)


def test_a_folder_that_refuses_is_told_of(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(ArchiveUnavailable, match="run again"):
        Archive(str(folder)).add(a_page())
    assert folder.read_text() == "a file where the folder should be"


def test_a_full_disk_leaves_nothing_half_written(archive: Archive, folder: Path) -> None:
    """RLIMIT_FSIZE stands for the disk: the kernel refuses to write on, as on a full one."""
    limit = 4096
    script = (
        "import resource, signal, sys\n"
        "from tests.test_archive import Archive, a_page\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        "Archive(sys.argv[1]).add(a_page(b'small'))\n"
        "import random\n"
        "Archive(sys.argv[1]).add(a_page(random.Random(1).randbytes(50_000)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    assert "ArchiveUnavailable: " in done.stderr
    assert [page.body for page in archive.pages()] == [b"small"]
    assert not list(folder.rglob("*.part"))
    assert archive.damaged() == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit


def test_the_description_is_plain_json(archive: Archive, folder: Path) -> None:
    key = archive.add(a_page())
    (path,) = (folder / "about" / key[:2]).iterdir()
    assert json.loads(path.read_text())["url"] == "a.csv"
