"""The process in which regular expressions run: `python -I …/pattern_worker.py PARENT`.

An expression that somebody typed, or an agent, can ask for any time and memory, already while it is
compiled. Here both have an end: memory is limited, the parent ends a process that takes too long,
and an alarm does if the parent is gone. It needs nothing of thimble, so it starts in a moment.

Its standard input is a socket. A request is a JSON object after its length: a `pattern` and `texts`
to look in, each with the `ends` of its pieces, or null. The answer has what was `found` in each, or
says what is `wrong` with the pattern, or tells of another `error`.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import struct
import sys
from functools import lru_cache
from typing import Any

import regex

_LENGTH = struct.Struct("<I")
_MOST_MEMORY_BYTES = 1 << 30
_LONGEST_S = 60
"""Longer than any parent waits."""


def main() -> None:
    """Serve until the parent hangs up."""
    if sys.platform.startswith("linux"):  # elsewhere it means more than memory
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    connection = socket.socket(fileno=os.dup(0))
    while True:
        try:
            (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size))
            signal.alarm(_LONGEST_S)
            answer = json.dumps(_answer(_receive(connection, length))).encode()
        except EOFError:
            return
        connection.sendall(_LENGTH.pack(len(answer)) + answer)
        signal.alarm(0)


def _receive(connection: socket.socket, length: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        piece = connection.recv(min(length - len(pieces), 1 << 20))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)


def _answer(request: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(request)
        pattern = _compiled(asked["pattern"])
        return {"found": [_found(pattern, **text) for text in asked["texts"]]}
    except MemoryError:
        return {"error": "takes too much memory"}
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        return {"wrong": str(error)}


@lru_cache(8)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern, regex.IGNORECASE | regex.MULTILINE | regex.VERSION0)


def _found(pattern: Any, text: str, ends: list[int] | None) -> list[int] | list[tuple[int, int]]:
    """Return the spans of all matches in a text or, given where pieces end, which hold a start."""
    if ends is None:
        return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]
    holding: list[int] = []
    start = 0
    for piece, end in enumerate(ends):
        if start >= end:
            continue
        match = pattern.search(text, start)
        if match is None:
            break
        start = max(match.start(), start)
        if match.start() < end:
            holding.append(piece)
            start = end
    return holding


if __name__ == "__main__":
    main()
