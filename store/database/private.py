"""Files and folders that only their owner can open, whatever the umask, and whatever was there."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077
_FEWEST_PARTS = 3
"""Of the path of a folder whose rights are changed: nobody's own is `/` or `/srv`."""


def make_private(folder: Path) -> Path:
    """Create a folder, and those above it that are missing; close it to other users. OSError."""
    if not folder.is_dir():
        missing = [folder, *(above for above in folder.parents if not above.exists())]
        for each in reversed(missing):
            each.mkdir(mode=_FOLDER, exist_ok=True)
    close_to_others(folder)
    return folder


def open_private(file: Path) -> int:
    """Open a file to read and write, creating it if need be; close it to other users. OSError."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE)
    close_to_others(file)
    return descriptor


def write_private(file: Path, content: bytes, *, durable: bool = False) -> None:
    """Replace a file's content in one step: no crash leaves half of it. Raises OSError.

    Args:
        file: only its owner can open it.
        content: what is in it from then on.
        durable: that it is on the disk, too, when this returns.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _FILE)
        with open(descriptor, "wb") as opened:  # noqa: PTH123 (a descriptor, not a path)
            os.fchmod(descriptor, _FILE)
            opened.write(content)
            opened.flush()
            if durable:
                os.fsync(descriptor)
        partial.replace(file)
    except BaseException as error:
        with suppress(OSError):  # as where nothing can be written at all
            partial.unlink()
        if isinstance(error, OSError):
            # A full disk names no file.
            raise OSError(error.errno, error.strerror, str(file)) from error
        raise


def is_open_to_others(path: Path) -> bool:
    """Return whether somebody else may open, list or change something that is ours to close."""
    try:
        status = path.lstat()
    except OSError:
        return False
    is_link = stat.S_ISLNK(status.st_mode)
    is_shared = bool(status.st_mode & stat.S_ISVTX) or len(path.parts) < _FEWEST_PARTS
    if is_link or is_shared or status.st_uid != os.getuid() or path == Path.home():
        return False
    return bool(status.st_mode & _OTHERS)


def close_to_others(path: Path) -> None:
    """Take the rights of others away. Where the file system has none, nothing happens."""
    if is_open_to_others(path):
        with suppress(OSError):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
