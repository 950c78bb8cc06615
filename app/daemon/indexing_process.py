"""Indexing in a process of its own, so that searches stay quick and memory is given back.

The daemon writes one JSON object a line to the child: a run to make, or to stop the one that is
being made. The child answers with how far it is and how it ended. It leaves when its input ends,
which also happens if the daemon dies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from indexer import Scope
from store import Progress

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


class ChildDied(Exception):
    """The indexing process ended by itself, perhaps because of a file that it was reading."""


class IndexingProcess:
    """A child that indexes, started when it is needed. For use by one thread at a time."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._used_at = 0.0

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
        if self._child is None or monotonic() - self._used_at <= seconds:
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
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            with suppress(OSError):  # it is dead already
                child.stdin.close()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _follow(
        self,
        order: dict[str, Any],
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
    ) -> Progress:
        """Give the child an order and wait for its end."""
        child = self._started()
        self._tell(order)
        stopping_since: float | None = None
        while True:
            if stopping_since is None and is_cancelled():
                stopping_since = monotonic()
                self._tell({"stop": True})
            if stopping_since is not None and monotonic() - stopping_since > _STOP_S:
                child.kill()
            try:
                line = self._lines.get(timeout=_POLL_S)
            except Empty:
                continue
            if not line:
                self.close()
                raise ChildDied("the indexing process died; it is started again")
            answer = json.loads(line)
            if "fault" in answer:
                raise_fault(answer["fault"])
            progress = decode(Progress, answer["progress"])
            report(progress)
            if answer["is_end"]:
                self._used_at = monotonic()
                return progress

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._child = child = subprocess.Popen(
            [sys.executable, "-I", "-m", "app.daemon.indexing_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for the daemon, which tells the child
        )
        self._lines = lines = SimpleQueue[bytes]()

        def read() -> None:
            if child.stdout is not None:
                with child.stdout:
                    for line in child.stdout:
                        lines.put(line)
            lines.put(b"")

        threading.Thread(target=read, name="indexing", daemon=True).start()
        return child

    def _tell(self, message: dict[str, Any]) -> None:
        if self._child is None or self._child.stdin is None:
            return
        try:
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()
        except OSError:
            pass  # it died: reading its answer says so


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
    orders: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    stopping = threading.Event()

    def listen() -> None:
        for line in sys.stdin.buffer:
            order = json.loads(line)
            if "stop" in order:
                stopping.set()
            else:
                stopping.clear()
                orders.put(order)
        stopping.set()
        orders.put(None)

    threading.Thread(target=listen, daemon=True).start()
    indexer = _Indexer(stopping.is_set)
    while (order := orders.get()) is not None:
        try:
            progress = indexer.run(order)
        except Exception as error:  # said to the daemon, who goes on
            _answer({"fault": fault_of(error)})
        else:
            _answer({"progress": encode(progress), "is_end": True})


class _Indexer:
    """Carries out orders; keeps its models from one to the next."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
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
            _answer({"progress": encode(progress), "is_end": False})


def _answer(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
