"""A model server for the bench whose every word is decided by a function, in OpenAI's protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Write = Callable[[str, str], str]
"""(task, what the user says) → what the model writes."""
_MODELS = b'{"object": "list", "data": [{"id": "stand-in"}]}'


@contextmanager
def serving(write: Write) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 meanwhile; gives the address."""
    with _Server(write) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, write: Write) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.write = write


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._send(_MODELS, "application/json")

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        task, said = (request["messages"][place]["content"] for place in (0, -1))
        event = {"choices": [{"delta": {"content": self.server.write(task, said)}}]}
        self._send(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode(), "text/event-stream")

    def _send(self, body: bytes, kind: str) -> None:
        with suppress(OSError):  # who asked may have hung up
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
