"""Engine: the one object that the commands and the terminal app talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Self

from indexer import (
    Run,
    Tally,
    Unreadable,
    read_back,
    read_now,
    read_texts,
    why,
    why_not_read,
)
from store import (
    Filters,
    Finding,
    Folder,
    Hit,
    Mode,
    Passage,
    Query,
    Repair,
    Results,
    SearchParameters,
    Size,
    SkippedFile,
    Status,
    Store,
)
from tui import OFF, Answer, Exchange, Preview, Progress, Sentence, Service

from .benchmark import Bench, Benchmark
from .models import Models
from .personal import Personal
from .roots import check_root, free_name
from .settings import Settings

_BYTES_PER_MB = 1 << 20
_GAP = "\n\n"
"""Between chunks, when they are shown together."""
_SOURCES = 3
"""Passages that an answer is taken from."""
_SURROUNDINGS = 12
"""Chunks shown before and after a hit in its preview."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a file is or is not indexed."""

    path: Path
    indexed: bool
    reason: str
    """One sentence for people, naming the rule, setting or error that decided."""
    chunks: int = 0


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
        return self._store.search(query, self._models.search, read_back, read_texts, parameters)

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Return other documents like the passage of a hit. Raises StoreError."""
        *_, results = self.search(hit.text, mode=Mode.SEMANTIC, limit=limit + 1)
        own = {hit.path, *hit.duplicates}
        others = [one for one in results.hits if one.path not in own][:limit]
        ranked = tuple(replace(one, rank=rank) for rank, one in enumerate(others, 1))
        return replace(results, hits=ranked)

    def ask(
        self, question: str, *, filters: Filters, history: Sequence[Exchange]
    ) -> Iterator[Answer]:
        """Yield the best sentences of the best passages. Raises StoreError."""
        asked = " ".join([*(one.question for one in history[-1:]), question])
        results = [*self.search(asked, filters=filters, limit=_SOURCES)]
        hits = results[-1].hits if results else ()
        sentences = [
            Sentence(hit.text[slice(*hit.snippet)], (number,), supported=True)
            for number, hit in enumerate(hits, 1)
        ]
        yield Answer(question, tuple(sentences), hits, bool(hits), "extractive", done=True)

    def service(self) -> Service:
        """Return how the background process is: there is none."""
        return OFF

    def pause(self, paused: bool) -> None:
        """Do nothing, since there is no background process."""

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or has no text."""
        try:
            passages = read_now(hit.path)
        except Unreadable as error:
            raise OSError(error.reason) from error
        place = _place(passages, hit)
        around = passages[max(0, place - _SURROUNDINGS) : place + _SURROUNDINGS + 1]
        before = around[: min(place, _SURROUNDINGS)]
        start = sum(len(one.text) + len(_GAP) for one in before)
        passage = passages[place].text
        same = passage == hit.text
        return Preview(
            text=_GAP.join(one.text for one in around),
            first_line=around[0].line,
            passage=(start, start + len(passage)),
            highlights=tuple((start + a, start + b) for a, b in hit.highlights) if same else (),
        )

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
        place = path.expanduser().parent.resolve() / path.name
        folder = next((one for one in self.folders() if one.path in place.parents), None)
        if folder is None:
            return Verdict(
                place, False, "no indexed folder holds it; `thimble add` the folder it is in"
            )
        reason = why(
            folder,
            place,
            max_bytes=self._settings.max_file_mb * _BYTES_PER_MB,
            reason_by_name=why_not_read,
        )
        if reason is not None:
            return Verdict(place, False, reason)
        record = self._store.file_at(folder, place)
        if record is not None:
            reason = f"indexed in the folder {folder.name}, read as {record.kind}"
            return Verdict(place, True, reason, len(record.spans))
        skipped = next((one for one in self.skipped() if one.path == place), None)
        reason = skipped.reason if skipped else "not looked at yet; run `thimble index`"
        return Verdict(place, False, reason)

    def _apply(self, settings: Settings) -> None:
        """Use other settings from now on; models are loaded anew when next needed."""
        if settings.rank_model != self._settings.rank_model:
            self._models = Models(settings)
        super()._apply(settings)


def _place(passages: Sequence[Passage], hit: Hit) -> int:
    """Return the place of the passage that holds a hit's start, the nearest if none does."""
    distances = [abs(one.span.start - hit.start) for one in passages]
    return distances.index(min(distances))


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
