"""The one process that changes the index: a lock, and writes that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw
import numpy as np

from . import analysis, cache, catalogue, codes, compaction, edges, folders, hubs, words
from .connection import designed_errors, open_writer, transaction
from .errors import StoreError
from .linking import GraphParameters
from .lock import WriterLock
from .meta import get_meta, get_number, set_meta
from .points import Places
from .quantiser import Quantiser
from .registry import write_copy
from .renewal import plan_renewal
from .types import Changes, Folder, MovedFile, NewFile, Signature, Vectors

_DERIVED_TABLES = ["file", "skipped", "tombstone", "codes", "hub", "edges", "segment", "postings"]
"""Made from documents and a model; may be dropped and made anew."""


class Writer:
    """Write access to the index. Use as a context manager; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = WriterLock.beside(path)
        self._places = Places()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            self._connection = open_writer(self._path)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            with designed_errors(self._path):
                if kind is None:
                    write_copy(self._path, folders.folders(self._connection))
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.set_busy_timeout(0)  # a search under way need not be waited for
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self._connection.close()
        finally:
            self._lock.release()

    def adopt_models(self, fingerprint: str) -> bool:
        """Say which index model the codes come from.

        If the index holds codes of another one, everything derived from documents is dropped,
        since vectors of two models cannot be compared. Returns whether that happened.
        """
        with self._change() as connection:
            known = get_meta(connection, "index_model")
            if known == fingerprint:
                return False
            for table in _DERIVED_TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            cache.clear(connection)
            set_meta(connection, "next_chunk", 1)
            set_meta(connection, "next_unlinked", 1)
            set_meta(connection, "index_model", fingerprint)
            return known is not None

    def add_folder(
        self, name: str, path: Path, include: Iterable[str], exclude: Iterable[str]
    ) -> Folder:
        """Register a folder."""
        with self._change() as connection:
            return folders.insert_folder(connection, name, path, include, exclude)

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder with everything indexed in it."""
        with self._change() as connection:
            folders.delete_folder(connection, folder.id)
            _merge(connection)

    def set_online(self, folder: Folder, online: bool) -> None:
        """Record whether a folder can be seen."""
        if folder.online != online:
            with self._change() as connection:
                folders.set_online(connection, folder.id, online)

    def known_files(self, folder: Folder) -> dict[str, Signature]:
        """Return relative path → signature of the folder's files, indexed or skipped."""
        return catalogue.known_files(self._connection, folder.id)

    def digests(self, folder: Folder) -> dict[str, bytes]:
        """Return relative path → digest of the folder's indexed files."""
        return catalogue.digests(self._connection, folder.id)

    def skip_reasons(self, folder: Folder) -> dict[str, str]:
        """Return relative path → why a file of the folder was not indexed."""
        return catalogue.skip_reasons(self._connection, folder.id)

    def apply(
        self, folder: Folder, changes: Changes, vectors: Vectors, quantiser: Quantiser
    ) -> None:
        """Make some changes in a folder, all or none.

        Args:
            folder: the folder they concern.
            changes: what to change.
            vectors: embeddings of the chunks of `changes.files` in order, shape (chunks, dims).
            quantiser: makes the codes.
        """
        with self._change() as connection:
            for moved in changes.moved:
                self._move(connection, folder, moved)
            for path in changes.removed:
                self._forget(connection, folder, path)
            for skipped in changes.skipped:
                directory = self._forget(connection, folder, skipped.path)
                catalogue.insert_skipped(connection, skipped, directory)
            first = get_number(connection, "next_chunk")
            if changes.files:
                self._insert(connection, folder, changes.files, vectors, quantiser)
            elif changes.removed:
                _merge(connection)
        self._places.append(first, quantiser.project(vectors))

    @property
    def unlinked(self) -> int:
        """Number of chunks whose places are kept in memory until `link` is called."""
        return self._places.count

    def link(
        self,
        quantiser: Quantiser,
        parameters: GraphParameters = GraphParameters(),  # noqa: B008 (frozen)
    ) -> None:
        """Take chunks that came since the last time into the graph, and mend it around dead ones.

        Until then they are found without the graph.
        """
        with designed_errors(self._path), transaction(self._connection, write=False):
            renewal = plan_renewal(self._connection, quantiser, self._places, parameters)
        if renewal is not None:
            with self._change() as connection:
                edges.store(connection, renewal.edges, renewal.blocks)
                hubs.add(connection, renewal.hubs, renewal.hub_places, quantiser)
                set_meta(connection, "next_unlinked", renewal.next_unlinked)
        self._places = Places()

    def compact(self, *, force: bool = False) -> bool:
        """Give back the room of dead chunks if there are many; returns whether there were.

        To be called when a run has ended: words are packed then, too.
        """
        with designed_errors(self._path):
            next_chunk = get_number(self._connection, "next_chunk")
            packing_is_due = words.is_packing_due(self._connection, next_chunk)
        if packing_is_due:
            with self._change() as connection:
                words.pack(connection, codes.live_mask(connection, next_chunk))
        with designed_errors(self._path):
            if not force and not compaction.is_worthwhile(self._connection, next_chunk):
                return False
        with self._change() as connection:
            compaction.compact(connection, next_chunk)
        self._places = Places()
        return True

    def _insert(
        self,
        connection: apsw.Connection,
        folder: Folder,
        files: Sequence[NewFile],
        vectors: Vectors,
        quantiser: Quantiser,
    ) -> None:
        terms = [analysis.terms(text) for file in files for text in file.texts]
        if len(terms) != len(vectors):
            raise ValueError(f"{len(terms)} chunks but {len(vectors)} embeddings")
        _refuse_bad(vectors, quantiser)
        first = next_chunk = get_number(connection, "next_chunk")
        for file in files:
            directory = self._forget(connection, folder, file.path)
            catalogue.insert_file(connection, file, directory, next_chunk)
            next_chunk += len(file.spans)
        lengths = np.array([len(keys) for keys in terms])
        codes.append(connection, first, quantiser.encode(vectors), lengths)
        words.add_chunks(connection, first, terms)
        set_meta(connection, "next_chunk", next_chunk)
        _merge(connection)

    def _move(self, connection: apsw.Connection, folder: Folder, moved: MovedFile) -> None:
        source, target = (
            (
                catalogue.directory_id(connection, folder.id, _parent(folder, path)),
                os.fsencode(path.name),
            )
            for path in (moved.old, moved.new)
        )
        if source != target:
            catalogue.forget_file(connection, *target)
        catalogue.relocate_file(connection, source, target, moved.signature)

    def _forget(self, connection: apsw.Connection, folder: Folder, path: Path) -> int:
        directory = catalogue.directory_id(connection, folder.id, _parent(folder, path))
        catalogue.forget_file(connection, directory, os.fsencode(path.name))
        return directory

    @contextmanager
    def _change(self) -> Iterator[apsw.Connection]:
        """Run a block as one transaction that gives the index a new generation."""
        with designed_errors(self._path), transaction(self._connection):
            yield self._connection
            hubs.seal(self._connection)
            generation = get_number(self._connection, "generation")
            set_meta(self._connection, "generation", generation + 1)


def _refuse_bad(vectors: Vectors, quantiser: Quantiser) -> None:
    """Raise StoreError if vectors cannot be a model's: they would spoil every later search."""
    if vectors.shape[1:] != (quantiser.dims,):
        raise StoreError(
            f"the model gives embeddings of shape {vectors.shape[1:]} where {quantiser.dims} "
            "dimensions are expected; nothing was written: check the setting index_model"
        )
    if not np.isfinite(vectors).all():
        raise StoreError(
            "the model gives embeddings that are not finite numbers; nothing was written: "
            "check the setting index_model"
        )


def _merge(connection: apsw.Connection) -> None:
    words.merge(connection, codes.live_mask(connection, get_number(connection, "next_chunk")))


def _parent(folder: Folder, path: Path) -> Path:
    return path.parent.relative_to(folder.path)
