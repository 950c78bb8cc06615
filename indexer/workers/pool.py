"""Who prepares documents: processes that help, or threads of this one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import Self

from ..embedding.embedder import Embedder
from ..processes import start
from .preparing import Item, Outcome, prepare

_LEAST_BYTES = 2 << 20
"""Of files to read; with fewer, a helper has started by the time that all is done."""
_MOST_WORKERS = 4
"""More than keep one process busy that stores what they made; each takes up to 150 MB."""
_THREADS = 2
"""Without helpers: one cuts text while the tokens of another's are made."""
_WORKER = ("-I", "-m", "indexer.workers.worker")


def workers_for(embedder: Embedder, work_bytes: int) -> int:
    """Return how many helpers pay for files of so many bytes; 0 to do without."""
    if work_bytes < _LEAST_BYTES or embedder.threads == 1 or not embedder.model.is_light:
        return 0
    return min(embedder.threads, _MOST_WORKERS)


class WorkerPool:
    """Prepares documents in the background. Use as a context manager."""

    def __init__(self, embedder: Embedder, workers: int) -> None:
        """Prepare with so many processes, which start when needed, or with none in this one."""
        self._embedder = embedder
        self._workers = [_Worker(embedder.model.folder) for _ in range(workers)]
        self._idle: LifoQueue[_Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._pool = ThreadPoolExecutor(workers or _THREADS, "prepare")
        self._is_closed = False
        self.room = 2 * (workers or _THREADS)
        """Lists of documents that are worth having under way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._is_closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.close()  # what is still being prepared ends with it
        self._pool.shutdown()

    def submit(self, items: Sequence[Item]) -> Future[list[Outcome]]:
        """Have documents prepared; see `prepare`."""
        return self._pool.submit(self._prepare, items)

    def _prepare(self, items: Sequence[Item]) -> list[Outcome]:
        if self._workers and items:
            worker = self._idle.get()
            try:
                outcomes = worker.prepare(items)
            finally:
                self._idle.put(worker)
            if outcomes is not None:
                return outcomes
            if self._is_closed:
                raise CancelledError
        return prepare(items, self._embedder.embed_passages)


class _Worker:
    """One process, or none yet. To be used by one thread at a time."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._is_of_use = True

    def prepare(self, items: Sequence[Item]) -> list[Outcome] | None:
        """Have documents prepared; None if the process died of it, or cannot be had."""
        if not self._is_of_use:
            return None
        try:
            connection = self._connection or self._start()
            connection.send(items)
            outcomes: list[Outcome] = connection.recv()
        except (EOFError, OSError):
            self.close()
            return None
        return outcomes

    def close(self) -> None:
        """End the process for good, whatever it is doing."""
        self._is_of_use = False
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _start(self) -> Connection:
        # A Ctrl-C is for this process, which ends in order.
        self._process, ours = start(_WORKER, own_session=True)
        self._connection = connection = Connection(ours.detach())
        connection.send(self._model.absolute())
        return connection
