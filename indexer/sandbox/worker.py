"""The process in which documents are taken apart: `python -I -m indexer.sandbox.worker PARENT`.

Its standard input is a socket. It loads every extractor, confines itself and then answers one
request after the other until the socket ends.
"""

from __future__ import annotations

import os
import socket
import sys

from store import die_with

from ..formats.document import Unreadable
from ..formats.extract import Extract
from ..formats.extractors import extract
from .confine import MOST_MEMORY_BYTES, MemoryGauge, confine
from .protocol import Request, WorkerAnswer, receive_request, send_answer, send_ready

_LONGEST_REASON = 200


def main() -> None:
    """Serve until the parent is gone."""
    die_with(int(sys.argv[1]))
    sys.setrecursionlimit(2_000)
    connection = socket.socket(fileno=os.dup(0))
    gauge = MemoryGauge()
    send_ready(connection, confine())
    while received := receive_request(connection):
        send_answer(connection, _answer(*received, gauge))


def _answer(request: Request, descriptor: int, gauge: MemoryGauge) -> WorkerAnswer:
    text: Extract | None = None
    reason, failed = "", True
    try:
        with open(descriptor, "rb") as file:
            file.seek(0)
            text = extract(request.kind, file, request.name)
    except Unreadable as error:
        reason, failed = error.reason, error.failed
    except MemoryError:
        reason = f"takes more than {MOST_MEMORY_BYTES // 2**20:,} MB of memory"
    except RecursionError:
        reason = "damaged: nested too deeply"
    except Exception as error:  # one bad file costs one file, whatever is wrong with it
        reason = f"damaged: cannot be read ({type(error).__name__}: {error})"
    shown = " ".join(reason.split())[:_LONGEST_REASON]
    return WorkerAnswer(text, shown, failed, gauge.resident_bytes())


if __name__ == "__main__":
    main()
