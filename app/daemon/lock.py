"""How the daemon of an index is found: by its lock, which names its socket."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from store import create_private, make_private

from ..user.paths import Paths


@dataclass(frozen=True, slots=True)
class Owner:
    """What the lock says about the daemon that holds it."""

    pid: int
    version: str
    socket: Path


class DaemonLock:
    """Held for life by the one daemon of an index. The system frees it if we die."""

    def __init__(self, paths: Paths) -> None:
        self._path = paths.index / "daemon.lock"
        self._descriptor: int | None = None

    def acquire(self, version: str, socket: Path) -> bool:
        """Take the lock; returns whether it was free."""
        make_private(self._path.parent)
        create_private(self._path)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        content = {"pid": os.getpid(), "version": version, "socket": os.fsencode(socket).hex()}
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps(content).encode())
        except OSError as error:
            os.close(descriptor)
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> Owner | None:
        """Return who wrote the lock file last; it may have died since."""
        try:
            content = json.loads(self._path.read_bytes())
            socket = Path(os.fsdecode(bytes.fromhex(content["socket"])))
            return Owner(int(content["pid"]), str(content["version"]), socket)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_held(self) -> bool:
        """Return whether a daemon that lives holds the lock."""
        try:
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError as error:
            return error.errno in (errno.EAGAIN, errno.EACCES)
        return False
