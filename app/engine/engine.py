"""Engine: the one object that the commands and the terminal app talk to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Self

import indexer
from store import (
    NO_DAEMON,
    Answer,
    DaemonStatus,
    Exchange,
    FileExplanation,
    Hit,
    Preview,
    Query,
    Results,
    Size,
    SkippedFile,
    Status,
    Store,
    Topic,
)

from ..user.settings import Settings
from .documents import explain_file, preview
from .finding import Finder, retried
from .index_operations import IndexOperations
from .models import Models
from .presenting import presented, widened

if TYPE_CHECKING:
    from .benchmark import Bench


class Engine(IndexOperations, Finder):
    """Search, status and indexing over one index. Opens the store when first needed."""

    def __init__(self, settings: Settings, notify: Callable[[str], None] = lambda _: None) -> None:
        """Make an engine; `notify` is told, in a sentence, what takes long or went wrong."""
        super().__init__(settings)
        self._store = Store(settings.paths.index / "thimble.db", settings.cache_percent)
        self._models = Models(settings, self._store.index_model, self._excerpts, notify)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._store.close()

    def follow(self, latest: Callable[[], Settings]) -> None:
        """Ask for the settings anew at each index run, as another process may choose models."""
        self._models.latest = latest

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one (only one if nothing is recomputed).

        Once it is cancelled the exact one is not made any more. Raises StoreError or ModelError.
        """
        if query.mode.uses_meaning:
            self._models.load_ahead()
        budget = self._settings.budget if query.budget is None else query.budget
        wanted = widened(replace(query, budget=budget))
        texts = self._texts()

        def answers() -> Iterator[Results]:
            return self._store.search(
                wanted, self._models.search, texts.read_back, texts.read_texts, is_cancelled
            )

        for results in retried(answers):
            yield presented(results, query, time())

    def ask(self, query: Query, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        """Yield an answer to a question sentence by sentence; `history` is what was asked before.

        Raises StoreError; a model's failure is told.
        """
        from ..ask import Answerer  # a search needs none of its patterns

        answerer = Answerer(
            find=self.find,
            idf=self._store.idf,
            models=lambda: self._models.search,
            server=self._settings.ask_server,
            model=self._settings.ask_model,
            user=self._settings.ask_server_user,
            how=self._settings.ask_search,
            timeout_s=self._settings.ask_timeout_s,
            environ=os.environ,
        )
        return answerer.answer(query, history)

    def daemon_status(self) -> DaemonStatus:
        """Return how the background process is: there is none behind this object."""
        return NO_DAEMON

    def pause(self, paused: bool) -> None:
        """Do nothing: there is no background indexing to stop."""

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or has no text."""
        return preview(self._store, self._texts(), hit)

    def status(self) -> Status:
        """Return what the index holds now."""
        return self._store.status()

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed."""
        return self._store.skipped()

    def topics(self) -> tuple[Topic, ...]:
        """Return what the documents are about, the largest topic first.

        Raises StoreError or ModelError.
        """
        texts = self._texts()
        return tuple(retried(lambda: self._store.topics(self._models.search, texts.read_back)))

    def size(self) -> Size:
        """Return where the index's bytes go."""
        return self._store.size(self._models.index.model.dims)

    def documents(self) -> tuple[Path, ...]:
        """Return the paths of all indexed files."""
        return self._store.paths()

    def bench(self, queries: int, limit_s: float, report: Callable[[int, int], None]) -> Bench:
        """Compare searches with exact search on this index; see `Benchmark.run`."""
        from .benchmark import Benchmark  # which no other command needs

        return Benchmark(self._settings, self._models).run(queries, limit_s, report)

    def why(self, path: Path) -> FileExplanation:
        """Say why a file is or is not indexed."""
        return explain_file(self._store, path, max_bytes=self._settings.max_file_bytes)

    def rest(self) -> None:
        """Let go of the models and of what was loaded to search; the next search loads them."""
        self._models.unload()
        self._store.forget()

    def _excerpts(self) -> list[str]:
        return indexer.excerpts(self._store.folders(), max_bytes=self._settings.max_file_bytes)

    def _apply(self, settings: Settings) -> None:
        """Use other settings from now on; models are loaded anew when next needed."""
        super()._apply(settings)
        self._models.use(settings)
