"""The system calls that taking documents apart needs: there are no others for a sandboxed process.

Each has its number on both machines and, where it could do more than is needed, what its arguments
must be. What is not here is missed by no document of any format. It is refused, threads included:
a hostile document could start as many as its user may have processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OWN_PID = -1
"""Stands for the number of the process that is confined."""


class Kind(Enum):
    """What is asked of an argument; the kernel uses 32 bits of all but pointers."""

    ONE_OF = "it is one of the values"
    NO_OTHER_BITS = "it has no other bits than the one value"
    NULL = "it is a null pointer"


@dataclass(frozen=True, slots=True)
class Check:
    """What one argument must be."""

    argument: int
    """Counted from 0."""
    kind: Kind
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that is allowed."""

    name: str
    x86_64: int
    aarch64: int | None
    """None where newer calls have taken its place."""
    checks: tuple[Check, ...] = ()
    """All must hold."""

    def number(self, machine: str) -> int | None:
        """Return its number on a machine of `MACHINES`."""
        return self.x86_64 if machine == "x86_64" else self.aarch64


MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Machine → how the kernel marks calls made by its rules."""

_READ_ONLY = 0x800 | 0x80000 | 0x3C000
"""Flags of `open`: O_NONBLOCK, O_CLOEXEC and the four bits that are, in another order on each
machine, O_DIRECTORY, O_NOFOLLOW, O_LARGEFILE and O_DIRECT. Others write, create or only locate."""
_TCGETS, _TCGETS2, _FIONBIO, _FIOCLEX = 0x5401, 0x802C542A, 0x5421, 0x5451
"""Asked of every file that Python opens (is it a terminal?), and what is set for each."""
_DUPFD, _GETFD, _SETFD, _GETFL, _DUPFD_CLOEXEC = 0, 1, 2, 3, 1030


def _one_of(argument: int, *values: int) -> Check:
    return Check(argument, Kind.ONE_OF, values)


def _reading(argument: int) -> tuple[Check, ...]:
    return (Check(argument, Kind.NO_OTHER_BITS, (_READ_ONLY,)),)


_ITSELF = (_one_of(0, OWN_PID),)

CALLS = (
    # Used for every document, the most frequent first.
    Call("lseek", 8, 62),
    Call("read", 0, 63),
    Call("newfstatat", 262, 79),
    Call("sendto", 44, 206, (Check(4, Kind.NULL),)),
    Call("openat", 257, 56, _reading(2)),
    Call("close", 3, 57),
    Call("ioctl", 16, 29, (_one_of(1, _TCGETS, _FIOCLEX, _FIONBIO, _TCGETS2),)),
    Call("recvmsg", 47, 212),
    Call("pread64", 17, 67),
    Call("mmap", 9, 222),
    Call("munmap", 11, 215),
    Call("brk", 12, 214),
    Call("mremap", 25, 216),
    Call("mprotect", 10, 226),
    Call("madvise", 28, 233),
    Call("futex", 202, 98),
    Call("getrandom", 318, 278),
    # Modules that are loaded when a document needs them.
    Call("fstat", 5, 80),
    Call("getdents64", 217, 61),
    Call("fcntl", 72, 25, (_one_of(1, _DUPFD, _GETFD, _SETFD, _GETFL, _DUPFD_CLOEXEC),)),
    # Older or other C libraries than glibc of today.
    Call("open", 2, None, _reading(1)),
    Call("stat", 4, None),
    Call("lstat", 6, None),
    Call("sysinfo", 99, 179),
    # Time.
    Call("clock_gettime", 228, 113),
    Call("clock_getres", 229, 114),
    Call("clock_nanosleep", 230, 115),
    Call("nanosleep", 35, 101),
    Call("gettimeofday", 96, 169),
    Call("sched_yield", 24, 124),
    # Its own state and its own end.
    Call("getrusage", 98, 165),
    Call("prlimit64", 302, 261, (_one_of(0, 0), Check(2, Kind.NULL))),
    Call("getpid", 39, 172),
    Call("gettid", 186, 178),
    Call("rt_sigaction", 13, 134),
    Call("rt_sigprocmask", 14, 135),
    Call("rt_sigreturn", 15, 139),
    Call("sigaltstack", 131, 132),
    Call("restart_syscall", 219, 128),
    Call("kill", 62, 129, _ITSELF),
    Call("tkill", 200, 130, _ITSELF),
    Call("tgkill", 234, 131, _ITSELF),
    Call("write", 1, 64),
    Call("writev", 20, 66),
    Call("exit", 60, 93),
    Call("exit_group", 231, 94),
)

UNKNOWN_TO_OLD_KERNELS = Call("clone3", 435, 435)
"""Answered like an old kernel, for what then does without it."""
