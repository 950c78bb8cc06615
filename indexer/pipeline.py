"""Bringing folders' index up to date: scan, read, chunk, embed, store.

Each batch of files is one transaction. Whatever stops a run, the batches before it stay, and the
next run goes on from there. Reading the next batch overlaps with embedding the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from store import (
    Changes,
    Folder,
    MovedFile,
    NewFile,
    Quantiser,
    Signature,
    SkippedFile,
    Vectors,
    Writer,
)

from .document import Unreadable
from .embedding.embedder import Embedder
from .readers import why_not_read
from .reading.ahead import ReadAhead, Reading
from .scanning.brake import forgettable
from .scanning.moves import MovedFrom
from .scanning.scan import FoundFile, Scan, scan
from .scanning.scope import Scope
from .tally import Tally

_BATCH_CHUNKS = 1024
_BATCH_FILES = 256
_UNSEEN = Signature(0, 0, 0)
"""Of what a rule refused or could not be looked at: read as soon as that is no longer so."""


@dataclass(slots=True)
class _Batch:
    """Changes being gathered."""

    files: list[NewFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    moved: list[MovedFile] = field(default_factory=list)
    chunks: int = 0

    @property
    def is_full(self) -> bool:
        things = len(self.files) + len(self.skipped) + len(self.moved)
        return self.chunks >= _BATCH_CHUNKS or things >= _BATCH_FILES

    @property
    def texts(self) -> list[str]:
        return [text for file in self.files for text in file.texts]

    @property
    def changes(self) -> Changes:
        return Changes(tuple(self.files), tuple(self.skipped), tuple(self.moved))


class Run:
    """One run over some folders. The tally may be read by other threads meanwhile."""

    def __init__(
        self,
        writer: Writer,
        embedder: Embedder,
        quantiser: Quantiser,
        *,
        max_bytes: int,
        report: Callable[[Tally], None],
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
        self.tally = Tally()

    def run(self, folders: Sequence[Folder]) -> Tally:
        """Bring folders up to date. Raises StoreError or ModelError; files raise nothing."""
        scans = [(folder, self._scan(folder)) for folder in folders]
        self.tally.phase = "indexing"
        with ReadAhead() as ahead:
            for folder, found in scans:
                if found.online:
                    self._update(folder, found, ahead)
        if not self._is_cancelled():
            self.tally.phase = "linking"
            self._report(self.tally)
            self._writer.link(self._quantiser)
            self._writer.compact()
            self.tally.phase = "done"
        self.tally.current = None
        self._report(self.tally)
        return self.tally

    def _scan(self, folder: Folder) -> Scan:
        self.tally.current = folder.path
        self._report(self.tally)
        seen = self._writer.last_seen(folder)
        outcome = scan(
            folder,
            self._writer.known_files(folder),
            scope=self._scopes.get(folder.id),
            last_root=seen.root,
            max_bytes=self._max_bytes,
            reason_by_name=why_not_read,
            is_cancelled=self._is_cancelled,
        )
        seen = replace(seen, root=outcome.root or seen.root)
        self._writer.set_last_seen(folder, seen, online=outcome.online)
        self.tally.files_total += len(outcome.found)
        self.tally.bytes_total += sum(file.signature.size for file in outcome.found)
        return outcome

    def _update(self, folder: Folder, outcome: Scan, readers: ReadAhead) -> None:
        gone = MovedFrom(folder, outcome, self._writer)
        with ThreadPoolExecutor(1, "embed") as pool:
            ahead: tuple[_Batch, Future[Vectors]] | None = None
            for batch in self._batches(folder, outcome, gone, readers):
                vectors = pool.submit(self._embedder.embed_passages, batch.texts)
                if ahead is not None:
                    self._commit(folder, *ahead)
                ahead = (batch, vectors)
            if ahead is not None:
                self._commit(folder, *ahead)
        if not self._is_cancelled():
            self._finish(folder, outcome, gone)

    def _batches(
        self, folder: Folder, outcome: Scan, gone: MovedFrom, readers: ReadAhead
    ) -> Iterator[_Batch]:
        batch = _Batch()
        for found, path, reading in readers.read(folder, outcome.found, gone):
            if self._is_cancelled():
                return
            self._take(folder, found, path, reading, gone, batch)
            self.tally.files_done += 1
            self.tally.bytes_done += found.signature.size
            self._report(self.tally)
            if batch.is_full:
                yield batch
                batch = _Batch()
        yield batch

    def _take(
        self,
        folder: Folder,
        found: FoundFile,
        path: Path,
        reading: Callable[[], Reading],
        gone: MovedFrom,
        batch: _Batch,
    ) -> None:
        """Read one file into the batch."""
        self.tally.current = path
        signature = found.signature
        try:
            read = reading()
            signature = read.source.signature
            if old := gone.old_place(found, read.source.digest):
                batch.moved.append(MovedFile(old, path, signature))
                return
            batch.files.append(read.new_file(folder, path))
            batch.chunks += len(batch.files[-1].spans)
        except FileNotFoundError:
            return
        except Unreadable as error:
            batch.skipped.append(
                SkippedFile(path, folder.id, signature, error.reason, error.failed)
            )
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            batch.skipped.append(SkippedFile(path, folder.id, signature, reason, failed=True))

    def _commit(self, folder: Folder, batch: _Batch, vectors: Future[Vectors]) -> None:
        self._writer.apply(folder, batch.changes, vectors.result(), self._quantiser)
        self.tally.indexed += len(batch.files)
        self.tally.moved += len(batch.moved)
        self.tally.skipped += sum(not one.failed for one in batch.skipped)
        self.tally.failed += sum(one.failed for one in batch.skipped)
        if self._writer.is_linking_due:
            self._writer.link(self._quantiser)

    def _finish(self, folder: Folder, outcome: Scan, gone: MovedFrom) -> None:
        """Forget what is gone, last, so that moves were recognised; note what was not read."""
        refused = [(path, reason, False) for path, _, reason in outcome.skipped]
        refused += [(path, reason, True) for path, reason in outcome.unreadable]
        noted = self._writer.skip_reasons(folder) if refused else {}
        skipped = tuple(
            SkippedFile(folder.path / path, folder.id, _UNSEEN, reason, failed)
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
        self.tally.removed += len(removed)
        self.tally.skipped += sum(not one.failed for one in skipped)
        self.tally.failed += sum(one.failed for one in skipped)
