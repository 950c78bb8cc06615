"""The writer lock: one process at a time changes the index, and says who it is."""

from __future__ import annotations

import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..values.errors import StoreBusy
from .lock_file import LockFile


class WriterLock:
    """An exclusive lock on the index, naming its holder. The system frees it if we die."""

    def __init__(self, path: Path) -> None:
        self._file = LockFile(path)

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
        if not self._file.acquire():
            raise StoreBusy(
                f"another process is writing the index ({self.holder()}); "
                "wait until it is done, or stop it"
            )
        command = shlex.join(["thimble", *sys.argv[1:]])
        with suppress(OSError):  # on a full disk it is only less known who holds it
            self._file.write({"pid": os.getpid(), "command": command})

    def release(self) -> None:
        """Give the lock back."""
        self._file.release()

    def holder(self) -> str | None:
        """Return the process that holds the lock now, for people, or None if it is free."""
        return _describe(self._file.content()) if self._file.is_held() else None


def _describe(content: bytes) -> str:
    try:
        holder = json.loads(content)
        return f"pid {holder['pid']}, {holder['command']}"
    except (ValueError, KeyError, TypeError):
        return "a process that is just starting"
