"""A model server on loopback that does what a test scripts, in OpenAI's protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """One request; `reply` and `stream` are what scripts use."""

    server: Server

    def do_GET(self) -> None:
        self.server.script.keys.append(self.headers.get("Authorization"))
        with suppress(OSError):
            self.server.script.models(self)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = json.loads(self.rfile.read(length))
        self.server.script.requests.append(request)
        with suppress(OSError):
            self.server.script.chat(self, request)

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, pieces: Iterable[str], *, finish: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in pieces:
            event = {"choices": [{"delta": {"content": piece}}]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        if finish:
            self.wfile.write(b"data: [DONE]\n\n")

    def wait(self) -> None:
        """Say nothing until the test is over."""
        self.server.script.over.wait(30)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


class Server(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1."""

    daemon_threads = True
    script: Script


Act = Callable[[Handler, dict[str, Any]], None]
MODELS = (
    b'{"object": "list", "data": [{"id": "nomic-embed"}, {"id": "tiny", "max_model_len": 2048}]}'
)


def say(*pieces: str) -> Act:
    """Return a script that streams some pieces."""
    return lambda handler, _: handler.stream(pieces)


@dataclass
class Script:
    """What the server does, and what it was asked."""

    chat: Act
    models: Callable[[Handler], None] = lambda handler: handler.reply(MODELS)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Serve meanwhile; gives the address."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.script = script
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            script.over.set()
            server.shutdown()
            thread.join()
