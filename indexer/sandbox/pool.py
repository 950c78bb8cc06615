"""Having documents taken apart in sandboxed processes, each with a time limit."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from functools import cache
from time import monotonic

from store import ChildProcess, ProcessPool

from ..formats.document import Unreadable, UnreadableHere
from ..formats.extract import Extract
from .confinement import Confinement, are_enough
from .protocol import BadAnswer, Request, receive_answer, receive_ready, send_request

_TIMEOUT_S = 60.0
_TIMEOUT_PER_BYTE_S = 2e-6
"""A mailbox of 300 MB gets ten more minutes than a letter."""
_MOST_FILES = 500
_MOST_MEMORY_BYTES = 400 * 2**20
"""A worker that holds more after a document is replaced."""
_WORKER = ("-I", "-m", "indexer.sandbox.worker")
_log = logging.getLogger("thimble.sandbox")
_log.addHandler(logging.NullHandler())  # for who keeps a log, not for the terminal


class SandboxWorker:
    """A sandboxed process, replaced when it misbehaves or is worn. For one thread at a time."""

    def __init__(self, arguments: Sequence[str] = _WORKER) -> None:
        """Start processes with these arguments for Python; tests have a worker of their own."""
        self._child = ChildProcess(arguments)
        self._files = 0
        self.confinement: Confinement | None = None
        """The walls around the process that was started last; None before the first."""

    def extract(self, descriptor: int, kind: str, name: str, timeout_s: float) -> Extract:
        """Extract a document.

        Args:
            descriptor: of the document, open for reading.
            kind: what `recognise` made of it.
            name: the file's name.
            timeout_s: seconds after which the process is killed, its start included.

        Raises Unreadable, also if the process had to be killed.
        """
        deadline = monotonic() + timeout_s
        request = Request(kind, os.fsencode(name).decode("utf-8", "replace"))
        try:
            connection = self._child.connection or self._start(deadline)[0]
            self._check_walls()
            send_request(connection, request, descriptor)
            answer = receive_answer(connection, deadline)
        except TimeoutError:
            self._child.stop()
            raise Unreadable("takes too long to read", failed=True) from None
        except BadAnswer as error:
            self._child.stop()
            raise Unreadable(f"damaged: its reader {error}", failed=True) from None
        except (EOFError, OSError):
            reason = self._child.exit_reason()
            raise Unreadable(f"damaged: its reader {reason}", failed=True) from None
        self._files += 1
        if self._files >= _MOST_FILES or answer.memory_bytes > _MOST_MEMORY_BYTES:
            self._child.stop()
        return answer.result()

    def walls(self, timeout_s: float = _TIMEOUT_S) -> Confinement:
        """Return the walls around the process, which is started if there is none.

        Raises OSError, EOFError or TimeoutError.
        """
        return self.confinement or self._start(monotonic() + timeout_s)[1]

    def close(self) -> None:
        """End the process for good, whatever it is doing; may be called from any thread."""
        self._child.close()

    def _check_walls(self) -> None:
        """Raise UnreadableHere if a wall is missing that is demanded."""
        if self.confinement is not None and not are_enough(self.confinement):
            lacks = ", ".join(self.confinement.missing)
            raise UnreadableHere(f"not read: the sandbox lacks {lacks}", failed=True)

    def _start(self, deadline: float) -> tuple[socket.socket, Confinement]:
        self._files = 0
        connection = self._child.start()
        self.confinement = confinement = receive_ready(connection, deadline)
        if confinement.missing:
            _warn(confinement.missing)
        return connection, confinement


class SandboxPool(ProcessPool[SandboxWorker]):
    """Some workers that many threads share; a thread waits while all are busy."""

    def __init__(self, workers: int, arguments: Sequence[str] = _WORKER) -> None:
        """Have so many workers; none is started before it is needed."""
        super().__init__(SandboxWorker(arguments) for _ in range(workers))

    def extract(self, descriptor: int, kind: str, name: str, size: int) -> Extract:
        """Extract a document with a worker that is free; see `SandboxWorker.extract`.

        A large document, of `size` bytes, gets more time than a small one.
        """
        with self.child() as worker:
            timeout_s = _TIMEOUT_S + size * _TIMEOUT_PER_BYTE_S
            return worker.extract(descriptor, kind, name, timeout_s)


@cache
def walls() -> Confinement:
    """Return which walls stand on this system: one worker is started to tell, and ended.

    Raises OSError if it does not start.
    """
    worker = SandboxWorker()
    try:
        return worker.walls()
    except EOFError:
        raise OSError("the sandbox does not start") from None
    finally:
        worker.close()


@cache
def _warn(missing: tuple[str, ...]) -> None:
    """Say once what documents that are taken apart are not kept from."""
    _log.warning("documents are taken apart without these walls: %s", ", ".join(missing))
