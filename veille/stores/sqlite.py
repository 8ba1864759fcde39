"""The store of one laptop: one SQLite file, with full-text search."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

from veille.errors import PostNotFound
from veille.post import Decision, Label, Post, Reading
from veille.query import By, PostQuery
from veille.stores.base import PutReport
from veille.stores.connections import SqliteFile
from veille.stores.loading import load_posts
from veille.stores.queries import Statement, counted, counted_by, found, without_labels_of
from veille.stores.rows import ticks
from veille.stores.writing import (
    erase_posts,
    forget_authors,
    forget_erased_words,
    put_posts,
    revise_posts,
    write_decisions,
    write_labels,
    write_readings,
)

_T = TypeVar("_T")

# Large enough that a statement costs little per post, small enough that memory stays flat.
_BATCH = 1000
# Posts read back at once: what a search holds in memory.
_CHUNK = 200
# A writer that stores a large file keeps the others waiting for some seconds.
_WAIT_S = 60.0


class SqlitePostStore:
    """A `PostStore` in one file; threads and processes may share it."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    @classmethod
    def open(cls, path: Path, *, wait_s: float = _WAIT_S) -> Self:
        """Open the store at `path`, or make it, with its folder.

        `wait_s` is how long a call waits for another writer. Raises `ConfigError` on a file
        that a newer Veille wrote or that is no store, `StoreUnavailable` on a damaged one.
        """
        return cls(SqliteFile.open(path, wait_s=wait_s))

    def put(self, posts: Iterable[Post]) -> PutReport:
        with self._file.writing() as connection:
            reports = [put_posts(connection, batch) for batch in _batches(posts, _BATCH)]
        return PutReport(
            new=sum(report.new for report in reports),
            known=sum(report.known for report in reports),
            copies=sum(report.copies for report in reports),
        )

    def revise(self, posts: Iterable[Post]) -> int:
        with self._file.writing() as connection:
            return sum(revise_posts(connection, batch) for batch in _batches(posts, _BATCH))

    def get(self, post_id: str) -> Post:
        with self._file.reading() as connection:
            row = connection.execute("SELECT seq FROM post WHERE id = ?", (post_id,)).fetchone()
            if row is None:
                raise PostNotFound(f"no post has the id {post_id!r}")
            return load_posts(connection, row)[0]

    def search(self, query: PostQuery) -> Iterator[Post]:
        return self._posts(found(query))

    def count(self, query: PostQuery) -> int:
        return int(self._rows(counted(query))[0][0])

    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        return dict(self._rows(counted_by(query, by)))

    def unlabelled(self, model: str) -> Iterator[Post]:
        return self._posts(without_labels_of(model))

    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        with self._file.writing() as connection:
            for batch in _batches(labels_by_post_id.items(), _BATCH):
                write_labels(connection, dict(batch), model=model, made_at=ticks(made_at))

    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        with self._file.writing() as connection:
            for batch in _batches(decisions, _BATCH):
                write_decisions(connection, batch)

    def add_readings(self, readings: Iterable[Reading]) -> None:
        with self._file.writing() as connection:
            for batch in _batches(readings, _BATCH):
                write_readings(connection, batch)

    def erase(self, post_ids: Iterable[str]) -> int:
        with self._file.writing() as connection:
            count = sum(erase_posts(connection, batch) for batch in _batches(post_ids, _BATCH))
            if count:
                forget_erased_words(connection)
        self._file.empty_log()
        return count

    def forget_authors(self, collected_until: datetime) -> int:
        with self._file.writing() as connection:
            count = forget_authors(connection, collected_until=ticks(collected_until))
        self._file.empty_log()
        return count

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def _posts(self, statement: Statement) -> Iterator[Post]:
        """The posts of a statement that gives their `seq`.

        Which posts, and in which order, is settled at the first step; what is in each is read
        a chunk at a time, so that no transaction stays open while the caller works.
        """
        seqs = array("q", (seq for (seq,) in self._rows(statement)))
        for start in range(0, len(seqs), _CHUNK):
            with self._file.reading() as connection:
                posts = load_posts(connection, seqs[start : start + _CHUNK])
            yield from posts

    def _rows(self, statement: Statement) -> list[Any]:
        with self._file.reading() as connection:
            return connection.execute(statement.sql, statement.parameters).fetchall()


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
