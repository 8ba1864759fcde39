"""Which message went to which notifier, and when: each once, as far as honesty allows.

A crash between sending and writing it down cannot be told from one before sending. Such a
message is sent again, and the doubt is kept: at least once, never silently none.
"""

import fcntl
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alerts.base import Message, Notifier
from veille.errors import NotifyError, StoreUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    key TEXT NOT NULL, notifier TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'failed')),
    changed_at TEXT NOT NULL, attempts INTEGER NOT NULL, doubtful INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (key, notifier)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bulletin (key TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
"""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """Names of notifiers: those that accepted now, had accepted before, or did not accept.

    `doubtful` are those of `sent` that may have got the message twice, after a crash.
    """

    sent: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


class Ledger:
    """Deliveries in a SQLite file, safe with several processes.

    Every method may raise `StoreUnavailable`; nothing is sent that cannot be written down.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as database:
            database.executescript(_SCHEMA)
            database.execute(f"PRAGMA user_version = {_VERSION}")

    def last_bulletin_until(self, notifier: str) -> datetime | None:
        """Where the window of the last bulletin ended that this notifier accepted.

        Its next window begins there, so that days without network come in one bulletin.
        """
        with self._open() as database:
            row = database.execute(
                "SELECT max(until) FROM bulletin JOIN delivery USING (key)"
                " WHERE state = 'sent' AND notifier = ?",
                (notifier,),
            ).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def first_bulletin_until(self, notifier: str) -> datetime | None:
        """Where the window of the first bulletin ended that was tried on this notifier."""
        with self._open() as database:
            row = database.execute(
                "SELECT min(until) FROM bulletin JOIN delivery USING (key) WHERE notifier = ?",
                (notifier,),
            ).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def state(self, key: str, notifier: str) -> str:
        """One of sending, sent and failed, or empty for a message that was never tried."""
        with self._open() as database:
            row = database.execute(
                "SELECT state FROM delivery WHERE key = ? AND notifier = ?", (key, notifier)
            ).fetchone()
        return str(row[0]) if row else ""

    def begin(self, key: str, notifier: str, now: datetime) -> bool:
        """Write that sending begins; gives whether an earlier sending never ended."""
        with self._open() as database:
            row = database.execute(
                "INSERT INTO delivery VALUES (?, ?, 'sending', ?, 1, 0)"
                " ON CONFLICT DO UPDATE SET attempts = attempts + 1,"
                " changed_at = excluded.changed_at, state = 'sending',"
                " doubtful = max(doubtful, state = 'sending')"
                " RETURNING doubtful",
                (key, notifier, now.isoformat()),
            ).fetchone()
        return bool(row[0])

    def end(self, key: str, notifier: str, now: datetime, *, sent: bool) -> None:
        """Write how sending ended."""
        with self._open() as database:
            database.execute(
                "UPDATE delivery SET state = ?, changed_at = ? WHERE key = ? AND notifier = ?",
                ("sent" if sent else "failed", now.isoformat(), key, notifier),
            )

    def add_bulletin(self, key: str, until: datetime) -> None:
        """Remember where the window of bulletin `key` ends; of several tries, the first."""
        with self._open() as database:
            database.execute(
                "INSERT OR IGNORE INTO bulletin VALUES (?, ?)",
                (key, until.astimezone(UTC).isoformat()),
            )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process delivers; a process that dies gives its turn up."""
        with ExitStack() as stack:
            with self._translated():
                file = stack.enter_context(self._path.with_suffix(".lock").open("a"))
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
                yield database

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(
                f"the ledger of sent messages cannot be used, so nothing is sent: {error}"
            ) from error


def deliver(
    message: Message,
    notifiers: Iterable[Notifier],
    ledger: Ledger,
    now: datetime,
    *,
    until: datetime | None = None,
) -> DeliveryReport:
    """Send `message` through every notifier that has not accepted it yet.

    One that fails does not stop the others, and is tried again when the same message is
    delivered again. For a bulletin, `until` is where its window ends.
    """
    names: dict[str, list[str]] = {"sent": [], "already": [], "failed": [], "doubtful": []}
    with ledger.turn():
        if until is not None:
            ledger.add_bulletin(message.key, until)
        for notifier in notifiers:
            if ledger.state(message.key, notifier.name) == "sent":
                names["already"].append(notifier.name)
                continue
            doubtful = ledger.begin(message.key, notifier.name, now)
            sent = _sent(notifier, message)
            ledger.end(message.key, notifier.name, now, sent=sent)
            names["sent" if sent else "failed"].append(notifier.name)
            names["doubtful"] += [notifier.name] if sent and doubtful else []
    return DeliveryReport(**{name: tuple(found) for name, found in names.items()})


def _sent(notifier: Notifier, message: Message) -> bool:
    try:
        notifier.send(message)
    except NotifyError as error:
        log.warning("not delivered", extra={"notifier": notifier.name, "reason": str(error)})
        return False
    log.info("delivered", extra={"notifier": notifier.name, "key": message.key})
    return True
