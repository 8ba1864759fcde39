"""The contract of a notifier: it returns only when the other side has accepted."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: the same facts as plain text and as HTML. `key` names it once and for all."""

    key: str
    subject: str
    text: str
    html: str = ""


class Notifier(Protocol):
    """One way to reach people.

    `name` is what the ledger and the reports show: never an address, never a token.
    """

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> None:
        """Deliver once, or raise `NotifyError`, whose text holds no address and no token."""
        ...
