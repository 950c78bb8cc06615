"""Indexing in a process of its own, so that searches stay quick and memory is given back.

Over a socket the daemon sends the child one JSON object a line: a run to make, or to stop the one
that is being made. The child answers with how far it is and how it ended. It leaves when its input
ends, which also happens if the daemon dies.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from indexer import Scope
from store import ChildProcess, Progress

from ..engine.blas import keep_to_one_thread
from ..user.paths import Paths
from ..user.settings import Settings, load
from .codec import decode, encode
from .faults import fault_of, raise_fault

if TYPE_CHECKING:
    from ..engine.engine import Engine

Scopes = Mapping[int, Scope | None]

_POLL_S = 0.2
_STOP_S = 2.0
"""So long a child may take to finish its batch."""
_REPORT_S = 0.2
_NICENESS = 10
_MODULE = ("-I", "-m", "app.daemon.indexing_process")


class ChildDied(Exception):
    """The indexing process ended by itself, perhaps because of a file that it was reading."""


class IndexingProcess:
    """A child that indexes, started when it is needed. For use by one thread at a time."""

    def __init__(self) -> None:
        # A Ctrl-C is for the daemon, which tells the child.
        self._child = ChildProcess(_MODULE, own_session=True, inherits=True)
        self._answers: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._used_at: float | None = None
        """When the child was last of use; None if there is none."""

    def run(
        self,
        scopes: Scopes | None,
        *,
        is_careful: bool,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
    ) -> Progress:
        """Make one run; see `Engine.index`. Raises what it raises, or ChildDied."""
        asked = None if scopes is None else [[key, _packed(one)] for key, one in scopes.items()]
        order = {"run": asked, "is_careful": is_careful}
        return self._follow(order, report, is_cancelled)

    def rest_if_idle(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """Let the child go if it had nothing to do for so long; first it links anew if need be."""
        if self._used_at is None or monotonic() - self._used_at <= seconds:
            return
        if not is_wanted():
            try:
                self._follow({"relink": True}, lambda _: None, is_wanted)
            except Exception:
                self.close()  # it is not tried again before there is something new
                raise
            if is_wanted():
                return
        self.close()

    def close(self) -> None:
        """End the child; what it is doing is finished or thrown away whole."""
        self._used_at = None
        self._child.stop(_STOP_S)

    def _follow(
        self,
        order: dict[str, Any],
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
    ) -> Progress:
        """Give the child an order and wait for its end."""
        connection = self._child.connection or self._start()
        _send(connection, order)
        stopping_since: float | None = None
        while True:
            if stopping_since is None and is_cancelled():
                stopping_since = monotonic()
                _send(connection, {"stop": True})
            if stopping_since is not None and monotonic() - stopping_since > _STOP_S:
                self._child.stop()
            try:
                answer = self._answers.get(timeout=_POLL_S)
            except Empty:
                continue
            if answer is None:
                self.close()
                raise ChildDied("the indexing process died; it is started again")
            if "fault" in answer:
                raise_fault(answer["fault"])
            progress = decode(Progress, answer["progress"])
            report(progress)
            if answer["is_end"]:
                self._used_at = monotonic()
                return progress

    def _start(self) -> socket.socket:
        connection = self._child.start()
        self._used_at = monotonic()
        self._answers = answers = SimpleQueue[dict[str, Any] | None]()

        def listen() -> None:
            for answer in _messages(connection):
                answers.put(answer)
            answers.put(None)

        threading.Thread(target=listen, name="indexing", daemon=True).start()
        return connection


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send a message to the other side, unless it is gone: whoever listens is told of that."""
    with suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _messages(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Yield what the other side says until it is gone; a line that its death cut short is lost."""
    with suppress(OSError, ValueError), connection.makefile("rb") as lines:
        for line in lines:
            yield json.loads(line)


def _packed(scope: Scope | None) -> object:
    return None if scope is None else {"flat": [*scope.flat], "deep": [*scope.deep]}


def _unpacked(packed: Any) -> Scope | None:
    return None if packed is None else Scope(frozenset(packed["flat"]), frozenset(packed["deep"]))


def main() -> None:
    """Serve the daemon that started this process until it has nothing more to say."""
    keep_to_one_thread()
    os.umask(0o077)
    os.nice(_NICENESS)
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    connection = socket.socket(fileno=os.dup(0))
    orders: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    stopping = threading.Event()

    def listen() -> None:
        for order in _messages(connection):
            if "stop" in order:
                stopping.set()
            else:
                stopping.clear()
                orders.put(order)
        stopping.set()
        orders.put(None)

    threading.Thread(target=listen, daemon=True).start()
    indexer = _Indexer(partial(_send, connection), stopping.is_set)
    while (order := orders.get()) is not None:
        try:
            progress = indexer.run(order)
        except Exception as error:  # said to the daemon, who goes on
            _send(connection, {"fault": fault_of(error)})
        else:
            _send(connection, {"progress": encode(progress), "is_end": True})


class _Indexer:
    """Carries out orders; keeps its models from one to the next."""

    def __init__(
        self, answer: Callable[[dict[str, Any]], None], is_stopping: Callable[[], bool]
    ) -> None:
        self._answer = answer
        self._is_stopping = is_stopping
        self._engine: Engine | None = None
        self._settings: Settings | None = None
        self._next_report = 0.0

    def run(self, order: dict[str, Any]) -> Progress:
        from ..engine.engine import Engine

        settings = load(Paths.find(os.environ), os.environ, {}).settings
        if self._engine is None or settings != self._settings:
            self._engine, self._settings = Engine(settings), settings
        if "relink" in order:
            return self._engine.relink(self._report, self._is_stopping)
        scopes = order["run"]
        return self._engine.index(
            self._report,
            self._is_stopping,
            scopes=None if scopes is None else {key: _unpacked(one) for key, one in scopes},
            is_careful=order["is_careful"],
        )

    def _report(self, progress: Progress) -> None:
        if monotonic() >= self._next_report:
            self._next_report = monotonic() + _REPORT_S
            self._answer({"progress": encode(progress), "is_end": False})


if __name__ == "__main__":
    main()
