"""How the daemon of an index is found: by its lock, which names its socket."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from store import LockFile, make_private

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
        self._folder = paths.index
        self._file = LockFile(paths.index / "daemon.lock")

    def acquire(self, version: str, socket: Path) -> bool:
        """Take the lock; returns whether it was free."""
        make_private(self._folder)
        if not self._file.acquire():
            return False
        try:
            self._file.write(
                {"pid": os.getpid(), "version": version, "socket": os.fsencode(socket).hex()}
            )
        except OSError:
            self._file.release()
            raise
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._file.release()

    def owner(self) -> Owner | None:
        """Return who wrote the lock file last; it may have died since."""
        try:
            content = json.loads(self._file.content())
            socket = Path(os.fsdecode(bytes.fromhex(content["socket"])))
            return Owner(int(content["pid"]), str(content["version"]), socket)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_held(self) -> bool:
        """Return whether a daemon that lives holds the lock."""
        try:
            return self._file.is_held()
        except OSError:
            return False
