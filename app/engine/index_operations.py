"""What an engine does to its index: which folders are in it, and bringing it up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from indexer import Scope
from store import Finding, Folder, Progress, Repair, Store

from ..user.settings import Settings
from .folders import check_root, free_name
from .indexing import Indexing, are_current, relink
from .models import Models


class IndexOperations:
    """Changes to the index of an engine, which has the attributes named here."""

    _settings: Settings
    _store: Store
    _models: Models

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders being indexed, ordered by name."""
        return self._store.folders()

    def add_folder(
        self,
        path: Path,
        *,
        name: str | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Folder:
        """Register a folder. Raises ValueError with a sentence for people, or StoreError."""
        folders = self.folders()
        root = check_root(path, folders)
        chosen = free_name(name, root, {folder.name for folder in folders})
        with self._store.writer() as writer:
            return writer.add_folder(chosen, root, include, exclude)

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder with everything indexed in it; its files are untouched."""
        with self._store.writer() as writer:
            writer.remove_folder(folder)

    def index(
        self,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool] = lambda: False,
        *,
        scopes: Mapping[int, Scope | None] | None = None,
        is_careful: bool = False,
    ) -> Progress:
        """Bring the index up to date; returns the last report. Raises StoreError, ModelError.

        With `scopes`, only those parts of the folders with these ids. A careful run, which nobody
        asked for, does not forget most of a folder at once.
        """
        self._models.refresh()
        indexing = Indexing(
            self._store,
            self._models,
            max_bytes=self._settings.max_file_bytes,
            report=report,
            is_cancelled=is_cancelled,
            scopes=scopes,
            is_careful=is_careful,
        )
        return indexing.run()

    def relink(
        self,
        report: Callable[[Progress], None] = lambda _: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Progress:
        """Choose all edges of the graph anew if so much has changed that searches find more then.

        It may take half as long as a first index; if cancelled, nothing is changed. Returns the
        last report. Raises StoreError or ModelError.
        """
        return relink(self._store, self._models, report, is_cancelled)

    def is_current(self, scopes: Mapping[int, Scope | None]) -> bool:
        """Return whether a run over these parts would change nothing. Writes nothing."""
        return are_current(self._store, scopes, max_bytes=self._settings.max_file_bytes)

    def check(self) -> tuple[Finding, ...]:
        """Look at every part of the index and return what is damaged. Raises StoreError."""
        return self._store.check()

    def repair(self, findings: Sequence[Finding]) -> Repair:
        """Mend what a check found; `index` does the rest. Raises StoreError."""
        return self._store.repair(findings)

    def compact(self) -> tuple[int, int]:
        """Give back all room of removed chunks; returns the index's bytes before and after."""
        before = self._store.bytes_on_disk()
        with self._store.writer() as writer:
            writer.compact(force=True)
        return before, self._store.bytes_on_disk()
