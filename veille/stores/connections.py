"""One SQLite file: who reads, who writes, and what its errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Self

from veille.errors import StoreUnavailable
from veille.stores.schema import migrate

# Pages of the writer kept in memory, in KiB: the indices of a few 100,000 posts stay in it.
_CACHE_KIB = 32_768

# What the write-ahead log may keep of the disk once its content is in the file.
_LOG_BYTES = 67_108_864

_ADVICE = {
    sqlite3.SQLITE_BUSY: "another process is writing: try again",
    sqlite3.SQLITE_LOCKED: "another process is writing: try again",
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "it is read-only: check the rights of the file and its folder",
    sqlite3.SQLITE_PERM: "check the rights of the file and its folder",
    sqlite3.SQLITE_AUTH: "check the rights of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its folder exists and its rights",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written: check space and hardware",
    sqlite3.SQLITE_PROTOCOL: "its locks do not work: keep it on a local disk",
    sqlite3.SQLITE_NOMEM: "memory is short",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore a backup, or move it away and run "
    "`veille reingest`, which reads the archive again",
}
_ADVICE[sqlite3.SQLITE_NOTADB] = _ADVICE[sqlite3.SQLITE_CORRUPT]


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file into `StoreUnavailable`; our own faults pass."""
    try:
        yield
    except sqlite3.Error as error:
        advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if advice is None:
            raise
        raise StoreUnavailable(f"store {path}: {advice}") from error


class SqliteFile:
    """Connections to one file: one that writes, and as many as needed that read.

    Each reader sees the file as it was when it began, whatever is written meanwhile. Threads
    may share one SqliteFile.
    """

    def __init__(self, path: Path, writer: sqlite3.Connection, wait_s: float) -> None:
        self._path = path
        self._wait_s = wait_s
        self._writer = writer
        self._writing = RLock()
        self._readers: list[sqlite3.Connection] = []
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, wait_s: float) -> Self:
        """Open or make the file, with the newest schema; `wait_s` is how long writers wait."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"store {path}: its folder cannot be made") from error
        with _errors_told(path):
            writer = _connection(path, wait_s)
            file = cls(path, writer, wait_s)
            try:
                _prepare(writer)
                with file.writing() as connection:
                    migrate(connection, str(path))
                _log_ahead(writer)
            except BaseException:
                writer.close()
                raise
        return file

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all that is done in it stays, or nothing."""
        with self._writing, _errors_told(self._path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the file, which later writes do not disturb."""
        with _errors_told(self._path):
            reader = self._reader()
            try:
                reader.execute("BEGIN")
                yield reader
            finally:
                self._release(reader)

    def empty_log(self) -> None:
        """Bring the write-ahead log into the file, so that nothing erased stays in it."""
        with self._writing, _errors_told(self._path):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close what is at rest; a reader in use closes when it is done."""
        self._closed = True
        while self._readers:
            self._readers.pop().close()
        self._writer.close()

    def _reader(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the store is closed")
        if self._readers:
            return self._readers.pop()
        reader = _connection(self._path, self._wait_s)
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _release(self, reader: sqlite3.Connection) -> None:
        if self._closed:
            reader.close()
            return
        reader.rollback()
        self._readers.append(reader)


def _connection(path: Path, wait_s: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)


def _log_ahead(writer: sqlite3.Connection) -> None:
    """Let readers and the writer work at once, from now on and in every process.

    When several processes make one file, all but one may be refused this: it is done then.
    """
    try:
        writer.execute("PRAGMA journal_mode = WAL").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise


def _prepare(writer: sqlite3.Connection) -> None:
    # FULL: a cursor must never outlive the posts it stands for, even when the power goes.
    writer.execute("PRAGMA synchronous = FULL")
    writer.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}").fetchall()
    writer.execute("PRAGMA foreign_keys = ON")
    writer.execute("PRAGMA secure_delete = ON")
    writer.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
