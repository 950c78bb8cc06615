"""Searches for whoever shows no instant answer, made of the search that an engine has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from store import Explain, Filters, Hit, Mode, ModelMismatch, Query, Results

from ..user.personal import Personal
from .similar import similar

T = TypeVar("T")


def last_of(answers: Iterable[Results], query: Query) -> Results:
    """Return the last answer to a query; an empty one if there is none, as nothing is indexed."""
    last = Results(query, (), exact=True, explain=Explain(), confident=False)
    for last in answers:  # noqa: B007 (the last one is wanted)
        pass
    return last


def retried(ask: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield what is asked of the store, with the models that are looked up anew each time."""
    try:
        yield from ask()
    except ModelMismatch:  # perhaps an index of another model came in its place just now
        yield from ask()


class Finder(Personal):
    """What every engine makes of its own `search`."""

    def search(
        self,
        text: str,
        *,
        mode: Mode = Mode.HYBRID,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        budget: int | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one. Raises StoreError or ModelError."""
        raise NotImplementedError

    def find(
        self,
        text: str,
        *,
        mode: Mode = Mode.HYBRID,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        budget: int | None = None,
    ) -> Results:
        """Return the last and exact answer; an empty one if nothing is indexed."""
        query = Query(text, limit, mode, filters)
        return last_of(
            self.search(text, mode=mode, filters=filters, limit=limit, budget=budget), query
        )

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return passages of other documents that are like a hit's. Raises StoreError."""
        return self.similar_to(hit.path, [hit.text], limit)

    def similar_to(self, path: Path, texts: Sequence[str], limit: int) -> Results:
        """Return passages of documents other than `path` that are like some texts of it."""
        return similar(
            lambda text, most: self.find(text, mode=Mode.SEMANTIC, limit=most), path, texts, limit
        )
