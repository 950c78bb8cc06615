"""Engine: the one object that the commands and the terminal app talk to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Self

from indexer import (
    Run,
    Tally,
    read_back,
    read_texts,
)
from store import (
    Explain,
    Filters,
    Finding,
    Folder,
    Hit,
    Mode,
    Query,
    Repair,
    Results,
    SearchParameters,
    Size,
    SkippedFile,
    Status,
    Store,
)
from tui import OFF, Answer, Exchange, Preview, Progress, Service

from .ask import Answerer
from .benchmark import Bench, Benchmark
from .models import Models
from .personal import Personal
from .preview import preview
from .reordering import fold
from .roots import check_root, free_name
from .settings import Settings
from .similar import similar
from .verdict import Verdict as Verdict
from .verdict import judge

_BYTES_PER_MB = 1 << 20


class Engine(Personal):
    """Search, status and indexing over one index. Opens the store when first needed."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._models = Models(settings)
        self._store = Store(settings.paths.index / "thimble.db", settings.cache_percent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._store.close()

    def search(
        self,
        text: str,
        *,
        mode: Mode = Mode.HYBRID,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        budget: int | None = None,
        deadline_ms: float | None = None,
        parameters: SearchParameters = SearchParameters(),  # noqa: B008 (frozen)
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one (only one if nothing is recomputed).

        Raises StoreError or ModelError.
        """
        wanted = self._settings.budget if budget is None else budget
        query = Query(text, limit, mode, filters, wanted, deadline_ms)
        models = self._models.search
        return map(fold, self._store.search(query, models, read_back, read_texts, parameters))

    def find(
        self,
        text: str,
        *,
        mode: Mode = Mode.HYBRID,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        budget: int | None = None,
    ) -> Results:
        """Return the last and exact answer; the instant one is for screens."""
        results = Results(Query(text, limit, mode, filters), (), exact=True, explain=Explain())
        for results in self.search(  # noqa: B007 (no answer at all if nothing is indexed)
            text, mode=mode, filters=filters, limit=limit, budget=budget
        ):
            pass
        return results

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return passages of other documents that are like a hit's. Raises StoreError."""
        return self.similar_to(hit.path, [hit.text], limit)

    def similar_to(self, path: Path, texts: Sequence[str], limit: int) -> Results:
        """Return passages of documents other than `path` that are like some texts of it."""
        return similar(
            lambda text, most: self.find(text, mode=Mode.SEMANTIC, limit=most), path, texts, limit
        )

    def ask(
        self,
        question: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        history: Sequence[Exchange] = (),
    ) -> Iterator[Answer]:
        """Yield an answer sentence by sentence. Raises StoreError; a model's failure is told."""
        answerer = Answerer(
            search=lambda text, where, most: self.find(text, filters=where, limit=most),
            rarity=self._store.rarity,
            models=lambda: self._models.search,
            server=self._settings.ask_server,
            model=self._settings.ask_model,
            timeout_s=self._settings.ask_timeout_s,
            environ=os.environ,
        )
        return answerer.answer(question, filters, history)

    def service(self) -> Service:
        """Return how the background process is: there is none."""
        return OFF

    def pause(self, paused: bool) -> None:
        """Do nothing, since there is no background process."""

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or has no text."""
        return preview(hit)

    def status(self) -> Status:
        """Return what the index holds now."""
        return self._store.status()

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed."""
        return self._store.skipped()

    def size(self) -> Size:
        """Return where the index's bytes go."""
        return self._store.size(self._models.index.model.dims)

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders being indexed, ordered by name."""
        return self._store.folders()

    def documents(self) -> tuple[Path, ...]:
        """Return the paths of all indexed files."""
        return self._store.paths()

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
    ) -> Progress:
        """Bring the index up to date; returns the last report. Raises StoreError, ModelError."""
        models = self._models.search
        with self._store.writer() as writer:
            writer.adopt_models(models.fingerprint)
            run = Run(
                writer,
                self._models.index,
                models.quantiser,
                max_bytes=self._settings.max_file_mb * _BYTES_PER_MB,
                report=lambda tally: report(_progress(tally)),
                is_cancelled=is_cancelled,
            )
            return _progress(run.run(self.folders()))

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

    def bench(self, queries: int, limit_s: float, report: Callable[[int, int], None]) -> Bench:
        """Compare searches with exact search on this index; see `Benchmark.run`."""
        return Benchmark(self._settings, self._models).run(queries, limit_s, report)

    def why(self, path: Path) -> Verdict:
        """Say why a file is or is not indexed."""
        max_bytes = self._settings.max_file_mb * _BYTES_PER_MB
        return judge(self._store, path, max_bytes=max_bytes)

    def _apply(self, settings: Settings) -> None:
        """Use other settings from now on; models are loaded anew when next needed."""
        if settings.rank_model != self._settings.rank_model:
            self._models = Models(settings)
        super()._apply(settings)


def _progress(tally: Tally) -> Progress:
    return Progress(
        phase=tally.phase,
        files_done=tally.files_done,
        files_total=tally.files_total,
        bytes_done=tally.bytes_done,
        bytes_total=tally.bytes_total,
        skipped=tally.skipped,
        failed=tally.failed,
        elapsed_s=monotonic() - tally.started,
        current=tally.current,
        indexed=tally.indexed,
        moved=tally.moved,
        removed=tally.removed,
    )
