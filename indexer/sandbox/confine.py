"""What a sandboxed process may not do, once it has loaded what it needs.

On Linux files can be opened only below the folders of libraries, and only for reading; no socket
can be made and no program started: Landlock and seccomp see to it. Elsewhere, and on kernels
without these, limits on memory, file sizes and open files are all there is. Landlock: kernel.org,
userspace-api/landlock.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

MOST_MEMORY_BYTES = 2**30
_MOST_DESCRIPTORS = 64

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _RULE_PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_RIGHTS = (0, 13, 14, 15, 15, 16)
"""How many rights on files each version of Landlock knows, beginning with version 0."""
_NET_SINCE, _TCP = 4, 0b11
_SCOPE_SINCE, _SCOPES = 6, 0b11
"""Abstract sockets and signals of others."""

_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _SET_DUMPABLE = 38, 22, 4
_SECCOMP_FILTER = 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 53, 49, 42, 101, 59, 322, 56, 435, 57, 58)),
    "aarch64": (0xC00000B7, (198, 199, 200, 203, 117, 221, 281, 220, 435)),
}
"""Machine → (its mark, calls: socket, socketpair, bind, connect, ptrace, execve, execveat, clone,
clone3, and where there are such fork and vfork)."""


def confine() -> str:
    """Confine this process for good; returns by what, for people."""
    _limit()
    if not sys.platform.startswith("linux"):
        return "limits"
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return "limits"
    means = ["limits"]
    means += ["landlock"] if _restrict_files(libc) else []
    means += ["seccomp"] if _restrict_calls(libc) else []
    return ", ".join(means)


def resident_bytes() -> int:
    """Return how much memory this process has, at most so far where the present is not told."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _limit() -> None:
    mapped = 0
    with suppress(OSError):
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: mapped + MOST_MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _MOST_DESCRIPTORS,
    }
    for what, limit in wanted.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))


def _restrict_files(libc: ctypes.CDLL) -> bool:
    version = int(libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG))
    if version < 1:
        return False
    rights = (1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]) - 1
    net = _TCP if version >= _NET_SINCE else 0
    scopes = _SCOPES if version >= _SCOPE_SINCE else 0
    wanted = struct.pack("=QQQ", rights, net, scopes)
    size = 24 if version >= _SCOPE_SINCE else 16 if version >= _NET_SINCE else 8
    ruleset = int(libc.syscall(_CREATE_RULESET, wanted[:size], size, 0))
    if ruleset < 0:
        return False
    for folder in _library_folders():
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
            rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, descriptor)
            libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
            os.close(descriptor)
    closed = int(libc.syscall(_RESTRICT_SELF, ruleset, 0)) == 0
    os.close(ruleset)
    return closed


def _library_folders() -> set[str]:
    """Return where Python and its packages lie, which may be loaded from later on."""
    paths = sysconfig.get_paths()
    return {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {
        str(Path(__file__).parent.parent)
    }


def _restrict_calls(libc: ctypes.CDLL) -> bool:
    """Refuse system calls that reach out: sockets, other programs, other processes."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    mark, calls = known
    steps = [(_LOAD, 0, 0, 4), (_JUMP_IF_EQUAL, 1, 0, mark), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_LOAD, 0, 0, 0))
    for left, call in zip(range(len(calls), 0, -1), calls, strict=True):
        steps.append((_JUMP_IF_EQUAL, left, 0, call))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in steps))
    program = struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(code))
    return int(libc.prctl(_SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0)) == 0
