"""Keeping workers: started when first needed, killed when they misbehave, replaced when worn."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from queue import LifoQueue
from time import monotonic
from types import TracebackType
from typing import Self

from ..formats.document import Unreadable
from ..formats.extract import Extract
from ..processes import start
from .protocol import BadAnswer, Request, receive_answer, send_request

_SHORTEST_S = 0.01
_TIMEOUT_S = 60.0
_TIMEOUT_PER_BYTE_S = 2e-6
"""A mailbox of 300 MB gets ten more minutes than a letter."""
_MOST_FILES = 500
_MOST_MEMORY_BYTES = 400 * 2**20
"""A worker that holds more after a document is replaced."""
_WORKER = ("-I", "-m", "indexer.sandbox.worker")


class SandboxWorker:
    """One worker, or none yet. To be used by one thread at a time."""

    def __init__(self, module: Sequence[str] = _WORKER) -> None:
        """Start workers with these arguments for Python; tests have a worker of their own."""
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._files = 0
        self.walls = ""
        """What the worker that was started last is confined by."""

    def extract(self, descriptor: int, kind: str, name: str, timeout_s: float) -> Extract:
        """Extract a document.

        Args:
            descriptor: of the document, open for reading.
            kind: what `recognise` made of it.
            name: the file's name.
            timeout_s: seconds after which the worker is killed, a start included.

        Raises Unreadable, also if the worker had to be killed.
        """
        deadline = monotonic() + timeout_s
        request = Request(kind, os.fsencode(name).decode("utf-8", "replace"))
        try:
            connection = self._connection(deadline)
            send_request(connection, request, descriptor)
            answer = receive_answer(connection, deadline)
        except TimeoutError:
            self.close()
            raise Unreadable("takes too long to read", failed=True) from None
        except BadAnswer as error:
            self.close()
            raise Unreadable(f"damaged: its reader {error}", failed=True) from None
        except (EOFError, OSError):
            raise Unreadable(f"damaged: its reader {self._epitaph()}", failed=True) from None
        self._files += 1
        if self._files >= _MOST_FILES or answer.memory_bytes > _MOST_MEMORY_BYTES:
            self.close()
        return answer.result()

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None
        self._files = 0

    def _connection(self, deadline: float) -> socket.socket:
        """Return the way to a worker, starting one if there is none alive."""
        if self._process is not None and self._process.poll() is not None:
            self.close()  # with the thread that started it, or by somebody's hand
        if self._socket is None:
            self._start(deadline)
        if self._socket is None:
            raise EOFError
        return self._socket

    def _start(self, deadline: float) -> None:
        self._process, ours = start(self._module)
        self._socket = ours
        ours.settimeout(max(deadline - monotonic(), _SHORTEST_S))
        told = b""
        while not told.endswith(b"\n"):
            piece = ours.recv(256)
            if not piece:
                raise EOFError
            told += piece
        self.walls = told.decode("ascii", "replace").removeprefix("ready: ").strip()

    def _epitaph(self) -> str:
        """Bury a dead worker and return what it died of."""
        code: int | None = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(1)
        self.close()
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return "ended early" if code is not None else "hung up"


class SandboxPool:
    """Some workers that many threads share; a thread waits while all are busy."""

    def __init__(self, workers: int, module: Sequence[str] = _WORKER) -> None:
        self._idle: LifoQueue[SandboxWorker] = LifoQueue()
        self._workers = [SandboxWorker(module) for _ in range(workers)]
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def extract(self, descriptor: int, kind: str, name: str, size: int) -> Extract:
        """Extract a document with the worker that was free last; see `Keeper.extract`.

        A large document, of `size` bytes, gets more time than a small one.
        """
        worker = self._idle.get()
        try:
            timeout_s = _TIMEOUT_S + size * _TIMEOUT_PER_BYTE_S
            return worker.extract(descriptor, kind, name, timeout_s)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.close()
