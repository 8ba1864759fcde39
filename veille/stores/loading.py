"""Posts read back from SQLite, complete, a chunk at a time."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from veille.post import Decision, Label, Post
from veille.stores.rows import (
    COLUMNS,
    COUNTERS,
    decision_of,
    labels_of,
    post_of,
    reading_of,
)

_POSTS = f"SELECT seq, duplicate_of, {', '.join(COLUMNS)} FROM post"  # noqa: S608 - our names
_IDS = "SELECT seq, id FROM post"
_LABELS = "SELECT seq, labels FROM labelling"
_DECISIONS = "SELECT seq, axis, value, person, decided_at, note FROM decision"
_READINGS = f"SELECT seq, read_at, {', '.join(COUNTERS)} FROM reading"  # noqa: S608 - our names
_THESE = "WHERE seq IN (SELECT value FROM json_each(?))"


class Said(NamedTuple):
    """What is said about one post: labels of the model that labelled it last, and decisions."""

    labels: tuple[Label, ...]
    decisions: tuple[Decision, ...]


def load_posts(connection: sqlite3.Connection, seqs: Iterable[int]) -> list[Post]:
    """The posts of `seqs`, in that order; those erased meanwhile are left out."""
    wanted = json.dumps(list(seqs))
    rows = {row[0]: row[1:] for row in _rows(connection, _POSTS, wanted)}
    said = load_said(connection, {seq: row[1] for seq, row in rows.items()})
    readings = _grouped(_rows(connection, _READINGS, wanted, "ORDER BY seq, read_at"))
    return [
        post_of(
            rows[seq][1:],
            duplicate_of=rows[seq][0],
            labels=said[seq].labels,
            decisions=said[seq].decisions,
            readings=tuple(reading_of(rows[seq][1], row) for row in readings.get(seq, ())),
        )
        for seq in json.loads(wanted)
        if seq in rows
    ]


def load_said(connection: sqlite3.Connection, id_by_seq: dict[int, str]) -> dict[int, Said]:
    """What is said about each post; decisions are oldest first."""
    wanted = json.dumps(list(id_by_seq))
    # The last row of each post wins, so its newest labelling.
    labels = dict(_rows(connection, _LABELS, wanted, "ORDER BY made_at, written"))
    decisions = _grouped(_rows(connection, _DECISIONS, wanted, "ORDER BY decided_at, written"))
    return {
        seq: Said(
            labels_of(labels.get(seq, "[]")),
            tuple(decision_of(post_id, row) for row in decisions.get(seq, ())),
        )
        for seq, post_id in id_by_seq.items()
    }


def load_ids(connection: sqlite3.Connection, post_ids: Iterable[str]) -> dict[str, int]:
    """The `seq` of each id that is known."""
    rows = connection.execute(
        "SELECT id, seq FROM post WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(post_ids)),),
    )
    return dict(rows)


def _rows(
    connection: sqlite3.Connection, select: str, wanted: str, order: str = ""
) -> sqlite3.Cursor:
    return connection.execute(f"{select} {_THESE} {order}", (wanted,))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows without their first column, by it."""
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for seq, *values in rows:
        groups.setdefault(seq, []).append(tuple(values))
    return groups
