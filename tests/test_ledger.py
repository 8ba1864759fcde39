"""Each message reaches each notifier once, and a crash leaves a doubt that is written down."""

import multiprocessing
import os
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.base import Message
from alerts.folder import FolderNotifier
from alerts.ledger import DeliveryReport, Ledger, deliver
from veille.errors import NotifyError, StoreUnavailable

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
MESSAGE = Message(key="2026-11-20-B-1", subject="s", text="t")


class Outbox:
    """A notifier that keeps what it accepted, and refuses while it is closed."""

    def __init__(self, name: str, *, is_open: bool = True) -> None:
        self.name = name
        self.is_open = is_open
        self.accepted: list[str] = []

    def send(self, message: Message) -> None:
        if not self.is_open:
            raise NotifyError(f"{self.name} is closed")
        self.accepted.append(message.key)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def test_a_message_goes_once_to_each(ledger: Ledger) -> None:
    boxes = [Outbox("a"), Outbox("b")]
    assert deliver(MESSAGE, boxes, ledger, NOW) == DeliveryReport(sent=("a", "b"))
    assert deliver(MESSAGE, boxes, ledger, NOW) == DeliveryReport(already=("a", "b"))
    assert [box.accepted for box in boxes] == [[MESSAGE.key], [MESSAGE.key]]


def test_one_that_fails_does_not_stop_the_others_and_is_tried_again(ledger: Ledger) -> None:
    closed, open_ = Outbox("a", is_open=False), Outbox("b")
    first = deliver(MESSAGE, [closed, open_], ledger, NOW)
    assert first == DeliveryReport(sent=("b",), failed=("a",))
    closed.is_open = True
    again = deliver(MESSAGE, [closed, open_], ledger, NOW)
    assert again == DeliveryReport(sent=("a",), already=("b",))


def test_another_key_is_another_message(ledger: Ledger) -> None:
    box = Outbox("a")
    for key in ("k1", "k2"):
        deliver(Message(key=key, subject="s", text="t"), [box], ledger, NOW)
    assert box.accepted == ["k1", "k2"]


def test_each_next_window_begins_where_the_last_accepted_bulletin_ended(ledger: Ledger) -> None:
    """Story 33: two days without network, then one bulletin for three; nobody else repeats."""
    folder, mail = Outbox("folder"), Outbox("mail")
    assert ledger.last_bulletin_until("mail") is None
    for day in range(4):
        mail.is_open = day in (0, 3)
        until = NOW + timedelta(days=day)
        message = Message(key=until.date().isoformat(), subject="s", text="t")
        deliver(message, [folder, mail], ledger, until, until=until)
        assert ledger.last_bulletin_until("folder") == until
        assert ledger.last_bulletin_until("mail") == (until if mail.is_open else NOW)
    assert mail.accepted == ["2026-11-20", "2026-11-23"]


def test_a_repeated_run_does_not_move_the_window_past_what_was_sent(ledger: Ledger) -> None:
    box = Outbox("a")
    deliver(MESSAGE, [box], ledger, NOW, until=NOW)
    deliver(MESSAGE, [box], ledger, NOW, until=NOW + timedelta(hours=6))
    assert ledger.last_bulletin_until("a") == NOW


def test_other_messages_do_not_move_the_window(ledger: Ledger) -> None:
    deliver(MESSAGE, [Outbox("a")], ledger, NOW)
    assert ledger.last_bulletin_until("a") is None


class Killed(Outbox):
    """Delivers, and then its process dies before anything can be written down."""

    def send(self, message: Message) -> None:
        FolderNotifier(Path(self.name)).send(message)
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_crash_after_sending_repeats_the_message_and_writes_the_doubt(tmp_path: Path) -> None:
    path, folder = tmp_path / "ledger.sqlite", tmp_path / "bulletins"
    process = multiprocessing.get_context("spawn").Process(
        target=_deliver_and_die, args=(path, folder)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    box = Outbox(str(folder))
    assert Ledger(path).state(MESSAGE.key, str(folder)) == "sending"
    report = deliver(MESSAGE, [box], Ledger(path), NOW)
    assert report == DeliveryReport(sent=(box.name,), doubtful=(box.name,))
    assert Ledger(path).state(MESSAGE.key, box.name) == "sent"


def _deliver_and_die(path: Path, folder: Path) -> None:
    deliver(MESSAGE, [Killed(str(folder))], Ledger(path), NOW)


class Slow(Outbox):
    """Appends one line per delivery, slowly, so that processes overlap."""

    def send(self, message: Message) -> None:
        import time

        time.sleep(0.2)
        with Path(self.name).open("a") as file:
            file.write(f"{message.key}\n")


def test_processes_that_deliver_at_once_send_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    arguments = (tmp_path / "ledger.sqlite", tmp_path / "sent.txt")
    processes = [context.Process(target=_deliver_slowly, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert arguments[1].read_text().splitlines() == [MESSAGE.key]


def _deliver_slowly(path: Path, sent: Path) -> None:
    deliver(MESSAGE, [Slow(str(sent))], Ledger(path), NOW)


def test_nothing_is_sent_that_cannot_be_written_down(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger, box = Ledger(path), Outbox("a")
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE delivery")
    database.close()
    with pytest.raises(StoreUnavailable):
        deliver(MESSAGE, [box], ledger, NOW)
    assert box.accepted == []


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("this is not a database, it is a text of some length" * 20)
    with pytest.raises(StoreUnavailable, match="nothing is sent"):
        Ledger(path)
