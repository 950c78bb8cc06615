"""Who prepares documents: worker processes, or threads of this one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from store import ChildProcess, ProcessPool

from ..embedding.embedder import Embedder
from .preparing import Item, Outcome, prepare

_LEAST_BYTES = 2 << 20
"""Of files to read; with fewer, a worker has started by the time that all is done."""
_MOST_WORKERS = 4
"""More than keep one process busy that stores what they made; each takes up to 150 MB."""
_THREADS = 2
"""Without workers: one cuts text while the tokens of another's are made."""
_WORKER = ("-I", "-m", "indexer.workers.worker")


def workers_for(embedder: Embedder, work_bytes: int) -> int:
    """Return how many workers pay for files of so many bytes; 0 to do without."""
    if work_bytes < _LEAST_BYTES or embedder.threads == 1 or not embedder.model.is_light:
        return 0
    return min(embedder.threads, _MOST_WORKERS)


class WorkerPool:
    """Prepares documents in the background. Use as a context manager."""

    def __init__(self, embedder: Embedder, workers: int) -> None:
        """Prepare with so many processes, which start when needed, or with none in this one."""
        self._embedder = embedder
        self._has_workers = workers > 0
        self._workers = ProcessPool(_Worker(embedder.model.folder) for _ in range(workers))
        self._threads = ThreadPoolExecutor(workers or _THREADS, "prepare")
        self._is_closed = False
        self.room = 2 * (workers or _THREADS)
        """Batches of documents that are worth having under way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._is_closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._workers.close()  # what is still being prepared ends with it
        self._threads.shutdown()

    def submit(self, items: Sequence[Item]) -> Future[list[Outcome]]:
        """Have documents prepared; see `prepare`."""
        return self._threads.submit(self._prepare, items)

    def _prepare(self, items: Sequence[Item]) -> list[Outcome]:
        if self._has_workers and items:
            with self._workers.child() as worker:
                outcomes = worker.prepare(items)
            if outcomes is not None:
                return outcomes
            if self._is_closed:
                raise CancelledError
        return prepare(items, self._embedder.embed_passages)


class _Worker:
    """A process that prepares documents, until it fails once. For one thread at a time."""

    def __init__(self, model: Path) -> None:
        self._model = model
        # A Ctrl-C is for this process, which ends in order.
        self._child = ChildProcess(_WORKER, own_session=True)
        self._connection: Connection | None = None

    def prepare(self, items: Sequence[Item]) -> list[Outcome] | None:
        """Have documents prepared; None if the process died of it, or cannot be had."""
        try:
            self._connection = connection = self._connection or self._start()
            connection.send(items)
            outcomes: list[Outcome] = connection.recv()
        except (EOFError, OSError):
            self.close()
            self._connection = None
            return None
        return outcomes

    def close(self) -> None:
        """End the process for good, whatever it is doing; may be called from any thread."""
        self._child.close()

    def _start(self) -> Connection:
        connection = Connection(os.dup(self._child.start().fileno()))
        connection.send(self._model.absolute())
        return connection
