"""RemoteEngine: the engine's methods, answered by the daemon; without it, by an engine in here.

Every command works with one, so the screen is there before numpy and the models are, and a daemon
that is started later is used from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self, TypeVar

from store import (
    Answer,
    DaemonActivity,
    DaemonStatus,
    Exchange,
    FileExplanation,
    Folder,
    Hit,
    Preview,
    Progress,
    Query,
    Results,
    Size,
    SkippedFile,
    Status,
    StoreBusy,
    Topic,
)

from ..engine.finding import Finder
from ..user.settings import Settings
from .client import Client
from .faults import Silent, Unreachable
from .methods import (
    ADD_FOLDER,
    ASK,
    DAEMON_STATUS,
    DOCUMENTS,
    FOLDERS,
    INDEX,
    PAUSE,
    PREVIEW,
    REMOVE_FOLDER,
    SEARCH,
    SIZE,
    SKIPPED,
    STATUS,
    TOPICS,
    WHY,
    EngineMethod,
    EngineStream,
    NewFolder,
    Question,
)

if TYPE_CHECKING:
    from store import Finding, Repair

    from ..engine.benchmark import Bench
    from ..engine.engine import Engine

A = TypeVar("A")
R = TypeVar("R")
_DO_WITHOUT_S = 30.0


class RemoteEngine(Finder):
    """Has the methods of `Engine`; the daemon may come and go. May be used by many threads."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        notify: Callable[[str], None] = lambda _: None,
        *,
        was_served: bool = True,
    ) -> None:
        """Make one.

        Args:
            settings: of both sides.
            client: the way to the daemon, if one runs now or is started later.
            notify: what an engine in this process is made with.
            was_served: whether a daemon was there, so that one that is not there now has died.
        """
        super().__init__(settings)
        self._client = client
        self._notify = notify
        self._was_served = was_served
        self._latest: Callable[[], Settings] | None = None
        self._making = threading.Lock()
        self._silent_until = 0.0
        """On the monotonic clock."""
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._engine is not None:
            self._engine.__exit__(*exc)

    @property
    def _local(self) -> Engine:
        """The engine in this process, made once it is needed: it brings numpy and more."""
        with self._making:
            if self._engine is None:
                from ..engine.engine import Engine

                self._engine = Engine(self._settings, self._notify)
                if self._latest is not None:
                    self._engine.follow(self._latest)
            return self._engine

    def follow(self, latest: Callable[[], Settings]) -> None:
        """Have an engine in this process ask for the settings of now; see `Engine.follow`."""
        self._latest = latest

    def search(
        self, query: Query, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Results]:
        """Yield the instant answer, then the exact one; see `Engine.search`."""
        return self._stream(SEARCH, query, is_cancelled)

    def ask(self, query: Query, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        """Yield an answer sentence by sentence; see `Engine.ask`."""
        return self._stream(ASK, Question(query, tuple(history)), lambda: False)

    def documents(self) -> tuple[Path, ...]:
        """Return the paths of all indexed documents."""
        return self._ask(DOCUMENTS, None)

    def preview(self, hit: Hit) -> Preview:
        """Return the text around a hit. Raises OSError if its file is gone or has no text."""
        return self._ask(PREVIEW, hit)

    def status(self) -> Status:
        """Return what the index holds now."""
        return self._ask(STATUS, None)

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that were looked at and not indexed."""
        return self._ask(SKIPPED, None)

    def topics(self) -> tuple[Topic, ...]:
        """Return what the documents are about, the largest topic first."""
        return self._ask(TOPICS, None)

    def size(self) -> Size:
        """Return where the index's bytes go."""
        return self._ask(SIZE, None)

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders being indexed, ordered by name."""
        return self._ask(FOLDERS, None)

    def add_folder(
        self,
        path: Path,
        *,
        name: str | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Folder:
        """Register a folder. Raises ValueError with a sentence for people, or StoreError."""
        place = path.expanduser().absolute()
        new = NewFolder(place, name, tuple(include), tuple(exclude))
        return self._ask(ADD_FOLDER, new)

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder with everything indexed in it; its files are untouched."""
        self._ask(REMOVE_FOLDER, folder)

    def why(self, path: Path) -> FileExplanation:
        """Say why a file is or is not indexed."""
        return self._ask(WHY, path.expanduser().absolute())

    def index(
        self,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Progress:
        """Have the daemon look at everything and bring the index up to date.

        If cancelled, only the waiting ends: keeping the index up to date is what a daemon does.
        """
        latest = Progress()

        def note(progress: Progress) -> None:
            nonlocal latest
            latest = progress
            report(progress)

        try:
            end = self._asked().follow(INDEX, None, note, is_cancelled)
        except Unreachable as error:
            self._note(error)
            done = self._local.index(report, is_cancelled)
            with suppress(StoreBusy):  # a daemon, which has started meanwhile, does it in time
                self._local.relink(report, is_cancelled)
            return done
        return latest if end is None else end

    def check(self) -> tuple[Finding, ...]:
        """Look at every part of the index and return what is damaged. Raises StoreError."""
        return self._local.check()

    def repair(self, findings: Sequence[Finding]) -> Repair:
        """Mend what a check found; `index` does the rest. Raises StoreError."""
        with self._held():
            return self._local.repair(findings)

    def compact(self) -> tuple[int, int]:
        """Give back all room of removed chunks; returns the index's bytes before and after."""
        with self._held():
            return self._local.compact()

    def bench(self, queries: int, limit_s: float, report: Callable[[int, int], None]) -> Bench:
        """Compare searches with exact search on this index; see `Benchmark.run`."""
        return self._local.bench(queries, limit_s, report)

    def daemon_status(self) -> DaemonStatus:
        """Return the state of the daemon."""
        try:
            status = self._asked().ask(DAEMON_STATUS, None)
        except Unreachable:
            return DaemonStatus(DaemonActivity.LOST if self._was_served else DaemonActivity.OFF)
        self._was_served = True
        return status

    def pause(self, paused: bool) -> None:
        """Stop background indexing, or let it go on."""
        try:
            self._asked().ask(PAUSE, paused)
        except Unreachable:
            return

    def _apply(self, settings: Settings) -> None:
        """Use other settings from now on: the daemon answers if it has the same."""
        super()._apply(settings)
        self._client = Client(settings)
        if self._engine is not None:
            self._engine._apply(settings)

    def _asked(self) -> Client:
        """Return the way to the daemon. Raises Unreachable while it is known to be silent."""
        if monotonic() < self._silent_until:
            raise Unreachable("the daemon said nothing a moment ago")
        return self._client

    def _note(self, error: Unreachable) -> None:
        """Say once that a daemon hangs, and do without it for a while: each try takes a second."""
        if isinstance(error, Silent):
            self._silent_until = monotonic() + _DO_WITHOUT_S
            self._notify(
                "the daemon does not answer, so this is done without it; "
                "to end it: thimble daemon stop"
            )

    def _ask(self, method: EngineMethod[A, R], argument: A) -> R:
        try:
            return self._asked().ask(method, argument)
        except Unreachable as error:
            self._note(error)
            return method.run(self._local, argument)

    def _stream(
        self, method: EngineStream[A, R], argument: A, is_cancelled: Callable[[], bool]
    ) -> Iterator[R]:
        try:
            yield from self._asked().items(method, argument, is_cancelled)
        except Unreachable as error:
            self._note(error)
            yield from method.run(self._local, argument, is_cancelled)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Have the daemon, if there is one, index nothing during a block."""
        with ExitStack() as stack:
            with suppress(Unreachable):
                stack.enter_context(self._asked().held())
            yield
