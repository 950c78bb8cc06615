"""Part `tui`: the screen, driven through a pseudo-terminal: start, keys to first results, rest."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .latency import real_queries
from .machine import processor_s
from .metrics import percentile
from .report import Measure, Section, at_most
from .terminal import Terminal
from .workspace import Workspace

SIZE = (120, 36)
_STARTS = 5
_QUERIES = 10
_LONGEST = 16
"""Characters typed of a query."""
_BETWEEN_KEYS_S = 0.05
_IDLE_S = 5.0
_LIMIT_S = 60.0
_CLEAR = "\x15"
"""Ctrl-U empties the box."""


def measure(workspace: Workspace) -> Section:
    """Start the screen over the generated folder's index, type real queries, and let it rest."""
    thimble = workspace.large.thimble
    chunks = thimble.status()["chunks"]
    queries = real_queries(workspace, _QUERIES)
    workspace.say("tui: starts")
    starts = [_start(thimble.home) for _ in range(_STARTS)]
    workspace.say("tui: typing")
    keys, idle = _typed(thimble.home, queries)
    settings = f"{len(keys)} keys of {len(queries)} queries, {chunks:,} chunks, {SIZE[0]}×{SIZE[1]}"
    return Section(
        "tui",
        measures=(
            Measure(
                "start to typing, p50",
                percentile(starts, 0.5),
                "s",
                f"{len(starts)} starts, until the first key is shown",
                at_most(0.7),
            ),
            Measure(
                "key to first results, p50", percentile(keys, 0.5), "s", settings, at_most(0.05)
            ),
            Measure(
                "key to first results, p95", percentile(keys, 0.95), "s", settings, at_most(0.12)
            ),
            Measure("processor time at rest", idle, "", f"share of a core over {_IDLE_S:.0f} s"),
        ),
    )


def _open(home: Path) -> Terminal:
    environ = {**os.environ, "THIMBLE_HOME": str(home)}
    return Terminal([sys.executable, "-m", "app", "tui"], environ, SIZE)


def _start(home: Path) -> float:
    """Return the seconds from the start until a typed letter is on the screen."""
    started = time.perf_counter()
    with _open(home) as terminal:
        terminal.wait(lambda written: b"search your files" in written, _LIMIT_S)
        terminal.send("q")
        terminal.wait(lambda written: b"q" in written, _LIMIT_S)
        return time.perf_counter() - started


def _typed(home: Path, queries: Sequence[str]) -> tuple[list[float], float]:
    """Return the seconds from each key to its results, and the processor's share at rest."""
    with _open(home) as terminal:
        terminal.wait(lambda written: b"Up to date" in written, _LIMIT_S)
        times = [one for query in queries for one in _keys(terminal, query[:_LONGEST])]
        while terminal.read(1.0):
            pass
        before = processor_s(terminal.pid)
        time.sleep(_IDLE_S)
        return times, (processor_s(terminal.pid) - before) / _IDLE_S


def _keys(terminal: Terminal, query: str) -> Iterator[float]:
    terminal.send(_CLEAR)
    while terminal.read(_BETWEEN_KEYS_S):
        pass
    for key in query:
        terminal.send(key)
        if key.isspace():  # asks nothing new
            continue
        yield terminal.wait(lambda written: b" ms" in written, _LIMIT_S)
        while terminal.read(_BETWEEN_KEYS_S):
            pass
