"""A file that one process holds for as long as it lives, and in which it says who it is."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path

from .private import open_private


class LockFile:
    """Held by one process at a time. The system frees it if that dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; returns whether it was free. Raises OSError."""
        descriptor = open_private(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def write(self, content: Mapping[str, object]) -> None:
        """Say who holds the lock, which must be held. Raises OSError, naming the file."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, json.dumps(content).encode())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def is_held(self) -> bool:
        """Return whether a process that lives holds the lock. Raises OSError."""
        try:
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return True
            raise
        return False

    def content(self) -> bytes:
        """Return what was written last. Raises OSError."""
        return self._path.read_bytes()
