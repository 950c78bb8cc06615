"""Closing the file system, and what else the kernel can close in the same way: Linux's Landlock.

What a ruleset handles and no rule allows is refused. Each version of Landlock handles more, so the
kernel is asked for its version first. See kernel.org, userspace-api/landlock.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _RULE_PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3

_FILE_RIGHTS = (0, 13, 14, 15, 15, 16)
"""How many rights on files each version knows, beginning with version 0: the second added moving
between folders, the third truncating, the fifth the commands of devices."""
TRUNCATE_SINCE = 3
_TCP_SINCE, _BIND_AND_CONNECT = 4, 0b11
_SCOPES_SINCE, _ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11
"""Of processes outside."""
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def restrict_files(libc: ctypes.CDLL) -> int:
    """Close all files to this process for good, but those it may load code from for reading.

    To be called when the process may gain no privileges any more (`PR_SET_NO_NEW_PRIVS`). Returns
    the version of Landlock, 0 if the kernel closes nothing.
    """
    version = max(0, int(libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)))
    handled = handled_rights(version)
    if not handled:
        return 0
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    ruleset = int(libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    if ruleset < 0:
        return 0
    for folder in _code_folders():
        with suppress(OSError):
            _allow_reading(libc, ruleset, folder)
    is_closed = int(libc.syscall(_RESTRICT_SELF, ruleset, 0)) == 0
    os.close(ruleset)
    return version if is_closed else 0


def handled_rights(version: int) -> tuple[int, ...]:
    """Return what this version can close, as its attributes: rights on files, on TCP, scopes."""
    if not version:
        return ()
    files = (1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]) - 1
    if version < _TCP_SINCE:
        return (files,)
    if version < _SCOPES_SINCE:
        return (files, _BIND_AND_CONNECT)
    return (files, _BIND_AND_CONNECT, _ABSTRACT_SOCKETS_AND_SIGNALS)


def _allow_reading(libc: ctypes.CDLL, ruleset: int, folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, descriptor)
    libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    os.close(descriptor)


def _code_folders() -> set[str]:
    """Return where Python and its packages lie: some modules are loaded only when needed."""
    paths = sysconfig.get_paths()
    return (
        {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
        | {folder for folder in sys.path if Path(folder).name in _PACKAGE_FOLDERS}
        | {str(Path(__file__).parent.parent)}
    )
