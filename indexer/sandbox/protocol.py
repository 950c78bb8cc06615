"""What the program and a sandbox worker say to each other about each document.

A worker begins with a line that says it is ready. The request is a JSON object that comes with the
document's descriptor. The answer comes from a process that a hostile document may have taken over:
it is a head of fixed size, which says how long each part of the body is, and is measured before
anything else is read. There is nothing in it that nests, and every part is checked before it is
used. An answer costs at most four times the bytes that it may have.

    status, memory, sizes of (kind, unit, reason, names, text), counts of (headings, starts)
    · kind · unit · reason · names, one a line · text, all in UTF-8
    · headings (start, end, level) and starts, in int64
"""

from __future__ import annotations

import json
import re
import socket
import struct
from array import array
from dataclasses import asdict, dataclass

from store import receive, receive_some

from ..formats.document import Unreadable
from ..formats.extract import LONGEST_NAME_CHARS, LONGEST_TEXT_CHARS, Extract, clean, one_line
from .confinement import Confinement

_MOST_REQUEST_BYTES = 64 * 1024
_READY = "ready: "
_MOST_READY_BYTES = 1024

_HEAD = struct.Struct("<B7xQ7Q")
_EXTRACTED, _UNREADABLE, _FAILED = range(3)
_MOST_WORD_BYTES = 64
_MOST_REASON_BYTES = 4096
_MOST_NAMES_BYTES = 32 << 20
_MOST_TEXT_BYTES = 4 * LONGEST_TEXT_CHARS
_MOST_HEADINGS = 1 << 19
_MOST_PARTS = 1 << 20
_LIMITS = (
    *(_MOST_WORD_BYTES, _MOST_WORD_BYTES, _MOST_REASON_BYTES, _MOST_NAMES_BYTES, _MOST_TEXT_BYTES),
    *(_MOST_HEADINGS, _MOST_PARTS),
)
"""Of the sizes and counts in a head."""
_WORD = re.compile(r"[a-z0-9-]{1,32}")
_UNIT = re.compile(r"[a-z ]{0,32}")


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
        line += receive_some(connection, _MOST_READY_BYTES, deadline)
        if len(line) > _MOST_READY_BYTES:
            raise EOFError
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
    extract = answer.extract or Extract("none", "")
    status = _EXTRACTED if answer.extract else _FAILED if answer.failed else _UNREADABLE
    texts = [
        text.encode("utf-8", "replace")
        for text in (
            extract.kind,
            extract.unit,
            answer.reason,
            "\n".join(extract.names),
            extract.text,
        )
    ]
    headings = array("q", (number for heading in extract.headings for number in heading))
    starts = array("q", extract.starts)
    counts = (len(extract.headings), len(starts))
    connection.sendall(_HEAD.pack(status, answer.memory_bytes, *map(len, texts), *counts))
    for part in (*texts, headings.tobytes(), starts.tobytes()):
        connection.sendall(part)


def receive_answer(connection: socket.socket, deadline: float) -> WorkerAnswer:
    """Return the answer. Raises BadAnswer, TimeoutError at `deadline`, EOFError or OSError."""
    status, memory_bytes, *sizes = _HEAD.unpack(receive(connection, _HEAD.size, deadline))
    if status > _FAILED:
        raise BadAnswer("gave an answer that makes no sense")
    if any(size > most for size, most in zip(sizes, _LIMITS, strict=True)):
        raise BadAnswer("gave too much text")
    *lengths, headings, starts = sizes
    texts = [receive(connection, length, deadline) for length in lengths]
    numbers = receive(connection, 8 * (3 * headings + starts), deadline)
    try:
        kind, unit, reason, names, text = (str(part, "utf-8") for part in texts)
        extract = None
        if status == _EXTRACTED:
            extract = _checked(kind, unit, names, text, array("q", bytes(numbers)), headings)
    except (ValueError, MemoryError) as error:
        raise BadAnswer("gave an answer that makes no sense") from error
    return WorkerAnswer(extract, one_line(reason), status == _FAILED, memory_bytes)


def _checked(
    kind: str, unit: str, names: str, text: str, numbers: array[int], headings: int
) -> Extract:
    """Return an extract. Raises ValueError if anything in it cannot be."""
    named = tuple(names.split("\n")) if names else ()
    if not _WORD.fullmatch(kind) or not _UNIT.fullmatch(unit):
        raise ValueError("no word for a kind or a part")
    if any(len(name) > LONGEST_NAME_CHARS or name != clean(name) for name in named):
        raise ValueError("no name of a part")
    edge = 3 * headings
    flat = iter(numbers[:edge])
    starts = tuple(numbers[edge:])
    extract = Extract(kind, text, tuple(zip(flat, flat, flat, strict=True)), unit, starts, named)
    extract.check()
    return extract
