"""The writer lock: one process at a time changes the index, and says who it is."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..values.errors import StoreBusy
from .private import create_private


class WriterLock:
    """An exclusive lock on the index, naming its holder. The system frees it if we die."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @classmethod
    def beside(cls, database: Path) -> Self:
        """Return the lock of a database."""
        return cls(database.with_name("writer.lock"))

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock. Raises StoreBusy naming the process that has it."""
        create_private(self._path)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StoreBusy(
                f"another process is writing the index ({self.holder()}); "
                "wait until it is done, or stop it"
            ) from None
        os.ftruncate(descriptor, 0)
        command = shlex.join(["thimble", *sys.argv[1:]])
        with suppress(OSError):  # on a full disk it is only less known who holds it
            os.write(descriptor, json.dumps({"pid": os.getpid(), "command": command}).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str | None:
        """Return the process that holds the lock now, for people, or None if it is free."""
        try:
            with self._path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return _describe(file.read())
        except FileNotFoundError:
            pass
        return None


def _describe(content: bytes) -> str:
    try:
        holder = json.loads(content)
        return f"pid {holder['pid']}, {holder['command']}"
    except (ValueError, KeyError, TypeError):
        return "a process that is just starting"
