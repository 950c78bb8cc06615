"""What the program and a sandbox worker say to each other: a JSON object each way a document.

A worker begins with a line that says it is ready. The request comes with the document's descriptor.
The answer comes from a process that a hostile document may have taken over, so it is measured
before it is read and checked before it is used.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from ..formats.document import Unreadable
from ..formats.extract import LONGEST_TEXT_CHARS, Extract
from .confinement import Confinement

MOST_ANSWER_BYTES = 4 * LONGEST_TEXT_CHARS + 64 * 2**20
_MOST_REQUEST_BYTES = 64 * 1024
_LENGTH = struct.Struct("<I")
_READY = "ready: "
_PIECE_BYTES = 1 << 20


class BadAnswer(Exception):
    """A worker says what it should not."""


@dataclass(frozen=True, slots=True)
class Request:
    """A document to extract; its descriptor travels beside it."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """What came of it."""

    extract: Extract | None
    reason: str
    """Why there is no text."""
    failed: bool
    memory_bytes: int
    """What the worker holds now."""

    def result(self) -> Extract:
        """Return the text. Raises Unreadable if there is none."""
        if self.extract is None:
            raise Unreadable(self.reason, failed=self.failed)
        return self.extract


def send_ready(connection: socket.socket, confinement: Confinement) -> None:
    """Say that requests may come, and by what they are confined. Raises OSError."""
    connection.sendall(f"{_READY}{confinement}\n".encode("ascii"))


def receive_ready(connection: socket.socket, deadline: float) -> Confinement:
    """Wait for a worker to be ready; returns by what it is confined.

    Raises TimeoutError at `deadline`, EOFError or OSError.
    """
    line = b""
    while not line.endswith(b"\n"):
        line += _receive_some(connection, _PIECE_BYTES, deadline)
    return Confinement.parse(line.decode("ascii", "replace").removeprefix(_READY).strip())


def send_request(connection: socket.socket, request: Request, descriptor: int) -> None:
    """Send a request with its descriptor. Raises OSError."""
    socket.send_fds(connection, [json.dumps(asdict(request)).encode("ascii")], [descriptor])


def receive_request(connection: socket.socket) -> tuple[Request, int] | None:
    """Return the next request and its descriptor; None if there will be no more."""
    message, descriptors, _, _ = socket.recv_fds(connection, _MOST_REQUEST_BYTES, 1)
    if not message or not descriptors:
        return None
    return Request(**json.loads(message)), descriptors[0]


def send_answer(connection: socket.socket, answer: WorkerAnswer) -> None:
    """Send an answer. Raises OSError."""
    body = json.dumps(asdict(answer), ensure_ascii=False).encode("utf-8", "replace")
    connection.sendall(_LENGTH.pack(len(body)))
    connection.sendall(body)


def receive_answer(connection: socket.socket, deadline: float) -> WorkerAnswer:
    """Return the answer. Raises BadAnswer, TimeoutError at `deadline`, EOFError or OSError."""
    (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size, deadline))
    if length > MOST_ANSWER_BYTES:
        raise BadAnswer("gave too much text")
    try:
        return _parse(json.loads(_receive(connection, length, deadline)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadAnswer("gave an answer that makes no sense") from error


def _receive(connection: socket.socket, length: int, deadline: float) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        pieces += _receive_some(connection, length - len(pieces), deadline)
    return bytes(pieces)


def _receive_some(connection: socket.socket, most: int, deadline: float) -> bytes:
    left_s = deadline - monotonic()
    if left_s <= 0:
        raise TimeoutError
    connection.settimeout(left_s)
    piece = connection.recv(min(most, _PIECE_BYTES))
    if not piece:
        raise EOFError
    return piece


def _parse(fields: dict[str, Any]) -> WorkerAnswer:
    raw = fields["extract"]
    extract = None
    if raw is not None:
        extract = Extract(
            kind=str(raw["kind"]),
            text=str(raw["text"]),
            headings=tuple((int(one), int(two), int(three)) for one, two, three in raw["headings"]),
            unit=str(raw["unit"]),
            starts=tuple(map(int, raw["starts"])),
            names=tuple(map(str, raw["names"])),
        )
        extract.check()
    return WorkerAnswer(
        extract, str(fields["reason"]), bool(fields["failed"]), int(fields["memory_bytes"])
    )
