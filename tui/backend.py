"""What the terminal app needs from the program. `app` passes the engine, tests pass a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .opening import Opening

if TYPE_CHECKING:  # so that a command which prints one line need not load the store
    from store import Filters, Folder, Hit, Mode, Results, SkippedFile, Status, Topic


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index run has come."""

    phase: str
    """`scanning`, `indexing`, `linking` or `done`; `relinking` comes by itself."""
    files_done: int
    files_total: int
    """Files to read in this run, as far as known."""
    bytes_done: int
    bytes_total: int
    skipped: int
    failed: int
    elapsed_s: float
    current: Path | None
    indexed: int = 0
    """Files whose chunks were made in this run."""
    moved: int = 0
    """Files found again at another place or under another date; nothing was embedded."""
    removed: int = 0
    relinked: float = 0.0
    """How far relinking has come, from 0 to 1."""

    @property
    def remaining_s(self) -> float | None:
        """Estimated seconds to go, None while unknown."""
        if not self.bytes_done or self.elapsed_s < 0.5:
            return None
        return self.elapsed_s * (self.bytes_total - self.bytes_done) / self.bytes_done


@dataclass(frozen=True, slots=True)
class Preview:
    """The part of a document around a hit, as plain text."""

    text: str
    first_line: int
    """1-based line number of the first line of `text`."""
    passage: tuple[int, int]
    """Character range of the hit's chunk in `text`."""
    highlights: tuple[tuple[int, int], ...]
    """Character ranges of matched words in `text`."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer."""

    text: str
    """Plain text, without citation marks."""
    citations: tuple[int, ...]
    """1-based numbers into `Answer.sources`."""
    supported: bool
    """False: the cited passages do not bear it out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer so far; each one yielded replaces the one before. The last has `done`."""

    question: str
    sentences: tuple[Sentence, ...]
    sources: tuple[Hit, ...]
    """What was handed to the answerer, in citation order."""
    found: bool
    """False: not in the documents; `sentences` is then empty."""
    backend: str
    """`extractive`, or the model's name and address."""
    done: bool
    notice: str = ""
    """One sentence if something went wrong, as when a server died and this is extractive."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered before, in the same conversation."""

    question: str
    answer: str


class ServiceState(StrEnum):
    """What the background process does."""

    OFF = "off"
    RUNNING = "running"
    PAUSED = "paused"
    LOST = "lost"
    """It was there and died."""


@dataclass(frozen=True, slots=True)
class Service:
    """The background process, as the screens show it."""

    state: ServiceState
    reason: str = ""
    """Why it is paused: `on battery`, `asked to`, …; empty otherwise."""
    pending: int = 0
    """Files waiting to be indexed."""


OFF = Service(ServiceState.OFF)


class Backend(Protocol):
    """The program behind the screens. Every method may block and is called from worker threads."""

    def search(
        self,
        text: str,
        *,
        mode: Mode,
        filters: Filters,
        limit: int,
        budget: int | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one unless cancelled. Raises StoreError.

        `budget` is the number of embeddings recomputed, None for the one of the settings.
        """

    def ask(
        self, question: str, *, filters: Filters, history: Sequence[Exchange]
    ) -> Iterator[Answer]:
        """Yield an answer sentence by sentence. Raises StoreError; a model's failure is told."""

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return passages of other documents that are like a hit's. Raises StoreError."""

    def topics(self) -> tuple[Topic, ...]:
        """Return what the documents are about, the largest topic first. Raises StoreError."""

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or cannot be read."""

    def status(self) -> Status:
        """Return what the index holds now."""

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed."""

    def add_folder(self, path: Path) -> Folder:
        """Register a folder. Raises ValueError with a sentence for people, or StoreError."""

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder; its files are untouched."""

    def index(
        self, report: Callable[[Progress], None], is_cancelled: Callable[[], bool]
    ) -> Progress:
        """Bring the index up to date, reporting a few times a second; returns the last report."""

    def service(self) -> Service:
        """Return the state of the background process."""

    def pause(self, paused: bool) -> None:
        """Stop background indexing, or let it go on; nothing happens if there is no daemon."""

    def opening(self, hit: Hit) -> Opening:
        """Return how to open a hit at its line or page. Raises OSError if that cannot be."""

    def reveal_command(self, path: Path) -> list[str]:
        """Return the command that shows a file in its folder. Raises OSError if there is none."""

    def moment(self, text: str) -> float:
        """Return the seconds since the epoch that `2w` or `2026-01-31` means. Raises BadQuery."""

    def history(self) -> tuple[str, ...]:
        """Return what was searched for, the latest first."""

    def remember(self, text: str) -> None:
        """Add to the history. What cannot be written is forgotten."""

    def settings(self) -> Mapping[str, str]:
        """Return each setting's value as text, empty if it is not set."""

    def keys(self) -> Mapping[str, str]:
        """Return the user's own keys: id of a command to keys, joined by commas."""

    def set_setting(self, key: str, value: str | None) -> None:
        """Write a setting, None takes it out. Raises ValueError with a sentence, or OSError."""
