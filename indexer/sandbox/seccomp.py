"""A filter that refuses every system call but those of `syscalls`: Linux's seccomp.

It is a program of the kernel's packet filter. For each call it compares the number, then the
arguments; the kernel remembers which calls are always allowed and does not ask again. See
kernel.org, userspace-api/seccomp_filter.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

from .syscalls import CALLS, MACHINES, OWN_PID, UNKNOWN_TO_OLD_KERNELS, Check, Kind

_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _ALL_THREADS = 1, 1

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERROR, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALL_BITS = 0xFFFFFFFF

_Step = tuple[int, int, int, int]
"""An instruction: code, steps to skip if true, steps to skip if false, operand."""
_REFUSE: _Step = (_RETURN, 0, 0, _ERROR | errno.EPERM)


def restrict_calls(libc: ctypes.CDLL) -> bool:
    """Refuse this process all other calls for good; returns whether the kernel does so.

    To be called when the process may gain no privileges any more (`PR_SET_NO_NEW_PRIVS`).
    """
    machine = platform.machine()
    if machine not in MACHINES or struct.calcsize("P") != 8:
        return False
    steps = filter_steps(machine, os.getpid())
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in steps))
    program = struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(code))
    return int(libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS, program)) == 0


def filter_steps(machine: str, pid: int) -> list[_Step]:
    """Return the filter for the process `pid` on a machine of `MACHINES`.

    A call by the rules of another machine, as 32-bit programs make them, ends the process, for no
    number means there what it means here.
    """
    steps = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_JUMP_IF_EQUAL, 1, 0, MACHINES[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for call in CALLS:
        if (number := call.number(machine)) is not None:
            block = [step for check in call.checks for step in _check(check, pid)]
            block.append((_RETURN, 0, 0, _ALLOW))
            steps += [(_JUMP_IF_EQUAL, 0, len(block), number), *block]
    unknown = UNKNOWN_TO_OLD_KERNELS.number(machine) or 0
    return [
        *steps,
        (_JUMP_IF_EQUAL, 0, 1, unknown),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        _REFUSE,
    ]


def _check(check: Check, pid: int) -> Iterator[_Step]:
    """Yield steps that refuse the call unless its argument is as it should be."""
    low = _ARGUMENTS_AT + 8 * check.argument
    yield (_LOAD, 0, 0, low)
    if check.kind is Kind.ONE_OF:
        values = [pid if value == OWN_PID else value for value in check.values]
        for left, value in zip(range(len(values), 0, -1), values, strict=True):
            yield (_JUMP_IF_EQUAL, left, 0, value)
        yield _REFUSE
    elif check.kind is Kind.NO_OTHER_BITS:
        yield (_JUMP_IF_ANY_BIT, 0, 1, _ALL_BITS & ~check.values[0])
        yield _REFUSE
    else:
        yield (_JUMP_IF_EQUAL, 1, 0, 0)
        yield _REFUSE
        yield (_LOAD, 0, 0, low + 4)  # a pointer has 64 bits
        yield (_JUMP_IF_EQUAL, 1, 0, 0)
        yield _REFUSE
