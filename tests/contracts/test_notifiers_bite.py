"""Deliberately broken notifiers must fail the contract they break."""

from pathlib import Path

import pytest

from alerts.base import Message, Notifier
from alerts.folder import FolderNotifier
from tests.contracts import test_notifiers
from veille.errors import NotifyError


class Broken:
    """A notifier that works, to be broken in one way."""

    name = "broken"

    def __init__(self, folder: Path) -> None:
        self.inner = FolderNotifier(folder)

    def send(self, message: Message) -> None:
        self.inner.send(message)


class SaysNothing(Broken):
    """Takes every failure for a success."""

    def send(self, message: Message) -> None:
        try:
            self.inner.send(message)
        except NotifyError:
            return


class SendsTwice(Broken):
    def send(self, message: Message) -> None:
        self.inner.send(message)
        self.inner.send(Message(key=f"{message.key}-2", subject=message.subject, text=message.text))


class TellsItsAddress(Broken):
    def send(self, message: Message) -> None:
        try:
            self.inner.send(message)
        except NotifyError as error:
            raise NotifyError("aminata@ong.example: refused") from error


class WritesHeaders(Broken):
    """Lets a subject spill over into the lines after it."""

    def send(self, message: Message) -> None:
        self.inner.send(message)
        path = next(self.inner.path.glob("*.txt"))
        path.write_text(f"{message.subject}\n\n{message.text}", encoding="utf-8", newline="")


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (SaysNothing, "test_what_was_refused_is_an_error"),
        (SendsTwice, "test_an_accepted_message_has_arrived_once"),
        (WritesHeaders, "test_hostile_text_arrives_harmless"),
    ],
)
def test_bites(broken: type[Broken], test: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        getattr(_contract(broken, tmp_path), test)(tmp_path)


def test_an_address_in_an_error_bites(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    contract = _contract(TellsItsAddress, tmp_path)
    with pytest.raises(AssertionError):
        contract.test_neither_error_nor_log_tells_an_address_or_a_token(tmp_path, caplog)


def test_the_unbroken_one_passes(tmp_path: Path) -> None:
    _contract(Broken, tmp_path).test_an_accepted_message_has_arrived_once(tmp_path)


def _contract(broken: type[Broken], tmp_path: Path) -> test_notifiers.TestFolder:
    class Contract(test_notifiers.TestFolder):
        folder = tmp_path / "bulletins"

        def accepting(self, tmp_path: Path) -> Notifier:
            return broken(self.folder)

        def failing(self, tmp_path: Path) -> Notifier:
            self.folder.write_text("a file stands where the folder should be")
            return broken(self.folder)

    return Contract()
