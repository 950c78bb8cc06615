"""What a client may ask the daemon: each method once, with what it takes and what it answers.

The client, the server and what travels between them follow from this table. Importing it brings
no engine, as a command that asks the daemon must be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from store import (
    Answer,
    DaemonReport,
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
    Topic,
)

if TYPE_CHECKING:
    from ..engine.engine import Engine
    from .server import Call

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Method(Generic[A, R]):
    """A method by its name, with the types of its argument and of its answer."""

    name: str
    takes: type[A]
    answers: type[R]


@dataclass(frozen=True, slots=True)
class EngineMethod(Method[A, R]):
    """Answered by an engine: the daemon's, or the client's own if there is no daemon."""

    run: Callable[[Engine, A], R]
    changes_index: bool = False
    """No index run goes on meanwhile."""


@dataclass(frozen=True, slots=True)
class EngineStream(Method[A, R]):
    """Answered by an engine in parts, until the client hangs up."""

    run: Callable[[Engine, A, Callable[[], bool]], Iterator[R]]
    is_long: bool = False
    """It may take longer than a search, and so gets a thread of its own."""


class Daemon(Protocol):
    """What the daemon itself answers; each sends its answer over the call."""

    def index(self, call: Call) -> None:
        """Have everything looked at, and tell how far that is."""

    def hold(self, call: Call) -> None:
        """Index nothing until the client hangs up."""

    def status(self, call: Call) -> None:
        """Say what the daemon does."""

    def report(self, call: Call) -> None:
        """Say all about the daemon."""

    def pause(self, call: Call, is_paused: bool) -> None:
        """Stop indexing on our own account, or go on."""

    def stop(self, call: Call, wish: Stop) -> None:
        """End the daemon."""


@dataclass(frozen=True, slots=True)
class DaemonMethod(Method[A, R]):
    """Answered by the daemon itself."""

    run: Callable[[Daemon, Call, A], None]
    is_long: bool = False
    is_for_anybody: bool = False
    """Clients of other versions and with other settings may ask, too."""


@dataclass(frozen=True, slots=True)
class NewFolder:
    """A folder that is to be indexed."""

    path: Path
    name: str | None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what was asked before it."""

    query: Query
    history: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """The wish that the daemon ends."""

    for_newer: bool = False
    """A newer version is to take its place."""


SEARCH = EngineStream(
    "search",
    Query,
    Results,
    lambda engine, query, is_cancelled: engine.search(query, is_cancelled),
)
ASK = EngineStream(
    "ask",
    Question,
    Answer,
    lambda engine, question, _: engine.ask(question.query, question.history),
    is_long=True,
)
DOCUMENTS = EngineMethod(
    "documents", NoneType, tuple[Path, ...], lambda engine, _: engine.documents()
)
FOLDERS = EngineMethod("folders", NoneType, tuple[Folder, ...], lambda engine, _: engine.folders())
PREVIEW = EngineMethod("preview", Hit, Preview, lambda engine, hit: engine.preview(hit))
SIZE = EngineMethod("size", NoneType, Size, lambda engine, _: engine.size())
SKIPPED = EngineMethod(
    "skipped", NoneType, tuple[SkippedFile, ...], lambda engine, _: engine.skipped()
)
STATUS = EngineMethod("status", NoneType, Status, lambda engine, _: engine.status())
TOPICS = EngineMethod("topics", NoneType, tuple[Topic, ...], lambda engine, _: engine.topics())
WHY = EngineMethod("why", Path, FileExplanation, lambda engine, path: engine.why(path))
ADD_FOLDER = EngineMethod(
    "add_folder",
    NewFolder,
    Folder,
    lambda engine, new: engine.add_folder(
        new.path, name=new.name, include=new.include, exclude=new.exclude
    ),
    changes_index=True,
)
REMOVE_FOLDER = EngineMethod(
    "remove_folder",
    Folder,
    NoneType,
    lambda engine, folder: engine.remove_folder(folder),
    changes_index=True,
)
INDEX = DaemonMethod(
    "index", NoneType, Progress, lambda daemon, call, _: daemon.index(call), is_long=True
)
HOLD = DaemonMethod(
    "hold", NoneType, NoneType, lambda daemon, call, _: daemon.hold(call), is_long=True
)
DAEMON_STATUS = DaemonMethod(
    "daemon_status", NoneType, DaemonStatus, lambda daemon, call, _: daemon.status(call)
)
REPORT = DaemonMethod(
    "report",
    NoneType,
    DaemonReport,
    lambda daemon, call, _: daemon.report(call),
    is_for_anybody=True,
)
PAUSE = DaemonMethod(
    "pause",
    bool,
    NoneType,
    lambda daemon, call, is_paused: daemon.pause(call, is_paused),
    is_for_anybody=True,
)
STOP = DaemonMethod(
    "stop",
    Stop,
    DaemonReport,
    lambda daemon, call, wish: daemon.stop(call, wish),
    is_for_anybody=True,
)

AnyMethod = EngineMethod[Any, Any] | EngineStream[Any, Any] | DaemonMethod[Any, Any]
METHODS: dict[str, AnyMethod] = {
    method.name: method
    for method in (
        SEARCH,
        ASK,
        DOCUMENTS,
        FOLDERS,
        PREVIEW,
        SIZE,
        SKIPPED,
        STATUS,
        TOPICS,
        WHY,
        ADD_FOLDER,
        REMOVE_FOLDER,
        INDEX,
        HOLD,
        DAEMON_STATUS,
        REPORT,
        PAUSE,
        STOP,
    )
}
"""All methods by name; a test holds it against the constants above."""
