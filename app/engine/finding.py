"""Searches for whoever shows no instant answer, made of the search that an engine has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import indexer
from store import Explain, Folder, Hit, ModelMismatch, Passage, Query, Results

from ..user.personal import Personal
from ..user.settings import Settings
from .similar import similar

if TYPE_CHECKING:
    from indexer import CurrentTexts

T = TypeVar("T")


def retried(ask: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield what is asked of the store, with the models that are looked up anew each time."""
    try:
        yield from ask()
    except ModelMismatch:  # perhaps an index of another model came in its place just now
        yield from ask()


class Finder(Personal):
    """What every engine makes of its own `search`."""

    def __init__(self, settings: Settings) -> None:
        """Have documents read as these settings want it, in all of this process."""
        super().__init__(settings)
        indexer.demand_walls(settings.sandbox == "required")

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders being indexed, ordered by name."""
        raise NotImplementedError

    def read(self, path: Path) -> tuple[Passage, ...]:
        """Return a document as it is now, in passages. Raises OSError or Unreadable."""
        return self._texts().read_now(path)

    def read_part(self, path: Path, address: str) -> str:
        """Return a part of a document, as in `page=3`. Raises OSError or Unreadable."""
        return self._texts().read_part(path, address)

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one. Raises StoreError or ModelError."""
        raise NotImplementedError

    def find(self, query: Query) -> Results:
        """Return the last and exact answer; an empty one if nothing is indexed."""
        last = Results(query, (), exact=True, explain=Explain(), confident=False)
        for last in self.search(query):  # noqa: B007 (the last one is wanted)
            pass
        return last

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return passages of other documents that are like a hit's. Raises StoreError."""
        return self.similar_to(hit.path, [hit.text], limit)

    def similar_to(self, path: Path, texts: Sequence[str], limit: int) -> Results:
        """Return passages of documents other than `path` that are like some texts of it."""
        return similar(self.find, path, texts, limit)

    def _texts(self) -> CurrentTexts:
        """Return what reads files by the rules that hold now."""
        return indexer.CurrentTexts(self.folders(), self._settings.max_file_bytes)
