"""Part `latency`: how long a search takes, as a whole process and within one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

from app.engine.engine import Engine
from app.user.settings import Settings
from store import Query

from .metrics import mean, percentile
from .product import paths_of
from .report import Measure, Section, Target, at_most
from .sets import CODE, load
from .workspace import Workspace

_WARM_UP = 3
"""Queries asked before the clock counts, so that models and pages are in memory."""
_ONE_SHOT = (at_most(0.8), at_most(0.8))
_FIRST = (at_most(0.030), None)
_EXACT = (at_most(0.200), at_most(0.400))


@dataclass(frozen=True, slots=True)
class Timing:
    """One search inside a process."""

    first_s: float
    """Until the instant answer."""
    exact_s: float
    """Until the exact answer."""
    recomputed: int
    """Embeddings recomputed."""


def measure(workspace: Workspace) -> Section:
    """Time searches over the generated folder's index."""
    count = workspace.scale.timed_queries
    every = real_queries(workspace, 2 * count)
    queries, others = every[:count], every[count:]
    indexed = workspace.large
    workspace.say("latency: one-shot searches")
    runs = [indexed.thimble.search(query)[0] for query in queries]
    workspace.say("latency: searches in one process")
    timings = _time_searches(indexed.thimble.home, others)
    again = _time_searches(indexed.thimble.home, others)
    chunks = indexed.thimble.status()["chunks"]
    settings = f"{len(queries)} queries, hybrid, 10 hits, {chunks:,} chunks, warm page cache"
    return Section(
        "latency",
        measures=(
            *_percentiles("one-shot, no daemon", [run.wall_s for run in runs], settings, _ONE_SHOT),
            *_percentiles("first answer", [one.first_s for one in timings], settings, _FIRST),
            *_percentiles("exact answer", [one.exact_s for one in timings], settings, _EXACT),
            *_percentiles(
                "exact answer, asked again", [one.exact_s for one in again], settings, (None, None)
            ),
            Measure(
                "embeddings recomputed a query",
                mean([one.recomputed for one in timings]),
                "",
                f"mean of {settings}",
                at_most(48),
            ),
            Measure(
                "peak memory of a one-shot search",
                max(run.peak_bytes for run in runs) / 1_000_000,
                "MB",
                settings,
            ),
        ),
    )


def _percentiles(
    what: str, times_s: Sequence[float], settings: str, targets: tuple[Target | None, Target | None]
) -> Iterator[Measure]:
    for name, share, target in zip(("p50", "p95"), (0.5, 0.95), targets, strict=True):
        yield Measure(f"{what}, {name}", percentile(times_s, share), "s", settings, target)


def _time_searches(home: Path, queries: Sequence[str]) -> list[Timing]:
    """Search in this process, as a daemon or the terminal app does, with models warm."""
    settings = Settings(paths_of(home))
    with Engine(settings) as engine:
        for query in queries[:_WARM_UP]:
            _time_search(engine, query)
        return [_time_search(engine, query) for query in queries]


def _time_search(engine: Engine, query: str) -> Timing:
    started = time.perf_counter()
    answers = engine.search(Query(query))
    next(answers)
    first_s = time.perf_counter() - started
    exact = list(answers)[-1]
    return Timing(first_s, time.perf_counter() - started, exact.explain.recomputed)


def real_queries(workspace: Workspace, wanted: int) -> list[str]:
    """Take real queries, as many of each set, or beginnings of sentences if there are no sets."""
    sets = workspace.places.sets
    folders = [sets / name for name in workspace.scale.sets if name not in CODE]
    folders = [folder for folder in folders if (folder / "queries.jsonl").is_file()]
    asked = [list(load(folder, wanted).queries.values()) for folder in folders]
    if not asked:
        asked = [[" ".join(text.body.split()[:8]) for text in workspace.prose]]
    turns = chain.from_iterable(zip_longest(*asked))
    return list(islice(filter(None, turns), wanted))
