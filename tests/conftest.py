"""Every test runs without the network, at one fixed moment, in a folder of its own."""

import os
import socket
from datetime import UTC, datetime

import pytest

from veille.privacy import Privacy

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but those to this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> object:
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(address, tuple) and host not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no VEILLE_* of the person who runs them, but VEILLE_TEST_*.

    The floor labels where a test does not say who does: it is quick, and no test of the watch
    hangs on what a model has learnt.
    """
    for name in os.environ:
        if name.startswith("VEILLE_") and not name.startswith("VEILLE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VEILLE_CLASSIFIER", "keywords")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 6, 45, tzinfo=UTC)


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(b"test-secret")
