"""A hub on this machine: what huggingface_hub asks for, answered as the real one answers.

`GET /api/models/NAME/revision/REVISION?blobs=true` lists a revision; `HEAD` and `GET` of
`/NAME/resolve/REVISION/FILE` give a file, a large one by way of another place, with its commit,
its ETag and ranges.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "tiny-org/tiny-model"


@dataclass
class HubServer:
    """What it offers, how it misbehaves, and what it was asked."""

    root: Path
    endpoint: str = ""
    store: str = ""
    """Another host, as the real hub has for large files."""
    break_after: list[int] = field(default_factory=list)
    """Bytes after which the next answers with a graph's content break off, one each."""
    corrupt: str = ""
    """Name of a file that arrives damaged."""
    status: int = 0
    """Answer everything with this status, if not 0."""
    requests: list[str] = field(default_factory=list)
    """`METHOD PATH [RANGE]`."""

    def listing(self) -> dict[str, object]:
        """Return what the API says of the one revision."""
        siblings = []
        for path in sorted(self.root.rglob("*")):
            if not path.is_file():
                continue
            data = path.read_bytes()
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            name = path.relative_to(self.root).as_posix()
            one: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": blob}
            if path.suffix == ".onnx":
                sha256 = hashlib.sha256(data).hexdigest()
                one["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 130}
            siblings.append(one)
        return {"_id": "1", "id": NAME, "modelId": NAME, "sha": COMMIT, "siblings": siblings}


@contextmanager
def serving(root: Path) -> Iterator[HubServer]:
    """Serve the files below a folder as the model NAME."""
    hub = HubServer(root)

    class Handler(_Handler):
        server_hub = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    hub.store = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        return

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.server_hub
        wanted = self.headers.get("Range")
        hub.requests.append(" ".join(filter(None, (self.command, self.path, wanted))))
        path = self.path.partition("?")[0]
        if hub.status:
            self._send(hub.status, b"out of order")
        elif found := re.fullmatch(rf"/api/models/{NAME}(/revision/(.+))?", path):
            self._list(found[2])
        elif found := re.fullmatch(rf"/{NAME}/resolve/([^/]+)/(.+)", path):
            self._resolve(found[1], found[2])
        elif path.startswith("/large/"):
            self._content(path.removeprefix("/large/"))
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _list(self, revision: str | None) -> None:
        if revision in (None, "main", COMMIT, COMMIT[:7]):
            self._send(200, json.dumps(self.server_hub.listing()).encode())
        else:
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})

    def _resolve(self, revision: str, name: str) -> None:
        file = self.server_hub.root / name
        if revision != COMMIT or not file.is_file():
            self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
            return
        data = file.read_bytes()
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(data).hexdigest()}"'}
        if file.suffix == ".onnx":
            headers["X-Linked-Size"] = str(len(data))
            headers["X-Linked-Etag"] = f'"{hashlib.sha256(data).hexdigest()}"'
            headers["Location"] = f"{self.server_hub.store}/large/{name}"
            self._send(302, b"", headers)
        else:
            self._content(name, headers)

    def _content(self, name: str, headers: dict[str, str] | None = None) -> None:
        hub = self.server_hub
        data = (hub.root / name).read_bytes()
        if name == hub.corrupt:
            data = bytes([data[0] ^ 1]) + data[1:]
        status, sent = 200, {**(headers or {}), "Accept-Ranges": "bytes"}
        if found := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(found[1])
            sent["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            status, data = 206, data[start:]
        breaks = hub.break_after and self.command == "GET" and name.endswith(".onnx")
        self._send(status, data, sent, hub.break_after.pop(0) if breaks else None)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        break_after: int | None = None,
    ) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:break_after])
        if break_after is not None:
            self.close_connection = True
