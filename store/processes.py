"""Child processes of ours: one life cycle, from the first use to the end, for all who need some.

A child runs a module of ours, which the child knows by its standard input: a socket whose other end
we hold. What the two say to each other is up to those who have such children.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import LifoQueue
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

_BARE_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
_EXIT_S = 1.0
"""So long a process that hung up may take to end."""
_PIECE_BYTES = 1 << 20
_SET_DEATH_SIGNAL = 1
_starter = ThreadPoolExecutor(1, "process")
"""A process ends with the thread that started it, so that one lives as long as the program."""


class ChildProcess:
    """A Python process, or none yet: it is started when needed, and again after it has ended.

    To be used by one thread at a time, but for `close`, which may come from any.
    """

    def __init__(
        self, arguments: Sequence[str], *, own_session: bool = False, inherits: bool = False
    ) -> None:
        """Give Python these arguments, and our process id after them; see `die_with`.

        Args:
            arguments: for Python.
            own_session: keeps a Ctrl-C from the process.
            inherits: our environment, working directory and standard error; others have none.
        """
        self._arguments = arguments
        self._own_session = own_session
        self._inherits = inherits
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._is_closed = False

    @property
    def connection(self) -> socket.socket | None:
        """The socket whose other end is the process's standard input; None unless it runs."""
        process, connection = self._process, self._socket
        return connection if process is not None and process.poll() is None else None

    def start(self) -> socket.socket:
        """Start the process, in place of one that there may be, and return the connection.

        Raises OSError, also once closed.
        """
        with self._lock:
            if self._is_closed:
                raise OSError("no process is started any more")
            self._end()
            self._socket, theirs = socket.socketpair()
            with theirs:
                self._process = _starter.submit(self._spawn, theirs).result()
            return self._socket

    def stop(self, grace_s: float = 0.0) -> None:
        """Hang up and end the process, unless it leaves by itself within so many seconds."""
        with self._lock:
            self._end(grace_s)

    def close(self) -> None:
        """End the process for good, whatever it is doing."""
        with self._lock:
            self._is_closed = True
            self._end()

    def exit_reason(self) -> str:
        """Return how a process that hung up has ended: `crashed (SIGSEGV)`."""
        process, code = self._process, None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(_EXIT_S)
        self.stop()
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return "ended early" if code is not None else "hung up"

    def _spawn(self, stdin: socket.socket) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *self._arguments, str(os.getpid())],
            stdin=stdin.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=None if self._inherits else subprocess.DEVNULL,
            env=None if self._inherits else _BARE_ENVIRONMENT,
            cwd=None if self._inherits else "/",
            start_new_session=self._own_session,
        )

    def _end(self, grace_s: float = 0.0) -> None:
        if self._process is not None and self._socket is not None:
            with suppress(OSError):  # it hung up before us
                self._socket.shutdown(socket.SHUT_WR)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
            self._process.kill()
            self._process.wait()
        if self._socket is not None:
            self._socket.close()  # last, so that a thread that waits for an answer sees its end
        self._process = self._socket = None


class _Child(Protocol):
    """Whoever has a `ChildProcess` and speaks its language."""

    def close(self) -> None:
        """End the process for good, whatever it is doing; may be called from any thread."""


_ChildT = TypeVar("_ChildT", bound=_Child)


class ProcessPool(Generic[_ChildT]):
    """Child processes that many threads share. Use as a context manager."""

    def __init__(self, children: Iterable[_ChildT]) -> None:
        self._children = tuple(children)
        self._idle: LifoQueue[_ChildT] = LifoQueue()
        for child in self._children:
            self._idle.put(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def child(self) -> Iterator[_ChildT]:
        """Lend a child to this thread; wait while all are busy.

        It is the one that worked last, so that no more are started than work at once.
        """
        child = self._idle.get()
        try:
            yield child
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """End all for good, the busy ones too."""
        for child in self._children:
            child.close()


def receive(connection: socket.socket, length: int, deadline: float) -> bytearray:
    """Return so many bytes from a child. Raises TimeoutError at `deadline`, EOFError or OSError."""
    pieces = bytearray()
    while len(pieces) < length:
        pieces += receive_some(connection, length - len(pieces), deadline)
    return pieces


def receive_some(connection: socket.socket, most: int, deadline: float) -> bytes:
    """Return what has come from a child, if not more than `most` bytes; raises as `receive`."""
    wait_until(connection, deadline)
    piece = connection.recv(min(most, _PIECE_BYTES))
    if not piece:
        raise EOFError
    return piece


def wait_until(connection: socket.socket, deadline: float) -> None:
    """Let the next step of a connection take until then. Raises TimeoutError if that is past."""
    left_s = deadline - monotonic()
    if left_s <= 0:
        raise TimeoutError
    connection.settimeout(left_s)


def die_with(parent: int) -> None:
    """In a child, end it with the thread that started it. On Linux; elsewhere its input ends."""
    import ctypes  # which children alone need

    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
