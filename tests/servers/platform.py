"""A real little web site on loopback whose every answer, and every misbehaviour, a test chooses.

    with Platform() as site:
        site.serve("/feed", ok(FEED, "application/rss+xml"))
        site.serve("/busy", status(429, {"Retry-After": "7"}), ok(b"at last"))
        ...
        assert [request.path for request in site.requests] == ["/feed"]

A path answers its behaviours in order and repeats the last one for ever; a path that is not
served answers 404. A behaviour is any function that takes the request's handler and writes to it.
"""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked: `path` with its query; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[["Handler"], None]


class Platform:
    """The site; `url` is its address, `requests` what it was asked, oldest first.

    With `tls` it speaks https.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._behaviours_by_path: dict[str, list[Behaviour]] = {}
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.platform = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if tls is None else "https"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def serve(self, path: str, *behaviours: Behaviour) -> str:
        """Answer `path` so from now on; gives its whole address. A query is not looked at."""
        self._behaviours_by_path[path] = list(behaviours)
        return self.url + path

    def behaviour(self, path: str) -> Behaviour:
        waiting = self._behaviours_by_path.get(path.partition("?")[0], [status(404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Server(ThreadingHTTPServer):
    """Waits for its answers' threads when it closes; `stopping` ends those that drip."""

    daemon_threads = False
    platform: Platform

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.stopping = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many tests are about: say nothing."""


class Handler(BaseHTTPRequestHandler):
    """One request: recorded, then answered by the behaviour that is due."""

    protocol_version = "HTTP/1.1"
    # A client that keeps its connection must not keep a test from ending.
    timeout = 2
    server: Server

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.server.platform.requests.append(
            Request(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(size),
            )
        )
        self.server.platform.behaviour(self.path)(self)

    do_GET = do_POST = do_HEAD = answer

    def say(self, code: int, headers: Mapping[str, object], body: bytes = b"") -> None:
        """Status, headers as given, body. Without a Content-Length the body's own is added."""
        self.send_response(code)
        names = {name.lower() for name in headers}
        if "content-length" not in names and "transfer-encoding" not in names:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        """Close the connection at once, in the middle of whatever was being said."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: object) -> None:
        """Tests print nothing."""


def ok(
    body: bytes | str, kind: str = HTML, headers: Mapping[str, object] | None = None
) -> Behaviour:
    """200 with this body and Content-Type."""
    content = body.encode() if isinstance(body, str) else body
    return lambda handler: handler.say(200, {"Content-Type": kind, **(headers or {})}, content)


def status(code: int, headers: Mapping[str, object] | None = None, body: bytes = b"") -> Behaviour:
    """Any status, with the headers it comes with: 429 and Retry-After, 401, 403, 404, 500."""
    return lambda handler: handler.say(code, headers or {}, body)


def redirect(place: str, code: int = 302) -> Behaviour:
    """A redirect to a path of this site, or to any address."""
    return status(code, {"Location": place})


def cut(body: bytes, kind: str = HTML, after: int | None = None) -> Behaviour:
    """The connection breaks half-way through the body, or after so many bytes of it."""
    sent = body[: len(body) // 2 if after is None else after]

    def behave(handler: Handler) -> None:
        handler.say(200, {"Content-Type": kind, "Content-Length": len(body)}, sent)
        handler.hang_up()

    return behave


def cut_chunks(body: bytes) -> Behaviour:
    """The connection breaks inside a chunked body, before its last chunk."""

    def behave(handler: Handler) -> None:
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
        handler.say(200, {"Transfer-Encoding": "chunked"}, chunk)
        handler.hang_up()

    return behave


def hang_up() -> Behaviour:
    """The connection closes without a word."""
    return Handler.hang_up


def drip(body: bytes, every_s: float, *, headers: bool = False) -> Behaviour:
    """One byte of the body (or, with `headers`, of an endless header) every so many seconds."""

    def behave(handler: Handler) -> None:
        start = b"HTTP/1.1 200 OK\r\nX-Slow: " if headers else None
        if start is None:
            handler.say(200, {"Content-Length": len(body)})
        else:
            handler.wfile.write(start)
        for byte in body:
            if handler.server.stopping.is_set():
                break
            handler.wfile.write(bytes([byte]))
            time.sleep(every_s)
        handler.close_connection = True

    return behave


def huge(size: int, *, told: bool = True) -> Behaviour:
    """`size` bytes in pieces, with or without saying so beforehand."""

    def behave(handler: Handler) -> None:
        handler.close_connection = True
        handler.say(200, {"Content-Length": size} if told else {"Transfer-Encoding": "chunked"})
        piece = b"a" * 65_536
        for _ in range(-(-size // len(piece))):
            handler.wfile.write(piece if told else b"10000\r\n" + piece + b"\r\n")

    return behave


def gzip_bomb(size: int) -> Behaviour:
    """A small gzip answer that unpacks to `size` bytes."""
    return packed(gzip.compress(bytes(size)))


def packed(body: bytes, encoding: str = "gzip") -> Behaviour:
    """A body that is said to be packed so."""
    return ok(body, headers={"Content-Encoding": encoding})


def changed(body: bytes, kind: str, *, etag: str) -> Behaviour:
    """200 with an ETag, and 304 to whoever already has it."""

    def behave(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.say(304, {"ETag": etag})
        else:
            handler.say(200, {"Content-Type": kind, "ETag": etag}, body)

    return behave


@contextmanager
def closed_port() -> Iterator[str]:
    """An address of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
