"""A real web hook on loopback that accepts, refuses, falls silent or hangs up."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Mood = Literal["accepts", "refuses", "silent", "hangs_up"]
TOKEN = "jeton-secret"


@dataclass(slots=True)
class Hook:
    """Where the server listens, and the bodies it has accepted."""

    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/{TOKEN}"


@contextmanager
def webhook_server(mood: Mood = "accepts") -> Iterator[Hook]:
    """Run until the block ends."""
    hook, ended = Hook(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(mood, hook, ended))
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hook
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(mood: Mood, hook: Hook, ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if mood == "hangs_up":
                return
            if mood == "silent":
                ended.wait(5)
                return
            if mood == "accepts":
                hook.bodies.append(json.loads(body))
            self.send_response(200 if mood == "accepts" else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the terminal."""

    return Handler
