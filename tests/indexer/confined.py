"""Attempts made by a process that is confined: `python -m tests.indexer.confined WHAT ARGUMENT …`.

It prints a JSON object: attempt → the name of its error, or `done`.
"""

from __future__ import annotations

import csv
import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from indexer.sandbox.confine import confine
from indexer.sandbox.syscalls import CALLS

MACHINE = platform.machine()
ALLOWED = {call.number(MACHINE) for call in CALLS}
NAMES: dict[str, dict[str, int]] = {"x86_64": {}, "aarch64": {}}
"""Machine → name of a system call → its number, as in the headers of Linux 6.1."""
with Path(__file__).with_name("system_calls.tsv").open() as table:
    for row in csv.DictReader(table, delimiter="\t"):
        for machine, names in NAMES.items():
            if row[machine]:
                names[row["name"]] = int(row[machine])

KERNELS_OWN = {335, 336} if MACHINE == "x86_64" else set()
"""Of use only to the code that the kernel puts in for its probes; no filter is asked for them."""
DONE = "done"
THREAD, NEW_USER, NEW_NETWORK = 0x3D0F00, 0x10000000, 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def system_call(number: int, *arguments: int | bytes) -> str:
    """Make a system call, the arguments that are not given being 0."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    given = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a) for a in padded]
    ctypes.set_errno(0)
    result = _LIBC.syscall(ctypes.c_long(number), *given)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else DONE


def by_number(first: str, last: str) -> dict[str, str]:
    """Make every call of these numbers that is not allowed, but for the kernel's own."""
    numbers = sorted(set(range(int(first), int(last))) - ALLOWED - KERNELS_OWN)
    return {str(number): system_call(number) for number in numbers}


def own(number: str) -> dict[str, str]:
    """Make a call of the kernel's own."""
    return {number: system_call(int(number))}


def by_name(parent: str, path: str) -> dict[str, str]:
    """Make calls whose arguments would do harm."""
    pid, name, here = int(parent), os.fsencode(path), -100
    limit = (ctypes.c_uint64 * 2)(1, 1)
    address = ctypes.addressof(limit)
    attempts: list[tuple[str, tuple[int | bytes, ...]]] = [
        ("socket", (2, 1)),
        ("socketpair", (1, 1)),
        ("connect", (0,)),
        ("bind", (0,)),
        ("sendto", (0, name, 1, 0, name, 16)),
        ("sendmsg", (0,)),
        ("io_uring_setup", (8, name)),
        ("ptrace", (16, pid)),
        ("process_vm_readv", (pid,)),
        ("process_vm_writev", (pid,)),
        ("pidfd_open", (pid,)),
        ("prlimit64", (pid, 0, 0, address)),
        ("prlimit64", (pid, 0, address)),
        ("prlimit64", (0, 0, address)),
        ("kill", (pid, 0)),
        ("kill", (0, 0)),
        ("kill", (-1, 0)),
        ("tkill", (pid, 0)),
        ("tgkill", (pid, pid, 0)),
        ("fchmod", (0, 0o777)),
        ("fchmodat", (here, name, 0o777)),
        ("fchown", (0, 1, 1)),
        ("fchownat", (here, name, 1, 1)),
        ("utimensat", (here, name)),
        ("utimensat", (0,)),
        ("setxattr", (name, b"user.a", b"a", 1)),
        ("fsetxattr", (0, b"user.a", b"a", 1)),
        ("setpriority", (0, 0, 5)),
        ("setpriority", (0, pid, 5)),
        ("sched_setaffinity", (0, 8, address)),
        ("sched_setscheduler", (pid, 0, address)),
        ("unshare", (NEW_USER,)),
        ("setns", (0,)),
        ("clone", (signal.SIGCHLD,)),
        ("clone", (THREAD,)),
        ("clone", (NEW_USER | signal.SIGCHLD,)),
        ("clone", (THREAD | NEW_NETWORK,)),
        ("clone3", (address, 64)),
        ("execve", (os.fsencode(sys.executable),)),
        ("execveat", (here, os.fsencode(sys.executable))),
        ("openat", (here, os.fsencode(os.__file__), os.O_RDWR)),
        ("openat", (here, os.fsencode(os.__file__), os.O_WRONLY)),
        ("openat", (here, name + b"2", os.O_CREAT, 0o600)),
        ("openat", (here, b"/", os.O_PATH)),
        ("openat", (here, b"/tmp", os.O_TMPFILE)),
        ("truncate", (name,)),
        ("unlinkat", (here, name)),
        ("memfd_create", (b"a",)),
        ("userfaultfd", (0,)),
        ("bpf", (0, address, 16)),
        ("perf_event_open", (address, 0)),
        ("keyctl", (0,)),
        ("add_key", (b"user", b"a", b"a", 1, -3)),
        ("personality", (0xFFFFFFFF,)),
        ("mount", (b"a", b"/", b"tmpfs")),
        ("ioctl", (0, 0x5412, name)),  # TIOCSTI: type into a terminal
        ("fcntl", (0, 8, pid)),  # F_SETOWN: whom to send a signal
        ("fcntl", (0, 4, 0)),  # F_SETFL
        ("prctl", (4, 1)),  # PR_SET_DUMPABLE
    ]
    return {
        f"{call} {arguments}": system_call(NAMES[MACHINE][call], *arguments)
        for call, arguments in attempts
    }


def by_python(path: str) -> dict[str, str]:
    """Do what Python has functions for."""
    attempts: dict[str, Callable[[], object]] = {
        "read a file": lambda: Path(path).read_bytes(),
        "read the list of users": lambda: Path("/etc/passwd").read_bytes(),
        "read a parent's memory": lambda: Path("/proc/1/maps").read_bytes(),
        "fork": os.fork,
        "start": lambda: os.posix_spawn(sys.executable, ["python"], {}),
        "run": lambda: os.execv(sys.executable, ["python"]),
    }
    return {name: _outcome(attempt) for name, attempt in attempts.items()}


def needed() -> dict[str, str]:
    """Do what is allowed, or at least survived."""
    seen: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    attempts: dict[str, Callable[[], object]] = {
        "read a library": lambda: Path(os.__file__).read_bytes(),
        "list the libraries": lambda: os.listdir(Path(os.__file__).parent),
        "load a module": lambda: __import__("wave"),
        "signal itself": lambda: os.kill(os.getpid(), signal.SIGUSR1),
        "raise": lambda: signal.raise_signal(signal.SIGUSR1),
        "ask for its limits": lambda: resource.getrlimit(resource.RLIMIT_AS),
        "take memory": lambda: mmap.mmap(-1, 1 << 20).close(),
        "have chance": lambda: os.urandom(8),
    }
    done = {name: _outcome(attempt) for name, attempt in attempts.items()}
    return {**done, "signals": str(len(seen))}


def threads() -> dict[str, str]:
    """Start a thread."""
    try:
        threading.Thread(target=print).start()
    except RuntimeError as error:
        return {"thread": str(error)}
    return {"thread": DONE}


def machine_code() -> dict[str, str]:
    """Ask for the process id as 32-bit programs do, by interrupt 0x80."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return {"pid": str(ctypes.CFUNCTYPE(ctypes.c_int)(start)())}


def crash() -> dict[str, str]:
    """End as a library does that finds itself at fault."""
    os.abort()


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return DONE


if __name__ == "__main__":
    what: Callable[..., dict[str, str]] = globals()[sys.argv[1]]
    if confine().missing:
        sys.exit("a wall is missing")
    print(json.dumps(what(*sys.argv[2:])))
