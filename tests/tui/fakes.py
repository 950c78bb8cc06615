"""A backend that answers from memory, always the same, and does as it is told."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer import text_style
from store import (
    NO_DAEMON,
    Answer,
    BadQuery,
    DaemonStatus,
    Exchange,
    Explain,
    Folder,
    FolderStatus,
    Hit,
    Opening,
    Preview,
    Progress,
    Query,
    Results,
    Sentence,
    Signature,
    SkippedFile,
    Status,
    StoreError,
    TextStyle,
    Topic,
)

NOW = 1_790_000_000.0
"""The time it is in every test."""
HOME = Path("/home/sam")
DAY_S = 86_400

BOTH, WORDS, MEANING = ("words", "meaning"), ("words",), ("meaning",)

LEASE = """\
Article 11. Use. The flat is let as a home for two people and no business is run in it.

Article 12. Payments. The rent is due on the first working day of the month.

The deposit of two months' rent is returned within 30 days after the tenant hands back the \
keys, less the cost of any damage recorded in the exit inventory. Interest on the deposit \
accrues to the tenant.

Article 13. Repairs. Small repairs are paid by the tenant.
"""


def clock() -> float:
    """Time stands still."""
    return NOW


def hit(rank: int, path: str, title: str, text: str, **changes: object) -> Hit:
    """A hit in a file under the home folder, with every `deposit` matched."""
    word = "deposit"
    starts = [i for i in range(len(text)) if text.startswith(word, i)]
    made = Hit(
        rank=rank,
        score=1 / rank,
        path=HOME / path,
        title=title,
        heading="",
        line=rank * 7,
        page=None,
        start=rank * 1000,
        end=rank * 1000 + len(text),
        text=text,
        highlights=tuple((i, i + len(word)) for i in starts),
        snippet=(0, len(text)),
        fresh=True,
        found_by=BOTH,
        modified=NOW - rank * 20 * DAY_S,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


HITS = (
    hit(
        1,
        "Documents/home/lease-2024.txt",
        "Lease agreement 2024",
        LEASE[LEASE.index("The deposit") : LEASE.index("\n\nArticle 13")],
        page=7,
        place="page=7",
    ),
    hit(
        2,
        "notes/moving.md",
        "Moving checklist",
        "Ask the agent for the money back.\nSend photos of every room.",
        heading="Money",
        found_by=MEANING,
    ),
    hit(
        3,
        "Documents/mail/2024/a very long folder name that does not fit/agent-0412.txt",
        "Re: keys and inventory",
        "We confirm receipt of the keys on 12 April. The deposit follows.",
        fresh=False,
    ),
    hit(
        4,
        "Documents/law/tenancy.md",
        "Tenancy law summary",
        "A landlord who keeps it beyond the statutory period owes interest to the tenant.",
        heading="Ending › 3.2 Money held",
        found_by=MEANING,
    ),
    hit(
        5,
        "Documents/home/house-rules.txt",
        "House rules",
        "Tenants pay, for every key that they are given and for the use of the cellar and of the "
        "bicycle room, a key deposit of 50.00 per key, given back at the end.",
        found_by=WORDS,
        duplicates=(HOME / "notes/house-rules.txt",),
    ),
    hit(
        6,
        "Documents/money/budget-2023.csv",
        "",
        "deposit, flat, -2400.00, 2023-02-01",
        found_by=WORDS,
    ),
    hit(
        7,
        "notes/家/賃貸契約の覚え書き.md",
        "賃貸契約の覚え書き",
        "敷金 (deposit) は退去後に返還される。",
        heading="敷金",
    ),
)

FOLDERS = (
    FolderStatus(Folder(1, "Documents", HOME / "Documents"), 6912, 41_020, 2, 1, 160_000_000),
    FolderStatus(Folder(2, "notes", HOME / "notes"), 310, 2098, 0, 0, 2_000_000),
    FolderStatus(
        Folder(3, "stick", Path("/media/stick/archive"), online=False), 1088, 9000, 0, 0, 9_000_000
    ),
)

SIGNATURE = Signature(1, 1, 1)
SKIPPED = (
    SkippedFile(HOME / "Documents/tax/2016.pdf", 1, SIGNATURE, "password needed", True),
    SkippedFile(HOME / "Documents/archive.zip", 1, SIGNATURE, "not a kind that is read", False),
    SkippedFile(HOME / "Documents/photos/huge.raw", 1, SIGNATURE, "larger than 64 MB", False),
)


def many_skipped() -> tuple[SkippedFile, ...]:
    """Forty files left out for three reasons."""
    reasons = [one.reason for one in SKIPPED]
    return tuple(
        SkippedFile(HOME / f"Documents/{n:02}.bin", 1, SIGNATURE, reasons[n % 3], n % 3 == 0)
        for n in range(40)
    )


TOPICS = (
    Topic("rent, deposit, keys", 2914, (0.1, 0.2), HITS),
    Topic("invoice, tax, insurance", 1820, (0.2, 0.7), HITS[3:]),
    Topic("garden, seeds, pump", 804, (0.8, 0.9), HITS[1:4]),
    Topic("boat, sailing, tide", 610, (0.9, 0.8), HITS[4:5]),
    Topic("敷金, 返還", 402, (0.0, 0.0), HITS[6:]),
    Topic("recipes, bread", 333, (1.0, 0.5), HITS[2:3]),
    Topic("photos, backup", 290, (0.5, 1.0), HITS[5:6]),
    Topic("minutes", 49, (0.4, 0.4), ()),
)


def many_topics() -> tuple[Topic, ...]:
    """As many topics as a map has at most, most of them small."""
    return tuple(
        Topic(f"subject{n}, second, third", 4000 // (n + 1), (n * 7 % 24 / 23, n / 23), HITS)
        for n in range(24)
    )


DONE = Progress("done", 0, 0, 0, 0, 0, 0, 0.1, None)
HALFWAY = Progress(
    "indexing", 1204, 8310, 40, 240, 3, 0, 36.0, HOME / "Documents/law/2019/contract.txt"
)


SETTINGS = {
    "theme": "",
    "budget": "32",
    "cache_percent": "1",
    "rank_model": "",
    "editor": "hx",
    "ask_server": "",
    "ask_model": "",
    "ask_search": "plain",
    "threads": "",
    "max_file_mb": "32",
    "index_model": "",
}


def answers(question: str, sources: tuple[Hit, ...]) -> list[Answer]:
    """An answer as it grows: one sentence, then all, one of them not borne out."""
    sentences = (
        Sentence("The deposit of two months' rent comes back within 30 days.", (1,), True),
        Sentence("The agent has confirmed that the keys were received.", (3, 1), True),
        Sentence("It is always paid in cash.", (2,), False),
    )
    growing = Answer(question, sentences[:1], sources, True, "extractive", False)
    return [growing, replace(growing, sentences=sentences, done=True)]


def status_of(folders: tuple[FolderStatus, ...]) -> Status:
    """Sum up folders."""
    return Status(
        folders,
        files=sum(f.files for f in folders),
        chunks=sum(f.chunks for f in folders),
        skipped=sum(f.skipped for f in folders),
        failed=sum(f.failed for f in folders),
        writer=None,
    )


def answer(query: Query, hits: tuple[Hit, ...], *, exact: bool) -> Results:
    """An answer that took 38 ms."""
    explain = Explain(
        chunks=52_118,
        path="flat",
        scanned=52_118,
        candidates_words=40,
        candidates_meaning=40,
        recomputed=32 if exact else 0,
        milliseconds={"codes": 8.0, "rank": 30.0},
    )
    return Results(query, hits, exact, explain)


@dataclass
class FakeBackend:
    """Holds back, fails or answers, as the test sets it up."""

    folders: tuple[FolderStatus, ...] = FOLDERS[:2]
    hits: tuple[Hit, ...] = HITS
    instant: tuple[Hit, ...] | None = None
    """What the instant answer lists, if it differs."""
    mapped: tuple[Topic, ...] = TOPICS
    """The map of the collection."""
    map_gate: threading.Event | None = None
    """The map waits for it."""
    maps: int = 0
    """How often it was asked for."""
    skipped_files: tuple[SkippedFile, ...] = SKIPPED
    progress: Progress = DONE
    """What an index run reports before it ends, or before it hangs."""
    hangs: bool = False
    """An index run goes on until it is cancelled."""
    problem: StoreError | None = None
    """Raised by every search."""
    index_problem: StoreError | None = None
    preview_problem: Exception | None = None
    gates: dict[str, threading.Event] = field(default_factory=dict)
    """Searches for these texts wait in the middle, after the instant answer."""
    asked: list[Query] = field(default_factory=list)
    refined: list[str] = field(default_factory=list)
    """Texts whose exact answer was wanted too."""
    added: list[Path] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    opened: list[Hit] = field(default_factory=list)
    runs: int = 0
    writer: str | None = None
    """Another process that is writing."""
    state: DaemonStatus = NO_DAEMON
    """How the background process is."""
    pauses: list[bool] = field(default_factory=list)
    answers: Sequence[Answer] | None = None
    """What is answered to every question, if not always the same."""
    answer_gate: threading.Event | None = None
    """An answer waits for it after its first sentence."""
    questions: list[tuple[str, tuple[Exchange, ...]]] = field(default_factory=list)
    searched: tuple[str, ...] = ()
    """The history, the latest first."""
    values: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    own_keys: dict[str, str] = field(default_factory=dict)

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        """Answer every text that has `deposit` or its beginning in it, and nothing else."""
        self.asked.append(query)
        if self.problem is not None:
            raise self.problem
        text = query.text
        instant = self.hits if self.instant is None else self.instant
        yield answer(query, instant if "dep" in text else (), exact=False)
        self.refined.append(text)
        if gate := self.gates.get(text):
            gate.wait(5)
        yield answer(query, self.hits if "dep" in text else (), exact=True)

    def preview(self, hit: Hit) -> Preview:
        """Return the whole lease, or a few lines around any other hit."""
        if self.preview_problem is not None:
            raise self.preview_problem
        before, after = ("What was before it.\n\n", "\n\nWhat comes after it.")
        if hit.text in LEASE:
            before, after = LEASE.split(hit.text)
        moved = tuple((a + len(before), b + len(before)) for a, b in hit.highlights)
        passage = (len(before), len(before) + len(hit.text))
        return Preview(before + hit.text + after, hit.line - 2, passage, moved)

    def status(self) -> Status:
        """Return what the folders sum up to."""
        return replace(status_of(self.folders), writer=self.writer)

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the same three files."""
        return self.skipped_files

    def add_folder(self, path: Path) -> Folder:
        """Register any folder but one called `missing`."""
        if path.name == "missing":
            raise ValueError(f"{path} does not exist. Check the spelling.")
        self.added.append(path)
        folder = Folder(len(self.folders) + 1, path.name, path)
        self.folders = (*self.folders, FolderStatus(folder, 0, 0, 0, 0, 0))
        return folder

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder."""
        self.removed.append(folder.name)
        self.folders = tuple(f for f in self.folders if f.folder != folder)

    def index(
        self, report: Callable[[Progress], None], is_cancelled: Callable[[], bool]
    ) -> Progress:
        """Report once, then end, hang or fail."""
        self.runs += 1
        report(self.progress)
        while self.hangs and not is_cancelled():
            threading.Event().wait(0.01)
        if self.index_problem is not None:
            raise self.index_problem
        return DONE

    def text_style(self, path: Path) -> TextStyle:
        return text_style(path.name)

    def opening(self, hit: Hit) -> Opening:
        """Return the command of an editor that does nothing."""
        self.opened.append(hit)
        return Opening(("true", f"+{hit.line}", str(hit.path)), takes_terminal=True)

    def start(self, opening: Opening) -> None:
        """Run it."""
        subprocess.run(opening.command, check=False)

    def similar(self, hit: Hit, *, limit: int) -> Results:
        """Every other hit is like it."""
        others = tuple(one for one in self.hits if one != hit)[:limit]
        return answer(Query(hit.text, limit), others, exact=True)

    def topics(self) -> tuple[Topic, ...]:
        """Return the map."""
        self.maps += 1
        if self.map_gate is not None:
            self.map_gate.wait(5)
        if self.problem is not None:
            raise self.problem
        return self.mapped

    def ask(self, query: Query, history: Sequence[Exchange]) -> Iterator[Answer]:
        """Answer every question in the same way."""
        question = query.text
        self.questions.append((question, tuple(history)))
        if self.problem is not None:
            raise self.problem
        for place, one in enumerate(self.answers or answers(question, self.hits[:3])):
            if place and self.answer_gate is not None:
                self.answer_gate.wait(5)
            yield replace(one, question=question)

    def reveal_command(self, path: Path) -> list[str]:
        """There is no file manager."""
        raise OSError(f"there is no file manager here; the folder is {path.parent}")

    def daemon_status(self) -> DaemonStatus:
        """Return what the test says."""
        return self.state

    def pause(self, paused: bool) -> None:
        """Remember it."""
        self.pauses.append(paused)

    def moment(self, text: str) -> float:
        """Understand days and weeks."""
        days = {"d": 1, "w": 7}.get(text[-1])
        if days is None:
            raise BadQuery(f"{text!r} is not a date")
        return NOW - int(text[:-1]) * days * DAY_S

    def history(self) -> tuple[str, ...]:
        """Return what was searched."""
        return self.searched

    def remember(self, text: str) -> None:
        """Add to the history."""
        self.searched = (text, *(one for one in self.searched if one != text))

    def settings(self) -> Mapping[str, str]:
        """Return the settings."""
        return self.values

    def keys(self) -> Mapping[str, str]:
        """Return the user's own keys."""
        return self.own_keys

    def set_setting(self, key: str, value: str | None) -> None:
        """Keep a setting; no editor is called `none`."""
        if value == "none":
            raise ValueError("editor cannot be 'none': a text is expected")
        self.values[key] = value or ""
