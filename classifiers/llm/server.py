"""One question to a server that speaks the OpenAI chat protocol, and its answer in time."""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpcore

from classifiers.llm.destination import Destination
from classifiers.llm.instructions import schema, system_message, user_message
from veille.errors import SourceChanged, SourceForbidden, TryLater
from veille.http.address import bare
from veille.http.wire import Wire, body_of, lowered
from veille.settings import Secret

_MAX_BYTES = 1_000_000
_MAX_TOKENS = 400
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_PAUSE_S = 1.0


class NoAnswer(TryLater):
    """The server did not answer; the text says why in a few words and holds no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model wrote, and the tokens it read and wrote; 0 where the server tells none."""

    content: str
    read_tokens: int
    written_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServer:
    """Asks one post at a time and keeps nothing. `timeout_s` bounds one post, waits included.

    Redirects are not followed and proxies of the environment not used: posts go to the
    destination or nowhere.
    """

    destination: Destination
    model: str
    key: Secret
    timeout_s: float
    sleep: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = field(default=time.monotonic)

    def __post_init__(self) -> None:
        # httpcore writes headers at DEBUG, the key among them.
        logging.getLogger("httpcore").setLevel(logging.INFO)

    def ask(self, text: str) -> Answer:
        """What the model says of one post. Raises `NoAnswer`."""
        body = json.dumps(self._question(text)).encode()
        deadline_s = self.ticks() + self.timeout_s
        status, headers, answer = self._once(body, deadline_s)
        if status in _BUSY:
            asked = headers.get("retry-after", "")
            wait_s = float(asked) if asked.isdigit() else _PAUSE_S
            if self.ticks() + wait_s < deadline_s:
                self.sleep(wait_s)
                status, _, answer = self._once(body, deadline_s)
        if status != HTTPStatus.OK:
            raise NoAnswer(f"status {status}")
        return _answer(answer)

    def _question(self, text: str) -> Mapping[str, Any]:
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": system_message()},
                {"role": "user", "content": user_message(text)},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": _MAX_TOKENS,
            "stream": False,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "lecture", "strict": True, "schema": schema()},
            },
        }

    def _once(self, body: bytes, deadline_s: float) -> tuple[int, Mapping[str, str], bytes]:
        target = self.destination.target
        url = bare(target._replace(path=f"{target.path.rstrip('/')}/chat/completions"))
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **({"Authorization": f"Bearer {self.key.reveal()}"} if self.key else {}),
        }
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        wire = Wire(deadline_s=deadline_s, ticks=self.ticks, allow_local=True)
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout_s)
        extensions = {"timeout": waits}
        try:
            with (
                httpcore.ConnectionPool(network_backend=_Guarded(wire, self.destination)) as pool,
                pool.stream("POST", url, headers=lines, content=body, extensions=extensions) as r,
            ):
                found = lowered(r.headers, self.destination.host)
                return (
                    r.status,
                    found,
                    body_of(r.iter_stream(), found, self.destination.host, _MAX_BYTES),
                )
        except httpcore.TimeoutException as error:
            raise NoAnswer("no answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise NoAnswer("no connection") from error
        except SourceForbidden as error:
            raise NoAnswer("the server has moved outside the organisation") from error
        except SourceChanged as error:
            raise NoAnswer("an answer that is too large or packed") from error


class _Guarded(httpcore.NetworkBackend):
    """Connects only to addresses the destination admits: the one checked is the one used."""

    def __init__(self, wire: Wire, destination: Destination) -> None:
        self._wire, self._destination = wire, destination

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._wire.connect_tcp(host, port, timeout, local_address, socket_options)
        # Nothing has been said yet: the connection alone tells nobody anything.
        peer = stream.get_extra_info("server_addr")
        if not self._destination.admits(str(peer[0]).partition("%")[0]):
            stream.close()
            raise SourceForbidden(f"{host} is outside the organisation")
        return stream


def _answer(body: bytes) -> Answer:
    try:
        found = json.loads(body)
        content = found["choices"][0]["message"]["content"]
        usage = found.get("usage") or {}
        read, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoAnswer("an answer of another protocol") from error
    if not isinstance(content, str):
        raise NoAnswer("an answer without content")
    counts = [number if isinstance(number, int) else 0 for number in (read, written)]
    return Answer(content=content, read_tokens=counts[0], written_tokens=counts[1])
