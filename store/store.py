"""Store: read access to one index, and the way to its writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import apsw

from . import catalogue, codes, folders
from .codes import ScanTable
from .connection import designed_errors, open_reader, transaction
from .errors import ModelMismatch
from .lock import WriterLock
from .models import SearchModels
from .search import Search
from .size import measure
from .sources import ReadTexts
from .types import (
    FileRecord,
    Folder,
    FolderStatus,
    Mode,
    Query,
    ReadText,
    Results,
    Size,
    SkippedFile,
    Status,
)
from .writer import Writer

T = TypeVar("T")


class Store:
    """An index that may not exist yet. May be used by many threads at once.

    Every answer is taken from one snapshot: a writer at work is never half seen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._table_lock = threading.Lock()
        self._table: tuple[int, ScanTable] | None = None

    def writer(self) -> Writer:
        """Return write access, to be used as a context manager. Entering raises StoreBusy."""
        return Writer(self.path)

    def close(self) -> None:
        """Close this thread's connection."""
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def folders(self) -> tuple[Folder, ...]:
        """Return the registered folders, ordered by name."""
        return self._ask(folders.folders, ())

    def file_at(self, folder: Folder, path: Path) -> FileRecord | None:
        """Return the indexed file at a path, or None."""
        return self._ask(lambda connection: catalogue.file_at(connection, folder, path), None)

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed, ordered by path."""
        return self._ask(catalogue.skipped_files, ())

    def status(self) -> Status:
        """Return what the index holds."""
        statuses: tuple[FolderStatus, ...] = self._ask(folders.folder_statuses, ())
        return Status(
            folders=statuses,
            files=sum(one.files for one in statuses),
            chunks=sum(one.chunks for one in statuses),
            skipped=sum(one.skipped for one in statuses),
            failed=sum(one.failed for one in statuses),
            writer=WriterLock.beside(self.path).holder(),
        )

    def size(self, dims: int) -> Size:
        """Return where the index's bytes go; `dims` are those of its embeddings."""
        return self._ask(lambda connection: measure(connection, self.path, dims), Size(0, 0, {}, 0))

    def search(
        self, query: Query, models: SearchModels, read: ReadText, read_texts: ReadTexts
    ) -> Iterator[Results]:
        """Yield the instant answer to a query and then, if the budget allows, the exact one.

        Raises ModelMismatch if the index was made by another index model and the query is not
        about words alone, and BadQuery if it is a regular expression that is wrong.
        """
        try:
            with self._snapshot() as connection:
                if query.mode in (Mode.HYBRID, Mode.SEMANTIC):
                    self._check_models(connection, models)
                table = self._scan_table(connection)
                yield from Search(connection, table, query, models, read, read_texts).run()
        except FileNotFoundError:
            return

    def _ask(self, question: Callable[[apsw.Connection], T], default: T) -> T:
        """Answer from one snapshot; `default` if there is no index yet."""
        try:
            with self._snapshot() as connection:
                return question(connection)
        except FileNotFoundError:
            return default

    @contextmanager
    def _snapshot(self) -> Iterator[apsw.Connection]:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = open_reader(self.path)
        with designed_errors(self.path), transaction(connection, write=False):
            yield connection

    def _scan_table(self, connection: apsw.Connection) -> ScanTable:
        generation = int(catalogue.get_meta(connection, "generation"))
        with self._table_lock:
            if self._table is None or self._table[0] != generation:
                next_chunk = int(catalogue.get_meta(connection, "next_chunk"))
                self._table = (generation, codes.load(connection, next_chunk))
            return self._table[1]

    def _check_models(self, connection: apsw.Connection, models: SearchModels) -> None:
        known = catalogue.get_meta(connection, "index_model")
        if known is not None and known != models.fingerprint:
            raise ModelMismatch(
                "the index was made with another index model; run `thimble index` to make it "
                "anew with the present one, or search with --mode lexical meanwhile"
            )
