"""Every store against the contract, and what only one of them promises."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.store_contract import StoreContract
from tests.contracts.store_posts import NOW, label, numbers, post
from veille.errors import ConfigError, StoreUnavailable
from veille.query import PostQuery
from veille.stores import schema
from veille.stores.sqlite import SqlitePostStore

ROOT = Path(__file__).parents[2]


class TestSqlite(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqlitePostStore]:
        with SqlitePostStore.open(tmp_path / "veille.sqlite") as store:
            yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dossier" / "veille.sqlite"


def started(script: str, *arguments: object) -> "subprocess.Popen[str]":
    """A process of its own that runs `script`, with `store` open on its first argument."""
    opening = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.contracts.store_posts import *\n"
        "from veille.stores.sqlite import SqlitePostStore\n"
        "store = SqlitePostStore.open(Path(sys.argv[1]))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", opening + script, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_store_lasts_longer_than_its_process(path: Path) -> None:
    with SqlitePostStore.open(path) as store:
        store.put([post(1)])
    with SqlitePostStore.open(path) as store:
        assert store.get(post(1).id) == post(1)


def test_processes_that_put_the_same_posts_store_each_once(path: Path) -> None:
    script = """
first, last = int(sys.argv[2]), int(sys.argv[3])
new = 0
for start in range(first, last, 50):
    new += store.put([post(n, text_key=f"key-{n % 700}") for n in range(start, start + 50)]).new
print(new)
"""
    running = [started(script, path, first, first + 1000) for first in (0, 500, 250)]
    new = [int(process.communicate(timeout=60)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sum(new) == 1500
    with SqlitePostStore.open(path) as store:
        assert sorted(numbers(store)) == list(range(1500))
        assert store.count(PostQuery(words="texte", without_duplicates=True)) == 700


def test_what_one_process_writes_another_reads(path: Path) -> None:
    with SqlitePostStore.open(path) as store:
        store.put([post(1)])
        script = "print(store.count(PostQuery())); store.put([post(2)])"
        assert started(script, path).communicate(timeout=60)[0] == "1\n"
        assert numbers(store) == [2, 1]


def test_a_killed_put_leaves_nothing_and_hinders_nobody(path: Path) -> None:
    script = """
def endless():
    for n in range(10**9):
        yield post(n)
        if n == 20_000:
            print("half-way", flush=True)
store.put(endless())
"""
    process = started(script, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "half-way\n"
    process.kill()
    process.communicate(timeout=60)
    with SqlitePostStore.open(path, wait_s=1.0) as store:
        assert store.count(PostQuery()) == 0
        assert store.put([post(1)]).new == 1


def test_a_full_disk_is_told_and_leaves_nothing(path: Path) -> None:
    script = """
import resource
from veille.errors import StoreUnavailable
store.put([post(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
try:
    store.put(post(n, url="https://exemple.org/" + "x" * 20_000) for n in range(2, 5000))
except StoreUnavailable as error:
    print(store.count(PostQuery()), error)
"""
    told = started(script, path).communicate(timeout=60)[0]
    assert told.startswith(f"1 store {path}: the disk ")
    with SqlitePostStore.open(path) as store:
        assert numbers(store) == [1]


def test_a_writer_that_waits_too_long_is_told_and_readers_never_wait(path: Path) -> None:
    with SqlitePostStore.open(path, wait_s=0.01) as store:
        store.put([post(1)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another process is writing"):
            store.put([post(2)])
        with pytest.raises(StoreUnavailable):
            store.erase([post(1).id])
        assert numbers(store) == [1]
        other.close()
        assert store.put([post(2)]).new == 1


def test_threads_share_one_store(path: Path) -> None:
    with SqlitePostStore.open(path) as store:

        def put(first: int) -> None:
            for start in range(first, first + 200, 20):
                store.put(map(post, range(start, start + 20)))
                assert post(start).id in {each.id for each in store.search(PostQuery())}

        threads = [threading.Thread(target=put, args=(first,)) for first in (0, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert store.count(PostQuery()) == 400


def test_processes_may_make_the_same_store_at_once(path: Path) -> None:
    running = [started("store.put([post(int(sys.argv[2]))])", path, n) for n in range(4)]
    for process in running:
        process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    with SqlitePostStore.open(path) as store:
        assert numbers(store) == [3, 2, 1, 0]


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    SqlitePostStore.open(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(ConfigError, match="newer Veille"):
        SqlitePostStore.open(path)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "autre.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE facture (id)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="something else"):
        SqlitePostStore.open(path)
    assert path.read_bytes() == before


def test_an_older_store_is_brought_forward(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqlitePostStore.open(path) as store:
        store.put([post(1)])
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE later (id)",)))
    with SqlitePostStore.open(path) as store:
        assert numbers(store) == [1]
    with sqlite3.connect(path) as stored:
        assert stored.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
        assert stored.execute("SELECT * FROM later").fetchall() == []
    stored.close()


def test_posts_stored_before_are_found_by_each_of_their_languages(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with SqlitePostStore.open(path) as store:
            store.put([
                post(1, lang="bam", lang_mix=(("bam", 0.6), ("fra", 0.4))),
                post(2, lang="und", lang_mix=()),
            ])  # fmt: skip
    with sqlite3.connect(path) as before:
        before.execute("DELETE FROM facet WHERE name IN ('lang', 'mix')")
    before.close()
    with SqlitePostStore.open(path) as store:
        assert store.counts(PostQuery(), "lang") == {"bam": 1, "fra": 1, "und": 1}
        assert store.counts(PostQuery(), "mix") == {"": 1, "bam+fra": 1}


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqlitePostStore.open(path) as store:
        store.put([post(1)])
    wrong = ("CREATE TABLE later (id)", "CREATE TABLE post (id)")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, wrong))
        with pytest.raises(sqlite3.OperationalError):
            SqlitePostStore.open(path)
    with SqlitePostStore.open(path) as store:
        assert numbers(store) == [1]


@pytest.mark.parametrize(
    "content", [b"not a database, " * 500, b"SQLite format 3\0" + b"\1" * 9000]
)
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "veille.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="damaged"):
        SqlitePostStore.open(path)


def test_a_damaged_store_is_told_when_it_is_read(path: Path) -> None:
    with SqlitePostStore.open(path) as store:
        store.put(map(post, range(3000)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * (size - 16384))
    with pytest.raises(StoreUnavailable, match="damaged"), SqlitePostStore.open(path) as store:
        list(store.search(PostQuery()))


def test_a_path_that_cannot_be_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqlitePostStore.open(tmp_path)
    (tmp_path / "fichier").write_text("")
    with pytest.raises(StoreUnavailable):
        SqlitePostStore.open(tmp_path / "fichier" / "veille.sqlite")


def test_cases_are_filtered_by_their_table(path: Path) -> None:
    with SqlitePostStore.open(path) as store:
        store.put(map(post, range(1, 4)))
        with sqlite3.connect(path) as writer:
            writer.executemany(
                "INSERT INTO post_case (case_id, post_id) VALUES (?, ?)",
                [("d-1", post(1).id), ("d-1", post(3).id), ("d-2", post(2).id)],
            )
        writer.close()
        assert numbers(store, cases=("d-1",)) == [3, 1]
        assert numbers(store, cases=("d-1", "d-2"), targets=()) == [3, 2, 1]
        store.erase([post(3).id])
        assert numbers(store, cases=("d-1",)) == [1]


def test_nothing_is_left_in_the_file_of_an_erased_post(path: Path) -> None:
    with SqlitePostStore.open(path) as store:
        store.put([post(1, text="xylophone " * 3, author="Zzyzx"), post(2)])
        store.add_labels({post(1).id: [label("target", "QQTARGET")]}, model="m@1", made_at=NOW)
        store.erase([post(1).id])
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for trace in (b"xylo", b"Zzyzx", b"QQTARGET"):
        assert trace not in left
