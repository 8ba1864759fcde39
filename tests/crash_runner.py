"""Runs the watch in processes of its own that are killed (SIGKILL) where they are told to be.

Called with a folder, which gets one home per crash point and `report.json`: how the killed run
and the plain run after it ended, and what is in the home then.
"""

import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    # The second of politeness between two requests is the one thing tests need not wait for.
    time.sleep = lambda _seconds: None

from classifiers.keywords import KeywordClassifier
from veille import jobs, pipeline
from veille.archive import Archive
from veille.cursors import Cursors
from veille.query import PostQuery
from veille.stores.sqlite import SqlitePostStore

SECRET = {"created_at": "2026-11-01T00:00:00+00:00", "secret": "5e" * 32}
UNDISTURBED, AGAIN = "undisturbed", "again"


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def before(owner: Any, name: str, nth: int) -> Callable[[], None]:
    """Die when `owner.name` is called for the nth time."""
    return lambda: _wrap(owner, name, nth, is_done=False)


def after(owner: Any, name: str, nth: int) -> Callable[[], None]:
    """Die when the nth call of `owner.name` has returned."""
    return lambda: _wrap(owner, name, nth, is_done=True)


def _wrap(owner: Any, name: str, nth: int, *, is_done: bool) -> None:
    real, calls = getattr(owner, name), 0

    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not is_done:
            _die()
        given = real(*arguments, **named)
        if calls == nth and is_done:
            _die()
        return given

    setattr(owner, name, deadly)


def at_statement(beginning: str, nth: int) -> Callable[[], None]:
    """Die when SQLite is about to run the nth statement that begins like this."""

    def arm() -> None:
        connect, seen = sqlite3.connect, 0

        def deadly(statement: str) -> None:
            nonlocal seen
            seen += statement.startswith(beginning)
            if seen == nth:
                _die()

        def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **named)
            connection.set_trace_callback(deadly)
            return connection

        sqlite3.connect = connected

    return arm


# Every page costs three fsyncs: its bytes, what is known about it, and the cursor.
POINTS: dict[str, Callable[[], None]] = {
    "before the archive": before(Archive, "add", 2),
    "bytes written and not yet named": before(os, "fsync", 4),
    "between bytes and about": before(os, "fsync", 5),
    "after the archive": after(Archive, "add", 2),
    "before the first put": before(SqlitePostStore, "put", 1),
    "inside a put": at_statement("INSERT INTO post ", 7),
    "words not yet in the index": at_statement("INSERT INTO post_words", 6),
    "a put not yet committed": at_statement("COMMIT", 4),
    "between two batches of a page": after(SqlitePostStore, "put", 1),
    "before the readings": before(SqlitePostStore, "add_readings", 1),
    "after the readings": after(SqlitePostStore, "add_readings", 2),
    "before the cursor moves": before(Cursors, "save", 2),
    "cursor written and not yet in place": before(os, "fsync", 6),
    "after the cursor moved": after(Cursors, "save", 2),
    "in the feed": before(Cursors, "save", 5),
    "before the first labels": before(SqlitePostStore, "add_labels", 1),
    "between two batches of labels": after(SqlitePostStore, "add_labels", 2),
    "inside a batch of labels": at_statement("INSERT OR REPLACE INTO labelling", 6),
    "while the classifier thinks": after(KeywordClassifier, "label", 3),
}


def watch() -> None:
    """Collect and classify, in batches so small that every page is several."""
    pipeline._BATCH = 3
    for source_id in jobs.sources():
        jobs.collect(source_id)
    jobs.classify()


def forked(work: Callable[[], None]) -> int:
    """Do `work` in a process of its own; gives its exit status, minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(home: Path) -> dict[str, object]:
    """What a home holds: posts with all that hangs on them, cursors, pages, faults."""
    with SqlitePostStore.open(home / "veille.sqlite") as store:
        posts = list(store.search(PostQuery(closed=True, order="oldest")))
        archive = Archive(str(home / "archive"))
        return {
            "posts": sorted(map(repr, posts)),
            "found": sorted(post.id for post in store.search(PostQuery(words="camion OR ong"))),
            "labelled": sum(bool(post.labels) for post in posts),
            "cursors": {path.name: path.read_text() for path in home.glob("cursors/*.cursor")},
            "pages": sorted((page.key, page.source_id, page.url) for page in archive.pages()),
            "damaged": archive.damaged(),
        }


def stored_pages(home: Path) -> set[str]:
    """Keys of the pages that the store has posts of."""
    with SqlitePostStore.open(home / "veille.sqlite") as store:
        return {post.page_key for post in store.search(PostQuery(closed=True))}


def tried(home: Path, arm: Callable[[], None] | None) -> dict[str, object]:
    """A run that is killed, unless `arm` is None, then a plain one, in a home of its own."""
    secret = home / "secrets" / "authors.json"
    secret.parent.mkdir(parents=True)
    secret.write_text(json.dumps(SECRET))
    os.environ["VEILLE_HOME"] = str(home)
    told: dict[str, object] = {}
    if arm:

        def killed() -> None:
            arm()
            watch()

        told["killed"] = forked(killed)
        told["damaged"] = Archive(str(home / "archive")).damaged()
        archived = {page.key for page in Archive(str(home / "archive")).pages()}
        told["stored but not archived"] = sorted(stored_pages(home) - archived)
        told["ended"] = forked(watch)
    else:
        # In this process: what is loaded here need not be loaded in each of the others.
        watch()
    told["state"] = state(home)
    return told


def main(root: Path) -> None:
    report = {UNDISTURBED: tried(root / UNDISTURBED, None)}
    watch()
    report[AGAIN] = {"state": state(root / UNDISTURBED)}
    for name, arm in POINTS.items():
        report[name] = tried(root / name.replace(" ", "-"), arm)
    (root / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
