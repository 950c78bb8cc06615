"""Where the daemon listens: a socket in a folder that nobody else can open."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from store import make_private

from ..user.paths import Paths

_LONGEST_SOCKET_PATH = 100
"""Bytes. The kernels allow 108 (Linux) and 104 (macOS), with an end mark."""


def choose_socket(paths: Paths, runtime: str | None) -> Path:
    """Return where the daemon listens: in the runtime folder, else beside the index.

    Creates its folder. Raises OSError if there is no place that is ours alone.
    """
    name = hashlib.blake2b(os.fsencode(paths.index.absolute()), digest_size=6).hexdigest()
    temporary = Path(tempfile.gettempdir()) / f"thimble-{os.getuid()}"
    folders = [Path(runtime) / "thimble"] if runtime else []
    for folder in (*folders, paths.index / "run", temporary):
        path = folder / f"{name}.sock"
        if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
            continue
        try:
            if not folder.is_dir():  # one that exists and is open may be somebody's trap
                make_private(folder)
            check_private(folder)
        except OSError:
            if folder == temporary:
                raise
            continue
        return path
    raise OSError(errno.ENAMETOOLONG, "no place for a socket has a path that is short enough")


def check_private(folder: Path) -> None:
    """Raise PermissionError unless a folder is real, ours, and closed to everybody else."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        reason = "it is a link or a file where a folder is expected"
    elif status.st_uid != os.getuid():
        reason = "it belongs to another user"
    elif status.st_mode & 0o077:
        reason = "other users can open it; run chmod 700 on it"
    else:
        return
    raise PermissionError(errno.EPERM, reason, str(folder))
