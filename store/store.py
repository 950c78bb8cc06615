"""Store: read access to one index, and the way to its writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from .database.connection import designed_errors, open_reader, transaction
from .database.lock import WriterLock
from .database.meta import bytes_on_disk, get_number, measure
from .database.registry import read_copy
from .documents import catalogue, extracts, folders, skipped
from .lexical.idf import idf
from .maintenance import model_migration
from .maintenance.check import EVERYTHING, check
from .maintenance.repair import repair
from .search.context import SearchContext
from .search.loaded_index import LoadedIndex
from .search.scheduler import SearchScheduler
from .search.search import search
from .topics.topics import topics
from .values.errors import StoreDamaged, StoreError, StoreForeign
from .values.files import FileRecord, Folder, Signature, SkippedFile
from .values.health import Finding, IndexPart, Repair
from .values.passages import ReadKept, ReadText, ReadTexts
from .values.queries import Query
from .values.results import Results, Topic
from .values.status import CacheUse, FolderStatus, IndexModel, LastSeen, Migration, Size, Status
from .vectors import cache
from .vectors.models import SearchModels
from .writer import Writer

T = TypeVar("T")


class Store:
    """An index that may not exist yet. May be used by many threads at once.

    Every answer is taken from one snapshot: a writer at work is never half seen.
    """

    def __init__(self, path: Path, cache_percent: int = 1) -> None:
        """Keep recomputed embeddings in so many per cent of the bytes of the text."""
        self.path = path
        self._cache_percent = cache_percent
        self._local = threading.local()
        self._loaded = LoadedIndex()
        self._scheduler = SearchScheduler()

    def writer(self) -> Writer:
        """Return write access, to be used as a context manager. Entering raises StoreBusy."""
        return Writer(self.path)

    def close(self) -> None:
        """Close this thread's connection."""
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def forget(self) -> None:
        """Let go of what searches keep in memory."""
        self._loaded.forget()

    def folders(self) -> tuple[Folder, ...]:
        """Return the registered folders, ordered by name."""
        return self._ask(folders.folders, ())

    def file_at(self, folder: Folder, path: Path) -> FileRecord | None:
        """Return the indexed file at a path, or None."""
        return self._ask(lambda connection: catalogue.file_at(connection, folder, path), None)

    def known_files(self, folder: Folder) -> dict[str, Signature]:
        """Return relative path → signature of the folder's files, indexed or skipped."""
        return self._ask(lambda connection: catalogue.known_files(connection, folder.id), {})

    def skip_reasons(self, folder: Folder) -> dict[str, str]:
        """Return relative path → why a file of the folder was not indexed."""
        return self._ask(lambda connection: skipped.reasons(connection, folder.id), {})

    def last_seen(self, folder: Folder) -> LastSeen:
        """Return what the last scan saw of a folder."""
        return self._ask(lambda connection: folders.last_seen(connection, folder.id), LastSeen())

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed, ordered by path."""
        return self._ask(skipped.listed, ())

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
            cache=self._ask(cache.use, CacheUse()),
            made_with=self.index_model(),
            migration=self._migration(sum(one.files for one in statuses)),
        )

    @property
    def successor(self) -> Store:
        """The index that is being made with another model, if there is one."""
        return Store(model_migration.successor_path(self.path))

    def index_model(self) -> IndexModel | None:
        """Return the model that the index was made with, or None if there is none yet."""
        return self._ask(model_migration.index_model, None)

    def _migration(self, files: int) -> Migration | None:
        path = model_migration.successor_path(self.path)
        if not path.exists():
            return None
        try:
            with closing(open_reader(path)) as connection, designed_errors(path):
                return model_migration.migration(connection, self.index_model(), files)
        except (FileNotFoundError, StoreError):
            return None  # it is just beginning or being discarded, or the next run says what it is

    def size(self, dims: int) -> Size:
        """Return where the index's bytes go; `dims` are those of its embeddings."""
        return self._ask(lambda connection: measure(connection, self.path, dims), Size(0, 0, {}, 0))

    def bytes_on_disk(self) -> int:
        """Return the bytes of the database and what lies beside it under its name."""
        return bytes_on_disk(self.path)

    def file_ids(self) -> tuple[int, ...]:
        """Return the ids of the indexed files, which are those of their first chunks."""
        return self._ask(catalogue.first_chunks, ())

    def file(self, first_chunk: int) -> FileRecord | None:
        """Return the file of an id, or None if it is not indexed any more."""
        return self._ask(lambda connection: catalogue.file_from(connection, first_chunk), None)

    def idf(self, text: str) -> dict[int, float]:
        """Return term key → inverse document frequency of the terms of a text, for `terms`."""
        return self._ask(lambda one: idf(one, self._loaded.table(one), text), {})

    def topics(self, models: SearchModels, read: ReadText) -> tuple[Topic, ...]:
        """Return what the documents are about, the largest topic first. Raises ModelMismatch."""
        return self._ask(lambda one: topics(one, self._loaded.table(one), models, read), ())

    def paths(self) -> tuple[Path, ...]:
        """Return the paths of all indexed files."""
        return self._ask(catalogue.paths, ())

    def read_kept(self, record: FileRecord) -> ReadKept:
        """Return a function that reads the extracted text of a file, as it is in the index now."""
        return lambda span: self._ask(lambda one: extracts.reader(one, record)(span), b"")

    def check(self) -> tuple[Finding, ...]:
        """Look at every part of the index and return what is damaged."""
        lost = Finding(IndexPart.DATABASE, f"there is no index at {self.path} any more", EVERYTHING)
        copied = read_copy(self.path)
        try:
            return self._ask(check, (lost,) if copied else ())
        except (StoreDamaged, StoreForeign) as error:
            if isinstance(error, StoreForeign) and copied is None:
                raise  # nothing says that a file of ours was ever there
            what = getattr(error, "what", f"{self.path} is not an index any more")
            return (Finding(IndexPart.DATABASE, what, EVERYTHING),)

    def repair(self, findings: Sequence[Finding]) -> Repair:
        """Mend what a check found; the next index run does the rest. Raises StoreError."""
        self.close()
        self._loaded.forget()
        with WriterLock.beside(self.path):
            return repair(self.path, findings)

    def search(
        self,
        query: Query,
        models: SearchModels,
        read: ReadText,
        read_texts: ReadTexts,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Results]:
        """Yield the instant answer to a query and then, if the budget allows, the exact one.

        It is not made any more once the search is cancelled. Raises ModelMismatch if the index was
        made by another index model and the query is not about words alone, and BadQuery if it is a
        regular expression that is wrong.
        """
        give_way = partial(self._scheduler.give_way, is_cancelled)
        try:
            with self._snapshot() as connection:
                if query.mode.uses_meaning:
                    model_migration.check_models(connection, models)
                context = SearchContext.of(
                    connection, self._loaded, models, read, read_texts, give_way
                )
                yield from self._scheduler.of(search(query, context), is_cancelled)
                generation = get_number(connection, "generation")
                budget_bytes = get_number(connection, "text_bytes") * self._cache_percent // 100
        except FileNotFoundError:
            return
        done = context.recomputer
        if budget_bytes and (done.fresh or done.cache_hits):
            model = models.rank_fingerprint()
            cache.save(self.path, generation, model, done.fresh, budget_bytes, done.cache_hits)

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
