"""A real SMTP server on loopback that accepts, refuses, falls silent or hangs up."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "mot-de-passe-secret"
Mood = Literal["accepts", "refuses", "silent", "hangs_up"]


@dataclass(slots=True)
class Inbox:
    """Where the server listens, and what it has accepted."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return (
            f"mailto://veille:{PASSWORD}@veille.example:{self.port}?smtp=127.0.0.1"
            "&mode=insecure&from=bulletin@veille.example&to=aminata@ong.example"
        )


@dataclass(slots=True)
class _Handler:
    mood: Mood
    inbox: Inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        match self.mood:
            case "refuses":
                return "550 5.7.1 refused for aminata@ong.example"
            case "silent":
                await asyncio.sleep(5)
            case "hangs_up":
                server.transport.close()
                return "421 gone"
        mail = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.inbox.mails.append(mail)
        return "250 OK"


@contextmanager
def smtp_server(mood: Mood = "accepts") -> Iterator[Inbox]:
    """Run until the block ends; the port is free when it returns."""
    inbox = Inbox(port=_free_port())
    controller = Controller(
        _Handler(mood, inbox),
        hostname="127.0.0.1",
        port=inbox.port,
        authenticator=_knows_password,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def _knows_password(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=known)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
