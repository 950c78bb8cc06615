"""The facts that travel between workers, screens and the app. Handlers decide what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.message import Message
from textual.worker import Worker, WorkerState

from store import Filters, Hit, Mode, Results, SkippedFile, Status, StoreBusy, StoreError

from .backend import Preview, Progress

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: the text and everything that narrows it."""

    text: str = ""
    mode: Mode = Mode.HYBRID
    folder: str | None = None
    """Name of the only folder searched, None for all."""
    types: tuple[str, ...] = ()
    days: int | None = None
    """Only files changed in this many days."""

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is on."""
        return bool(self.folder or self.types or self.days)

    def filters(self, now: float) -> Filters:
        """Return the filters as the store understands them; `now` is seconds since the epoch."""
        return Filters(
            folders=(self.folder,) if self.folder else (),
            types=self.types,
            since=now - self.days * DAY_S if self.days else None,
        )

    def without_filters(self) -> Request:
        """Return the same question, asked of everything."""
        return replace(self, folder=None, types=(), days=None)


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is known about the index: the app holds one, screens and widgets draw it."""

    status: Status | None = None
    """None until the index has been opened."""
    progress: Progress | None = None
    """None while no run is going on."""
    checked_at: float | None = None
    """When the last run ended well, seconds since the epoch."""
    is_paused: bool = False
    problem: str | None = None
    """Why the last run ended early."""

    @property
    def is_indexing(self) -> bool:
        """Whether files are being read now; looking for changes does not count."""
        return self.progress is not None and self.progress.phase == "indexing"


@dataclass
class Answered(Message):
    """An answer to a request arrived; it may be late."""

    request: Request
    results: Results


@dataclass
class Previewed(Message):
    """The text around a hit was read, or could not be."""

    hit: Hit
    preview: Preview | None
    problem: str = ""
    """Why there is no preview, in a few words."""


@dataclass
class StatusRead(Message):
    """What the index holds was read."""

    status: Status


@dataclass
class SkippedRead(Message):
    """Which files were skipped was read."""

    files: tuple[SkippedFile, ...]


@dataclass
class Progressed(Message):
    """An index run came further."""

    progress: Progress


@dataclass
class Indexed(Message):
    """An index run ended well."""

    status: Status


@dataclass
class Changed(Message):
    """Folders were added or removed, or the user came back from the editor."""


@dataclass
class Failed(Message):
    """Work in the background ended with an error that the user must see."""

    group: str
    """The group of the worker that failed."""
    sentence: str
    is_busy: bool
    """True when another process holds the index: waiting helps, nothing is broken."""


def failure(event: Worker.StateChanged) -> Failed | None:
    """Return what to tell the user about a worker's new state, None if nothing."""
    error = event.worker.error
    if event.state is not WorkerState.ERROR or error is None or event.worker.is_cancelled:
        return None
    if isinstance(error, StoreError | OSError):
        return Failed(event.worker.group, str(error), isinstance(error, StoreBusy))
    sentence = f"thimble ran into an error of its own ({type(error).__name__}: {error})."
    return Failed(event.worker.group, f"{sentence} Your files are untouched.", False)
