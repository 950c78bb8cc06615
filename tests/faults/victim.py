"""A process that indexes what changes until it is killed, and says what it has done so far.

It dies by its parent's hand, or by its own at a failpoint: the n-th call of a function.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from tests.faults.history import History
from tests.faults.index import Index

STEPS = 6
"""Changes between two index runs."""
_context = get_context("forkserver")
_context.set_forkserver_preload(["pytest", __name__])


@dataclass(frozen=True)
class Failpoint:
    """Where a process dies: as some call of a function begins or ends."""

    module: str
    function: str
    call: int = 1
    at_end: bool = False

    def arm(self) -> None:
        """Have this process die there."""
        *path, name = self.function.split(".")
        owner: Any = import_module(self.module)
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, name, self._dying(getattr(owner, name)))

    def _dying(self, function: Callable[..., Any]) -> Callable[..., Any]:
        calls = 0

        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == self.call and not self.at_end:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **options)
            if calls == self.call and self.at_end:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


@dataclass(frozen=True)
class LastWords:
    """What a process said last before it died."""

    known: dict[str, bytes]
    """Relative path → digest of what was indexed when its last run had ended."""
    dead: list[str]
    """Words that texts held once."""


def let_die(
    root: Path, seed: int, *, after_s: float = 60.0, failpoint: Failpoint | None = None
) -> LastWords:
    """Have a process change and index the folder at `root` until it dies, after so long at most."""
    ours, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=_work, args=(root, seed, theirs, failpoint))
    process.start()
    theirs.close()
    said = LastWords({}, [])
    with ours, suppress(EOFError):
        assert ours.poll(30.0), "it did not start"
        ours.recv()
        end = monotonic() + after_s
        while (left := end - monotonic()) > 0 and ours.poll(left):
            said = ours.recv()
        assert failpoint is None, f"{failpoint} was not reached"
        process.kill()
        while True:
            said = ours.recv()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"it ended by itself: {process.exitcode}"
    process.close()
    return said


def _work(root: Path, seed: int, say: Connection, failpoint: Failpoint | None) -> None:
    index = Index(root)
    history = History(index, Random(seed), first_word=seed * 1000)
    if failpoint is not None:
        failpoint.arm()
    say.send("ready")
    while True:
        for _ in range(STEPS):
            history.step()
        index.run()
        say.send(LastWords(index.known(), index.dead))
