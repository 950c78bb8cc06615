"""What an index run takes in: files are read here, in batches, and prepared by the worker pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from store import Folder, MovedFile, NewFile, Signature, SkippedFile, Vectors

from .formats.document import Unreadable, UnreadableHere
from .reading.ahead import ReadAhead, Reading
from .scanning.moves import MovedFrom
from .scanning.scan import FoundFile
from .workers import Item, Outcome, Prepared, WorkerPool

_BATCH_BYTES = 1 << 18
"""A quarter of a second's work, so that a run ends soon when it is to."""
_BATCH_FILES = 64
_POLL_S = 0.1
UNSEEN = Signature(0, 0, 0)
"""Of what a rule refused or could not be looked at: read as soon as that is no longer so."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was when it was read."""

    path: Path
    signature: Signature
    digest: bytes

    def new_file(self, folder: Folder, prepared: Prepared) -> NewFile:
        """Return it with what was made of its content."""
        return NewFile(
            folder_id=folder.id,
            path=self.path,
            signature=self.signature,
            digest=self.digest,
            kind=prepared.kind,
            encoding=prepared.encoding,
            spans=prepared.spans,
            outline=prepared.outline,
            terms=prepared.terms,
            parts=prepared.parts,
            extracted=prepared.extracted,
        )


@dataclass(slots=True)
class Batch:
    """Files that are prepared together, and what was found out about others among them."""

    files: list[ReadFile] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Their contents."""
    new: list[NewFile] = field(default_factory=list)
    """Those of the files that could be prepared."""
    vectors: list[Vectors] = field(default_factory=list)
    """Embeddings of the chunks of each of these."""
    moved: list[MovedFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    count: int = 0
    """Files that were looked at."""
    bytes: int = 0
    """Of those."""
    last: Path | None = None

    @property
    def is_full(self) -> bool:
        """Whether it is time to have them prepared."""
        return self.bytes >= _BATCH_BYTES or self.count >= _BATCH_FILES


class Intake:
    """Takes in the files of one folder."""

    def __init__(
        self,
        folder: Folder,
        gone: MovedFrom,
        readers: ReadAhead,
        pool: WorkerPool,
        is_cancelled: Callable[[], bool],
    ) -> None:
        """Make one; once cancelled it yields nothing more."""
        self._folder = folder
        self._gone = gone
        self._readers = readers
        self._pool = pool
        self._is_cancelled = is_cancelled

    def prepared(self, files: Iterable[FoundFile]) -> Iterator[Batch]:
        """Yield files in order, prepared; some batches are under way meanwhile.

        Raises ModelError.
        """
        pending: deque[tuple[Batch, Future[list[Outcome]]]] = deque()
        for batch in self._batches(files):
            pending.append((batch, self._pool.submit(batch.items)))
            if len(pending) > self._pool.room:
                yield from self._waited_for(*pending.popleft())
        while pending:
            yield from self._waited_for(*pending.popleft())

    def _waited_for(self, batch: Batch, outcomes: Future[list[Outcome]]) -> Iterator[Batch]:
        """Yield a batch once it is prepared, unless cancelled before that."""
        while not self._is_cancelled():
            if wait([outcomes], _POLL_S).done:
                self._settle(batch, outcomes.result())
                yield batch
                return

    def _settle(self, batch: Batch, outcomes: Iterable[Outcome]) -> None:
        """Put into the batch what became of its files."""
        for file, outcome in zip(batch.files, outcomes, strict=True):
            if isinstance(outcome, Unreadable):
                self._skip(batch, file.path, file.signature, outcome.reason, failed=outcome.failed)
            else:
                batch.new.append(file.new_file(self._folder, outcome))
                batch.vectors.append(outcome.vectors)

    def _batches(self, files: Iterable[FoundFile]) -> Iterator[Batch]:
        batch = Batch()
        for file, path, reading in self._readers.read(self._folder, files, self._gone):
            if self._is_cancelled():
                return
            self._take(file, path, reading, batch)
            if batch.is_full:
                yield batch
                batch = Batch()
        yield batch

    def _take(
        self, file: FoundFile, path: Path, reading: Callable[[], Reading], batch: Batch
    ) -> None:
        """Read one file into the batch."""
        signature = file.signature
        batch.last = path
        batch.count += 1
        batch.bytes += signature.size
        try:
            read = reading()
            signature = read.signature
            if old := self._gone.old_place(file, read.digest):
                batch.moved.append(MovedFile(old, path, signature))
                return
            batch.items.append(Item(path.name, read.content()))
            batch.files.append(ReadFile(path, signature, read.digest))
        except FileNotFoundError:
            return
        except UnreadableHere as error:
            self._skip(batch, path, UNSEEN, error.reason, failed=error.failed)
        except Unreadable as error:
            self._skip(batch, path, signature, error.reason, failed=error.failed)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            self._skip(batch, path, signature, reason, failed=True)

    def _skip(
        self, batch: Batch, path: Path, signature: Signature, reason: str, *, failed: bool
    ) -> None:
        batch.skipped.append(SkippedFile(path, self._folder.id, signature, reason, failed))
