"""A program in a terminal of its own, typed into and read from as a person does."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

_CHUNK = 1 << 16


class Terminal:
    """Runs a command on a pseudo-terminal; what it writes is gathered in `output`."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self.output = b""
        self.exit_code: int | None = None
        """None while the program runs; negative is a signal."""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], [*command], {**environ, "TERM": "xterm-256color"})
        self.resize(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if not self.has_ended:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self.fd)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, in columns and rows."""
        columns, rows = size
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, keys: str) -> None:
        """Type; forgets what was written before."""
        self.output = b""
        os.write(self.fd, keys.encode())

    def read(self, wait_s: float) -> bool:
        """Take what the program writes within some seconds; False if that is nothing."""
        ready, _, _ = select.select([self.fd], [], [], max(wait_s, 0))
        if not ready:
            return False
        try:
            written = os.read(self.fd, _CHUNK)
        except OSError:  # the program has closed its side
            time.sleep(0.01)
            return False
        self.output += written
        return bool(written)

    def wait(self, is_so: Callable[[bytes], bool], limit_s: float) -> float:
        """Read until something is so of `output`; return the seconds it took.

        Raises TimeoutError with the end of what was written.
        """
        started = time.perf_counter()
        while not is_so(self.output):
            left = started + limit_s - time.perf_counter()
            if not self.read(left) and left <= 0:
                raise TimeoutError(self.output[-2000:].decode(errors="replace"))
        return time.perf_counter() - started

    @property
    def has_ended(self) -> bool:
        """Whether the program has ended."""
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does, and wait for the program's end."""
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
