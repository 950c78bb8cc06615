"""Part `tui`: the screen, driven through a pseudo-terminal: start, keys to first results, rest."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.engine.engine import Engine
from app.user.settings import Settings
from store import Query
from tui.format import title

from .latency import real_queries
from .machine import processor_s
from .metrics import percentile
from .product import Thimble, paths_of
from .report import Measure, Section, at_most
from .terminal import Terminal
from .workspace import Workspace

SIZE = (120, 36)
_STARTS = 5
_QUERIES = 10
_LONGEST = 16
"""Characters typed of a query."""
_BETWEEN_KEYS_S = 0.05
_IN_SIGHT = 5
"""Hits that are listed without scrolling."""
_TITLE = 16
"""Characters of a title that the list does not cut."""
_QUIET_S = 3.0
"""Nothing is drawn for so long: the last exact answer has come."""
_IDLE_S = 5.0
_LIMIT_S = 60.0
_CLEAR = "\x15"
"""Ctrl-U empties the box."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One key of a query."""

    key: str
    fresh: str
    """Beginning of the title of the first hit that this key brings into sight, or empty."""


def measure(workspace: Workspace) -> Section:
    """Start the screen over the generated folder's index, type real queries, and let it rest."""
    thimble = workspace.large.thimble
    chunks = thimble.status()["chunks"]
    queries = [query[:_LONGEST] for query in real_queries(workspace, _QUERIES)]
    with Engine(Settings(paths_of(thimble.home))) as engine:
        typed = [_letters(engine, query) for query in queries]
    workspace.say("tui: starts")
    starts = [_start(thimble) for _ in range(_STARTS)]
    workspace.say("tui: typing")
    keys, idle = _typed(thimble, typed)
    settings = (
        f"{len(keys)} keys of {len(queries)} queries, until a hit that was not listed before is "
        f"drawn, {chunks:,} chunks, {SIZE[0]}×{SIZE[1]}"
    )
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


def _open(thimble: Thimble) -> Terminal:
    return Terminal([sys.executable, "-m", "app", "tui"], thimble.environment(), SIZE)


def _start(thimble: Thimble) -> float:
    """Return the seconds from the start until a typed letter is on the screen."""
    started = time.perf_counter()
    with _open(thimble) as terminal:
        _wait_for(terminal, "search your files")
        terminal.send("q")
        _wait_for(terminal, "q")
        return time.perf_counter() - started


def _letters(engine: Engine, query: str) -> list[Letter]:
    """Return the keys of a query, and what the instant answer to each has that is new."""
    letters, listed = [], set[str]()
    for end, key in enumerate(query, start=1):
        hits = next(engine.search(Query(query[:end]))).hits if query[:end].strip() else ()
        titles = [title(hit)[:_TITLE] for hit in hits]
        fresh = (one for one in titles[:_IN_SIGHT] if one not in listed)
        letters.append(Letter(key, next(fresh, "")))
        listed = set(titles)
    return letters


def _typed(thimble: Thimble, queries: Sequence[Sequence[Letter]]) -> tuple[list[float], float]:
    """Return the seconds from each key to its results, and the processor's share at rest."""
    with _open(thimble) as terminal:
        _wait_for(terminal, "Up to date")
        times = [one for query in queries for one in _keys(terminal, query)]
        while terminal.read(_QUIET_S):
            pass
        before = processor_s(terminal.pid)
        time.sleep(_IDLE_S)
        return times, (processor_s(terminal.pid) - before) / _IDLE_S


def _keys(terminal: Terminal, query: Sequence[Letter]) -> Iterator[float]:
    terminal.send(_CLEAR)
    while terminal.read(_BETWEEN_KEYS_S):
        pass
    for letter in query:
        terminal.send(letter.key)
        if letter.fresh:
            yield _wait_for(terminal, letter.fresh)
        while terminal.read(_BETWEEN_KEYS_S):
            pass


def _wait_for(terminal: Terminal, text: str) -> float:
    return terminal.wait(lambda written: text.encode() in written, _LIMIT_S)
