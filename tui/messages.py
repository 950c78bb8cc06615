"""The facts that travel between workers, screens and the app. Handlers decide what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.worker import Worker, WorkerState

from store import (
    NO_DAEMON,
    Answer,
    DaemonActivity,
    DaemonStatus,
    Hit,
    Preview,
    Progress,
    Results,
    SkippedFile,
    Status,
    StoreBusy,
    StoreError,
    Topic,
)

from .request import Request


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
    daemon: DaemonStatus = NO_DAEMON
    """The background process, if there is one."""

    @property
    def is_indexing(self) -> bool:
        """Whether files are being read now; looking for changes does not count."""
        return self.progress is not None and self.progress.phase == "indexing"

    @property
    def is_served(self) -> bool:
        """Whether a background process keeps the index up to date, so that nobody else need."""
        return self.daemon.activity in {DaemonActivity.RUNNING, DaemonActivity.PAUSED}


@dataclass
class Answered(Message):
    """An answer to a request arrived; it may be late."""

    request: Request
    results: Results


@dataclass
class Refused(Message):
    """A request cannot be answered as it is, for instance half a regular expression."""

    request: Request
    sentence: str


@dataclass
class Likened(Message):
    """Documents like a hit were found."""

    hit: Hit
    results: Results


@dataclass
class Grown(Message):
    """The answer to a question grew."""

    answer: Answer


@dataclass
class Previewed(Message):
    """The text around a hit was read, or could not be."""

    hit: Hit
    preview: Preview | None
    problem: str = ""
    """Why there is no preview, in a few words."""
    content: Content | None = None
    """The preview ready to be shown."""


@dataclass
class Preferences(Message):
    """The user's own colours and keys were read."""

    theme: str
    """Empty if there is no preference."""
    keys: Mapping[str, str]


@dataclass
class StatusRead(Message):
    """What the index holds was read."""

    status: Status
    daemon: DaemonStatus


@dataclass
class SkippedRead(Message):
    """Which files were skipped was read."""

    files: tuple[SkippedFile, ...]


@dataclass
class TopicsRead(Message):
    """What the documents are about was read."""

    topics: tuple[Topic, ...]


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
