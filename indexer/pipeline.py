"""Bringing folders' index up to date: scan, read, chunk, embed, store.

Files are stored a transaction at a time. Whatever stops a run, those before it stay, and the
next run goes on from there. Files are read here, cut and embedded by the worker pool, a batch at a
time and some batches ahead, and stored here in the order in which they were found. A transaction
holds several batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import numpy as np

from store import (
    AwayFolder,
    Changes,
    Folder,
    MovedFile,
    NewFile,
    Progress,
    Quantiser,
    SkippedFile,
    Vectors,
    Writer,
)

from .embedding.embedder import Embedder
from .intake import UNSEEN, Batch, Intake
from .reading.ahead import ReadAhead
from .scanning.deletion_guard import forgettable
from .scanning.moves import MovedFrom
from .scanning.scan import Scan, scan
from .scanning.scope import Scope
from .workers import WorkerPool, workers_for

_TRANSACTION_CHUNKS = 1024
_TRANSACTION_FILES = 256


@dataclass(slots=True)
class _Transaction:
    """Changes being gathered, with the embeddings of the chunks of its files."""

    files: list[NewFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    moved: list[MovedFile] = field(default_factory=list)
    vectors: list[Vectors] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.files or self.skipped or self.moved)

    @property
    def is_full(self) -> bool:
        things = len(self.files) + len(self.skipped) + len(self.moved)
        return sum(map(len, self.vectors)) >= _TRANSACTION_CHUNKS or things >= _TRANSACTION_FILES

    @property
    def changes(self) -> Changes:
        return Changes(tuple(self.files), tuple(self.skipped), tuple(self.moved))


class Run:
    """One run over some folders. Other threads may read its progress meanwhile."""

    def __init__(
        self,
        writer: Writer,
        embedder: Embedder,
        quantiser: Quantiser,
        *,
        max_bytes: int,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
        scopes: Mapping[int, Scope | None] | None = None,
        is_careful: bool = False,
    ) -> None:
        """Look at all of each folder, or at what `scopes` says by its id.

        A careful run is one that nobody asked for: it does not forget most of a folder at once.
        """
        self._writer = writer
        self._embedder = embedder
        self._quantiser = quantiser
        self._max_bytes = max_bytes
        self._report = report
        self._is_cancelled = is_cancelled
        self._scopes = {} if scopes is None else scopes
        self._is_careful = is_careful
        self._started = monotonic()
        self.progress = Progress()

    def run(self, folders: Sequence[Folder]) -> Progress:
        """Bring folders up to date. Raises StoreError or ModelError; files raise nothing."""
        scans = [(folder, self._scan(folder)) for folder in folders]
        self._advance(phase="indexing")
        with ReadAhead() as ahead:
            for folder, outcome in scans:
                if outcome.online:
                    self._update(folder, outcome, ahead)
        if not self._is_cancelled():
            self._advance(phase="linking")
            self._report(self.progress)
            self._writer.link(self._quantiser)
            self._writer.compact()
            self._advance(phase="done")
        self._advance(current=None)
        self._report(self.progress)
        return self.progress

    def _scan(self, folder: Folder) -> Scan:
        self._advance(current=folder.path)
        self._report(self.progress)
        seen = self._writer.last_seen(folder)
        outcome = scan(
            folder,
            self._writer.known_files(folder),
            scope=self._scopes.get(folder.id),
            last_root=seen.root,
            max_bytes=self._max_bytes,
            is_cancelled=self._is_cancelled,
        )
        seen = replace(seen, root=outcome.root or seen.root)
        self._writer.set_last_seen(folder, seen, online=outcome.online)
        away = [
            AwayFolder(folder.path / path if path else folder.path, reason)
            for path, reason in outcome.unreadable
        ]
        self._advance(
            away=(*self.progress.away, *away),
            files_total=self.progress.files_total + len(outcome.found),
            bytes_total=self.progress.bytes_total
            + sum(file.signature.size for file in outcome.found),
        )
        return outcome

    def _update(self, folder: Folder, outcome: Scan, readers: ReadAhead) -> None:
        gone = MovedFrom(folder, outcome, self._writer)
        work_bytes = sum(file.signature.size for file in outcome.found)
        workers = 0 if self._is_careful else workers_for(self._embedder, work_bytes)
        with WorkerPool(self._embedder, workers) as pool:
            intake = Intake(folder, gone, readers, pool, self._is_cancelled)
            transaction = _Transaction()
            for batch in intake.prepared(outcome.found):
                self._gather(batch, transaction)
                if transaction.is_full:
                    self._commit(folder, transaction)
                    transaction = _Transaction()
            if not (transaction.is_empty or self._is_cancelled()):
                self._commit(folder, transaction)
        if not self._is_cancelled():
            self._finish(folder, outcome, gone)

    def _gather(self, batch: Batch, transaction: _Transaction) -> None:
        """Add a batch to a transaction."""
        transaction.files += batch.new
        transaction.vectors += batch.vectors
        transaction.moved += batch.moved
        transaction.skipped += batch.skipped
        self._advance(
            current=batch.last,
            files_done=self.progress.files_done + batch.count,
            bytes_done=self.progress.bytes_done + batch.bytes,
        )
        self._report(self.progress)

    def _commit(self, folder: Folder, transaction: _Transaction) -> None:
        none = np.empty((0, self._quantiser.dims), dtype=np.float32)
        vectors = np.concatenate([none, *transaction.vectors])
        self._writer.apply(folder, transaction.changes, vectors, self._quantiser)
        self._advance(
            indexed=self.progress.indexed + len(transaction.files),
            moved=self.progress.moved + len(transaction.moved),
        )
        self._count_skipped(transaction.skipped)
        if self._writer.is_linking_due:
            self._writer.link(self._quantiser)

    def _finish(self, folder: Folder, outcome: Scan, gone: MovedFrom) -> None:
        """Forget what is gone, last, so that moves were recognised; note what was not read."""
        refused = [(path, reason, False) for path, _, reason in outcome.skipped]
        refused += [(path, reason, True) for path, reason in outcome.unreadable]
        noted = self._writer.skip_reasons(folder) if refused else {}
        skipped = tuple(
            SkippedFile(folder.path / path, folder.id, UNSEEN, reason, failed)
            for path, reason, failed in refused
            if noted.get(path) != reason
        )
        forgotten = forgettable(
            self._writer,
            folder,
            outcome,
            gone.left,
            is_whole=self._scopes.get(folder.id) is None,
            is_careful=self._is_careful,
        )
        removed = tuple(folder.path / path for path in (*forgotten, *outcome.ignored))
        if skipped or removed:
            none = np.empty((0, self._quantiser.dims), dtype=np.float32)
            changes = Changes(skipped=skipped, removed=removed)
            self._writer.apply(folder, changes, none, self._quantiser)
        self._advance(removed=self.progress.removed + len(removed))
        self._count_skipped(skipped)

    def _count_skipped(self, skipped: Sequence[SkippedFile]) -> None:
        failed = sum(one.failed for one in skipped)
        self._advance(
            skipped=self.progress.skipped + len(skipped) - failed,
            failed=self.progress.failed + failed,
        )

    def _advance(self, **changes: Any) -> None:
        elapsed_s = monotonic() - self._started
        self.progress = replace(self.progress, elapsed_s=elapsed_s, **changes)
