"""Processes of our own that work for this one, and end with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
_starter = ThreadPoolExecutor(1, "process")
"""A process ends with the thread that started it, so that one lives as long as the program."""


def start(
    arguments: Sequence[str], *, own_session: bool = False
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Run Python with some arguments, and ours as the parent's number after them.

    Returns the process and the socket whose other end is its standard input. With a session of its
    own, a Ctrl-C does not reach it. Raises OSError.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = _starter.submit(
            subprocess.Popen,
            [sys.executable, *arguments, str(os.getpid())],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=own_session,
        ).result()
    return process, ours
