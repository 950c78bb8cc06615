"""What the terminal app needs from the program. `app` passes the engine, tests pass a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # so that a command which prints one line need not load the store
    from store import (
        Answer,
        DaemonStatus,
        Exchange,
        Folder,
        Hit,
        Opening,
        Preview,
        Progress,
        Query,
        Results,
        SkippedFile,
        Status,
        TextStyle,
        Topic,
    )


class Backend(Protocol):
    """The program behind the screens. Every method may block and is called from worker threads."""

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one unless cancelled. Raises StoreError."""

    def ask(self, query: Query, history: Sequence[Exchange]) -> Iterator[Answer]:
        """Yield an answer sentence by sentence. Raises StoreError; a model's failure is told."""

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return passages of other documents that are like a hit's. Raises StoreError."""

    def topics(self) -> tuple[Topic, ...]:
        """Return what the documents are about, the largest topic first. Raises StoreError."""

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or cannot be read."""

    def text_style(self, path: Path) -> TextStyle:
        """Return how the text of a file is best shown; its name tells, so this never blocks."""

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

    def daemon_status(self) -> DaemonStatus:
        """Return the state of the background process."""

    def pause(self, paused: bool) -> None:
        """Stop background indexing, or let it go on; nothing happens if there is no daemon."""

    def opening(self, hit: Hit) -> Opening:
        """Return how to open a hit at its line or page. Raises OSError if that cannot be."""

    def start(self, opening: Opening) -> None:
        """Start the program; wait for it if it takes the terminal. Raises OSError without it."""

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
