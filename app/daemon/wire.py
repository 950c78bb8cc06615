"""The socket between a client and the daemon: one request a connection, one JSON object a line.

The client sends `{"version", "settings", "method", "argument"}`. The daemon answers with
`{"item": …}` lines while there is something to tell and ends with `{"value": …}` or
`{"error": {"kind", "message"}}`. An empty line is a sign of life: one comes as soon as a request
is read, others while it is answered. Who hangs up cancels. Both sides make sure that the other one
is the same user.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from .codec import Malformed

MOST_REQUEST_BYTES = 1 << 20
MOST_ANSWER_BYTES = 64 << 20
_UCRED = struct.Struct("3i")
_XUCRED = struct.Struct("IIh16I")  # struct xucred of macOS and BSD
_LOCAL_PEERCRED = 1


def pack(message: dict[str, Any]) -> bytes:
    """Return a message as a line."""
    return json.dumps(message).encode("ascii") + b"\n"


def unpack(line: bytes) -> dict[str, Any]:
    """Return the message of a line. Raises Malformed."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("this is not a message") from None
    if not isinstance(message, dict):
        raise Malformed("this is not a message")
    return message


def messages(
    connection: socket.socket,
    most_bytes: int,
    is_cancelled: Callable[[], bool] = lambda: False,
    first_s: float = 0.0,
    silence_s: float = 0.0,
) -> Iterator[dict[str, Any]]:
    """Yield messages as they come. Raises Malformed if one is too long or cut off, or OSError.

    A timeout of the connection is a moment to ask whether it is cancelled: then nothing more is
    yielded. Raises TimeoutError if the first byte takes longer than `first_s`, or nothing has come
    for longer than `silence_s` after it.
    """
    pending = bytearray()
    heard, allowed_s = monotonic(), first_s
    while True:
        try:
            chunk = connection.recv(1 << 16)
        except TimeoutError:
            if is_cancelled():
                return
            if monotonic() - heard > allowed_s:
                raise
            continue
        heard, allowed_s = monotonic(), silence_s
        if not chunk:
            break
        pending += chunk
        while (end := pending.find(b"\n")) >= 0:
            line = bytes(pending[:end])
            del pending[: end + 1]
            if line:
                yield unpack(line)
        if len(pending) > most_bytes:
            raise Malformed("the message is too long")
    if pending:
        raise Malformed("the message is cut off")


def is_same_user(connection: socket.socket) -> bool:
    """Return whether the process at the other end belongs to the user that we run as."""
    if sys.platform.startswith("linux"):
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        return bool(_UCRED.unpack(raw)[1] == os.getuid())
    raw = connection.getsockopt(0, _LOCAL_PEERCRED, _XUCRED.size)
    return bool(_XUCRED.unpack(raw)[1] == os.getuid())


def has_hung_up(connection: socket.socket) -> bool:
    """Return whether the other end is gone; what it still sends is thrown away."""
    poll = select.poll()  # a socket with a timeout would wait for it, whatever the flags
    poll.register(connection, select.POLLIN)
    try:
        return bool(poll.poll(0)) and not connection.recv(1 << 16)
    except OSError:
        return True
