"""Engine: the one object that the commands and the terminal app talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from store import Filters, Folder, Hit, Mode, Results, Size, SkippedFile, Status
from tui import Preview, Progress

from .settings import Settings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a file is or is not indexed."""

    path: Path
    indexed: bool
    reason: str
    """One sentence for people, naming the rule, setting or error that decided."""
    chunks: int = 0


class Engine:
    """Search, status and indexing over one index. Opens the store when first needed."""

    def __init__(self, settings: Settings) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

    def search(
        self,
        text: str,
        *,
        mode: Mode = Mode.HYBRID,
        filters: Filters = Filters(),
        limit: int = 10,
        budget: int = 32,
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one (only the latter if budget is 0)."""

    def preview(self, hit: Hit, query: str) -> Preview: ...
    def status(self) -> Status: ...
    def skipped(self) -> tuple[SkippedFile, ...]: ...
    def size(self) -> Size: ...
    def folders(self) -> tuple[Folder, ...]: ...
    def add_folder(
        self,
        path: Path,
        *,
        name: str | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Folder:
        """Register a folder. Raises ValueError with a sentence for people."""

    def remove_folder(self, folder: Folder) -> None: ...
    def index(
        self,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Progress: ...
    def why(self, path: Path) -> Verdict: ...
    def read(self, path: Path) -> str:
        """Return a document's text as it is now, markup removed. Raises OSError, Unreadable."""

    def editor_command(self, hit: Hit) -> list[str]: ...
