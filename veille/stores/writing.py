"""What is written to SQLite, one batch at a time, inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from veille.errors import PostNotFound
from veille.post import Decision, Label, Post, Reading
from veille.stores.base import PutReport
from veille.stores.loading import load_ids, load_posts, load_said
from veille.stores.mapping import SAID_NAMES, own_facets, said_facets, search_words
from veille.stores.rows import COLUMNS, decision_row, labels_json, reading_row, row_of

_PUT = (
    f"INSERT INTO post ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
    " ON CONFLICT (id) DO NOTHING"
)
_REVISE = (
    f"UPDATE post SET duplicate_of = NULL, {', '.join(f'{name} = ?' for name in COLUMNS)}"  # noqa: S608
    " WHERE seq = ?"
)
# What a post keeps when it is read again from the page it came from.
_KEPT = ("collected_at", "duplicate_of", "labels", "decisions", "readings")
_FIRST = """
    (SELECT first.id FROM post AS first
     WHERE first.text_key = post.text_key AND first.text_key <> '' AND first.seq < post.seq
     ORDER BY first.seq LIMIT 1)
"""
_LINK_NEW = f"UPDATE post SET duplicate_of = {_FIRST} WHERE seq > ? AND {_FIRST} IS NOT NULL"  # noqa: S608
_LINK_AGAIN = f"""
    UPDATE post SET duplicate_of = {_FIRST}
    WHERE text_key IN (SELECT value FROM json_each(?)) AND text_key <> ''
    AND duplicate_of IS NOT {_FIRST}
"""  # noqa: S608 - every piece is a constant of this module


def put_posts(connection: sqlite3.Connection, posts: Sequence[Post]) -> PutReport:
    """Add those of `posts` that are not known; of two with one id, the first."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM post").fetchone()
    connection.executemany(_PUT, map(row_of, posts))
    added = connection.execute("SELECT id, seq FROM post WHERE seq > ? ORDER BY seq", (last,))
    seq_by_id = dict(added.fetchall())
    copies = connection.execute(_LINK_NEW, (last,)).rowcount
    first_by_id = {post.id: post for post in reversed(posts)}
    new = {seq: first_by_id[post_id] for post_id, seq in seq_by_id.items()}
    _index(connection, new)
    return PutReport(new=len(new), known=len(posts) - len(new), copies=copies)


def revise_posts(connection: sqlite3.Connection, posts: Sequence[Post]) -> int:
    """Rewrite known posts whose page is the one they came from; gives how many differ."""
    seq_by_id = load_ids(connection, (post.id for post in posts))
    stored_by_id = {post.id: post for post in load_posts(connection, seq_by_id.values())}
    changed: dict[int, Post] = {}
    text_keys: set[str] = set()
    for post in posts:
        stored = stored_by_id.get(post.id)
        if stored is None or stored.page_key != post.page_key:
            continue
        fresh = replace(post, **{name: getattr(stored, name) for name in _KEPT})
        if fresh != stored:
            changed[seq_by_id[post.id]] = fresh
            text_keys |= {stored.text_key, fresh.text_key}
    connection.executemany(_REVISE, ((*row_of(post), seq) for seq, post in changed.items()))
    _forget_words(connection, changed)
    _index(connection, dict(sorted(changed.items())))
    _link_again(connection, text_keys)
    return len(changed)


def erase_posts(connection: sqlite3.Connection, post_ids: Iterable[str]) -> int:
    """Remove posts; what hangs on them goes by foreign keys."""
    gone = connection.execute(
        "SELECT seq, text_key FROM post WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(post_ids)),),
    ).fetchall()
    _forget_words(connection, (seq for seq, _ in gone))
    connection.executemany("DELETE FROM post WHERE seq = ?", ((seq,) for seq, _ in gone))
    _link_again(connection, {text_key for _, text_key in gone})
    return len(gone)


def forget_erased_words(connection: sqlite3.Connection) -> None:
    """Write the search index anew: FTS5 only marks deleted words, and keeps them.

    Takes half a second per 100,000 posts.
    """
    connection.execute("INSERT INTO post_words (post_words) VALUES ('optimize')")


def forget_authors(connection: sqlite3.Connection, *, collected_until: int) -> int:
    """Empty the author of older posts, unless it is public."""
    return connection.execute(
        "UPDATE post SET author = ''"
        " WHERE collected_at < ? AND author <> '' AND NOT author_is_public",
        (collected_until,),
    ).rowcount


def write_labels(
    connection: sqlite3.Connection,
    labels_by_post_id: Mapping[str, Sequence[Label]],
    *,
    model: str,
    made_at: int,
) -> None:
    """Set what `model` says about those of the posts that are known."""
    seq_by_id = load_ids(connection, labels_by_post_id)
    connection.executemany(
        "INSERT OR REPLACE INTO labelling (seq, model, made_at, labels) VALUES (?, ?, ?, ?)",
        (
            (seq, model, made_at, labels_json(labels_by_post_id[post_id]))
            for post_id, seq in seq_by_id.items()
        ),
    )
    _say_again(connection, seq_by_id)


def write_decisions(connection: sqlite3.Connection, decisions: Sequence[Decision]) -> None:
    """Append decisions. Raises `PostNotFound` when a post is not known."""
    seq_by_id = load_ids(connection, {decision.post_id for decision in decisions})
    for decision in decisions:
        if decision.post_id not in seq_by_id:
            raise PostNotFound(f"no post has the id {decision.post_id!r}")
    connection.executemany(
        "INSERT INTO decision (seq, axis, value, person, decided_at, note)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        ((seq_by_id[each.post_id], *decision_row(each)) for each in decisions),
    )
    _say_again(connection, seq_by_id)


def write_readings(connection: sqlite3.Connection, readings: Sequence[Reading]) -> None:
    """Add readings of known posts; the first of two at one time stays."""
    seq_by_id = load_ids(connection, {reading.post_id for reading in readings})
    connection.executemany(
        "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            (seq_by_id[each.post_id], *reading_row(each))
            for each in readings
            if each.post_id in seq_by_id
        ),
    )


def _index(connection: sqlite3.Connection, post_by_seq: Mapping[int, Post]) -> None:
    """Make posts searchable; FTS5 is fastest when `seq` only grows."""
    connection.executemany(
        "INSERT INTO post_words (rowid, folded, stemmed) VALUES (?, ?, ?)",
        ((seq, *search_words(post)) for seq, post in post_by_seq.items()),
    )
    _add_facets(
        connection,
        ((*facet, seq) for seq, post in post_by_seq.items() for facet in own_facets(post)),
    )


def _forget_words(connection: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Take posts out of search, and off the facets that are their own."""
    rows = [(seq,) for seq in seqs]
    connection.executemany("DELETE FROM post_words WHERE rowid = ?", rows)
    connection.executemany(
        "DELETE FROM facet WHERE seq = ? AND name IN ('tag', 'lang', 'mix', 'place', 'region')",
        rows,
    )


def _say_again(connection: sqlite3.Connection, seq_by_id: Mapping[str, int]) -> None:
    """Let the facets of posts follow their labels and decisions."""
    connection.execute(
        "DELETE FROM facet WHERE seq IN (SELECT value FROM json_each(?))"
        " AND name IN (SELECT value FROM json_each(?))",
        (json.dumps(list(seq_by_id.values())), json.dumps(SAID_NAMES)),
    )
    said = load_said(connection, {seq: post_id for post_id, seq in seq_by_id.items()})
    _add_facets(
        connection,
        ((*facet, seq) for seq, (labels, decisions) in said.items()
         for facet in said_facets(labels, decisions)),
    )  # fmt: skip


def _add_facets(connection: sqlite3.Connection, rows: Iterable[tuple[str, str, int]]) -> None:
    connection.executemany(
        "INSERT INTO facet (name, value, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows
    )


def _link_again(connection: sqlite3.Connection, text_keys: Iterable[str]) -> None:
    """Let copies point to the earliest post of their text, and that one to none."""
    connection.execute(_LINK_AGAIN, (json.dumps(list(text_keys)),))
