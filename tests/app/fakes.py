"""An engine that answers from memory and notes what it was asked, and a terminal to write to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time
from typing import Self

from app.engine.benchmark import Bench, Percentiles
from app.engine.engine import Engine
from app.engine.presenting import presented, widened
from app.user.settings import Settings
from indexer import CurrentTexts, Scope
from store import (
    Answer,
    CacheUse,
    Exchange,
    Explain,
    FileExplanation,
    Filters,
    Finding,
    Folder,
    FolderStatus,
    Hit,
    IndexModel,
    Passage,
    Progress,
    Query,
    Repair,
    Results,
    Sentence,
    Signature,
    Size,
    SkippedFile,
    Status,
    Topic,
)

HOME = Path("/home/ada")
NOTES = Folder(id=1, name="notes", path=HOME / "notes")
LEASE = Hit(
    rank=1,
    score=0.9123456789,
    path=HOME / "notes" / "lease.md",
    title="Lease agreement",
    heading="Payments › Deposit",
    line=12,
    page=None,
    start=340,
    end=420,
    text="Rent is due monthly.\nThe deposit is returned\nwithin 30 days.",
    highlights=((25, 32),),
    snippet=(21, 61),
    fresh=True,
    found_by=("words", "meaning"),
    modified=1_790_000_000.5,
)
MOVING = replace(
    LEASE,
    rank=2,
    score=0.5,
    path=HOME / "notes" / "moving.pdf",
    title="",
    heading="",
    line=3,
    page=7,
    place="page=7",
    text="Ask the agent for the money back.",
    highlights=(),
    snippet=(0, 33),
    fresh=False,
    found_by=("meaning",),
    duplicates=(Path("/mnt/backup/moving.pdf"),),
)
NOT_INDEXED = FileExplanation(HOME / "x", indexed=False, reason="a picture is not read")
EXPLAIN = Explain(
    chunks=1204,
    path="flat",
    scanned=1204,
    candidates_words=16,
    candidates_meaning=32,
    expanded=6,
    recomputed=32,
    milliseconds={"words": 1.25, "scan": 2.5},
)
ANSWER = Answer(
    question="when do I get the deposit back",
    sentences=(
        Sentence("The deposit is returned within 30 days.", (1,), supported=True),
        Sentence("The agent is called Bo.", (1, 2), supported=False),
    ),
    sources=(LEASE, MOVING, replace(LEASE, line=99)),
    found=True,
    backend="tiny at 127.0.0.1:8080",
    done=True,
)
DONE = Progress(
    phase="done",
    files_done=1204,
    indexed=1201,
    files_total=1204,
    bytes_done=5_000_000,
    bytes_total=5_000_000,
    skipped=3,
    failed=0,
    elapsed_s=12.34,
    current=None,
)


SIZE = Size(1_000_000, 80_000, {"codes": 30_000, "lexical": 50_000}, 1_536_000)
BENCH = Bench(
    queries=50,
    documents=300,
    share=0.5,
    recall_codes={3: 0.5, 10: 0.25},
    recall={3: 0.95, 10: 0.875},
    first=Percentiles(12.345, 20.0),
    exact=Percentiles(30.0, 60.5),
    recomputed=28.5,
    cached=0.125,
    other_rank_model=True,
    cache=CacheUse(vectors=10, bytes=4096, hits=3, asked=12),
    size=SIZE,
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class FakeEngine(Engine):
    """Give it what it shall answer; read from it what it was asked."""

    known: list[Folder] = field(default_factory=lambda: [NOTES])
    hits: tuple[Hit, ...] = (LEASE, MOVING)
    topic: str = "rent, deposit"
    """The name of the larger of two topics."""
    skipped_files: tuple[SkippedFile, ...] = ()
    explanation: FileExplanation = NOT_INDEXED
    writer: str | None = None
    error: BaseException | None = None
    """Raised by whatever is asked next."""
    while_indexing: Callable[[Callable[[], bool]], None] = lambda _: None
    sizes: tuple[int, int] = (12_000, 9_000)
    """Bytes before and after compaction."""
    findings: tuple[Finding, ...] = ()
    findings_left: tuple[Finding, ...] = ()
    """Those that a repair leaves."""
    repaired: Repair = Repair(2)  # noqa: RUF009 (frozen)
    made_with: IndexModel | None = None
    answers: tuple[Answer, ...] = (
        replace(ANSWER, sentences=(), done=False),
        replace(ANSWER, sentences=ANSWER.sentences[:1], done=False),
        ANSWER,
    )
    asked: list[tuple[str, Filters, tuple[Exchange, ...]]] = field(default_factory=list)
    opened_with: Settings | None = None
    queries: list[Query] = field(default_factory=list)
    runs: int = 0

    def open(self, settings: Settings) -> FakeEngine:
        """Stand in for the real engine's constructor."""
        self.opened_with = settings
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def follow(self, latest: Callable[[], Settings]) -> None:
        return

    def _fail_if_told(self) -> None:
        if self.error is not None:
            raise self.error

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        self._fail_if_told()
        self.queries.append(query)
        yield Results(query, self.hits[:1], exact=False, explain=EXPLAIN)
        hits = self.hits[: widened(query).limit]
        yield presented(Results(query, hits, exact=True, explain=EXPLAIN), query, time())

    def ask(self, query: Query, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        self._fail_if_told()
        self.asked.append((query.text, query.filters, tuple(history)))
        yield from self.answers

    def read(self, path: Path) -> tuple[Passage, ...]:
        return CurrentTexts().read_now(path)

    def read_part(self, path: Path, address: str) -> str:
        return CurrentTexts().read_part(path, address)

    def folders(self) -> tuple[Folder, ...]:
        self._fail_if_told()
        return tuple(self.known)

    def add_folder(
        self,
        path: Path,
        *,
        name: str | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Folder:
        self._fail_if_told()
        folder = Folder(2, name or path.name, path, tuple(include), tuple(exclude))
        self.known.append(folder)
        return folder

    def remove_folder(self, folder: Folder) -> None:
        self.known.remove(folder)

    def index(
        self,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool] = lambda: False,
        *,
        scopes: Mapping[int, Scope | None] | None = None,
        is_careful: bool = False,
    ) -> Progress:
        self._fail_if_told()
        self.runs += 1
        self.while_indexing(is_cancelled)
        report(DONE)
        return DONE

    def status(self) -> Status:
        self._fail_if_told()
        folders = tuple(FolderStatus(one, 2, 31, 1, 0, 4_200_000) for one in self.known)
        status = Status(folders, files=2, chunks=31, skipped=1, failed=0, writer=self.writer)
        return replace(status, made_with=self.made_with)

    def skipped(self) -> tuple[SkippedFile, ...]:
        return self.skipped_files

    def topics(self) -> tuple[Topic, ...]:
        self._fail_if_told()
        if not self.hits:
            return ()
        return (
            Topic(self.topic, 3, (0.0, 1.0), self.hits),
            Topic("soup", 1, (1.0, 0.0), ()),
        )

    def size(self) -> Size:
        self._fail_if_told()
        return SIZE

    def compact(self) -> tuple[int, int]:
        return self.sizes

    def bench(self, queries: int, limit_s: float, report: Callable[[int, int], None]) -> Bench:
        self._fail_if_told()
        report(1, 2)
        return replace(BENCH, queries=queries)

    def check(self) -> tuple[Finding, ...]:
        self._fail_if_told()
        return self.findings

    def repair(self, findings: Sequence[Finding]) -> Repair:
        assert findings == self.findings
        self.findings = self.findings_left
        return self.repaired

    def why(self, path: Path) -> FileExplanation:
        self._fail_if_told()
        return replace(self.explanation, path=path)


def skipped(path: Path, reason: str, *, failed: bool = False) -> SkippedFile:
    """A file that was not indexed."""
    return SkippedFile(path, 1, Signature(0, 0, 0), reason, failed)
