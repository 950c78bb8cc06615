"""Being the one process that changes the index: its lock, its connection, its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from ..database.connection import designed_errors, open_writer, transaction
from ..database.lock import WriterLock
from ..database.meta import get_number, set_meta
from ..database.private import make_private
from ..database.registry import write_copy
from ..documents import folders
from ..graph import hubs


class WriteAccess:
    """The lock and a connection that writes, while a block runs."""

    def __init__(self, path: Path, *, lock: WriterLock | None = None) -> None:
        """Write to the database at `path`, under a lock that is held already if it is given."""
        self._path = path
        self._lock = lock or WriterLock.beside(path)
        self._owns_lock = lock is None

    def __enter__(self) -> Self:
        make_private(self._path.parent)
        if self._owns_lock:
            self._lock.acquire()
        try:
            self._connection = open_writer(self._path)
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            with designed_errors(self._path), closing(self._connection):
                if kind is None:
                    write_copy(self._path, folders.folders(self._connection))
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.set_busy_timeout(0)  # a search under way need not be waited for
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            self._release()

    def _release(self) -> None:
        if self._owns_lock:
            self._lock.release()

    @contextmanager
    def _change(self) -> Iterator[apsw.Connection]:
        """Run a block as one transaction that gives the index a new generation."""
        with designed_errors(self._path), transaction(self._connection):
            yield self._connection
            hubs.seal(self._connection)
            generation = get_number(self._connection, "generation")
            set_meta(self._connection, "generation", generation + 1)
