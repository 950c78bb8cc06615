"""The disk that the store writes to, for tests: it remembers what was synced, and fails when told.

It takes the place of SQLite's own way to the operating system, below the checksums, so that the
product's code runs unchanged. SQLite shares no memory through it, so each connection has the
database for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from store.database import connection as opening

_SYSTEM = "unix"
_CHECKSUMS = "cksmvfs"


@dataclass(frozen=True)
class Wrote:
    """Bytes of a file, in the system's memory and not on the disk yet."""

    path: Path
    offset: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    """A file was made shorter; not on the disk yet."""

    path: Path
    size: int


@dataclass(frozen=True)
class Synced:
    """All of a file is on the disk now."""

    path: Path


@dataclass(frozen=True)
class Deleted:
    """A file was deleted; `synced` says whether its folder is on the disk."""

    path: Path
    synced: bool


@dataclass(frozen=True)
class Marked:
    """The product said that something is done."""

    what: Any


Event = Wrote | Cut | Synced | Deleted | Marked


@dataclass
class Trouble:
    """An error that the disk reports at its n-th call, or from then on."""

    at_call: int
    error: Callable[[], Exception]
    lasts: bool = False
    writes_half: bool = False
    """Of a write, the first half reaches the file before the error."""

    def strikes(self, call: int) -> bool:
        """Tell whether the call with this number fails."""
        return call >= self.at_call if self.lasts else call == self.at_call


class Disk(apsw.VFS):
    """What lies below the store while it is installed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.calls = 0
        self.trouble: Trouble | None = None
        super().__init__("disk", _SYSTEM, makedefault=True)

    def mark(self, what: Any) -> None:
        """Note in the events that something is done."""
        self.events.append(Marked(what))

    def call(self) -> Trouble | None:
        """Count a call; raises the error that it meets, unless half of it happens first."""
        self.calls += 1
        if self.trouble is None or not self.trouble.strikes(self.calls):
            return None
        if self.trouble.writes_half:
            return self.trouble
        raise self.trouble.error()

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        self.call()
        if name is None:  # a temporary file, which nobody looks at after a crash
            return apsw.VFSFile(_SYSTEM, name, flags)
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.call()
        super().xDelete(filename, syncdir)
        self.events.append(Deleted(Path(filename), syncdir))


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        super().__init__(_SYSTEM, name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._disk.call()
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        trouble = self._disk.call()
        if trouble is not None:
            super().xWrite(data[: len(data) // 2], offset)
            raise trouble.error()
        super().xWrite(data, offset)
        self._disk.events.append(Wrote(self._path, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.call()
        super().xTruncate(newsize)
        self._disk.events.append(Cut(self._path, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.call()
        super().xSync(flags)
        self._disk.events.append(Synced(self._path))

    def xFileSize(self) -> int:  # noqa: N802
        self._disk.call()
        return super().xFileSize()


@contextmanager
def under_the_store() -> Iterator[Disk]:
    """Have the store's databases on such a disk; nothing may be open before and after."""
    opening._register_checksum_vfs()
    apsw.unregister_vfs(_CHECKSUMS)
    disk = Disk()
    opening._register_checksum_vfs.cache_clear()
    connect = opening._connect

    def connect_alone(*args: Any, **options: Any) -> apsw.Connection:
        connection = connect(*args, **options)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        return connection

    opening._connect = connect_alone
    try:
        yield disk
    finally:
        disk.trouble = None
        opening._connect = connect
        opening._register_checksum_vfs()
        apsw.unregister_vfs(_CHECKSUMS)
        disk.unregister()
        opening._register_checksum_vfs.cache_clear()
