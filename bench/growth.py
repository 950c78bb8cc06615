"""Part `growth`: how build, size and search grow with the number of chunks.

The text is expanded from real passages: runs of sentences cut at random places, one word in seven
replaced by another of the same text collection, so that no two chunks are alike.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.engine.engine import Engine
from app.user.settings import Settings
from store import Explain, Mode, Query, SearchParameters, SearchPath

from .folders import Plan
from .latency import real_queries
from .metrics import mean, percentile
from .plots import Line, Plot
from .product import paths_of
from .report import Cell, Measure, Section, Table, at_most
from .workspace import Workspace

_BYTES_A_CHUNK = 900
_SWAPPED = 1 / 7
_WARM_UP = 5
_MB = 1_000_000
_COUNTS = ("scanned", "visited", "expanded", "recomputed", "cache_hits")
"""Fields of `Explain`."""
_PATHS = (SearchPath.AUTO, SearchPath.FLAT, SearchPath.GRAPH)


@dataclass(frozen=True, slots=True)
class Searched:
    """Searches of one index on one path."""

    chunks: int
    path: SearchPath
    first_s: list[float]
    exact_s: list[float]
    explains: list[Explain]

    def count(self, field: str) -> float:
        """Return the mean of a field of `Explain`."""
        return mean([float(getattr(one, field)) for one in self.explains])


@dataclass(frozen=True, slots=True)
class Grown:
    """One index of the series."""

    chunks: int
    text_bytes: int
    built_s: float
    peak_bytes: int
    parts: dict[str, int]
    searched: tuple[Searched, ...]


def measure(workspace: Workspace) -> Section:
    """Build and search indexes of growing size."""
    grown = [_grow(workspace, chunks) for chunks in workspace.scale.growth_chunks]
    largest = grown[-1]
    settings = f"{largest.chunks:,} chunks, semantic, 10 hits, in one process"
    auto = largest.searched[0]
    targets = (("first answer, p50", auto.first_s, 0.030), ("exact answer, p50", auto.exact_s, 0.2))
    measures = [
        Measure(what, percentile(times, 0.5), "s", settings, at_most(limit))
        for what, times, limit in targets
    ]
    minutes = largest.built_s / 60
    measures.append(Measure("build", minutes, "min", f"{largest.chunks:,} chunks", at_most(30)))
    tables = (_builds(grown), _searches(grown))
    return Section("growth", tuple(measures), tables, plots=tuple(_plots(grown)))


def _grow(workspace: Workspace, chunks: int) -> Grown:
    workspace.say(f"growth: {chunks:,} chunks")
    plan = Plan.of_total(chunks * _BYTES_A_CHUNK, 2_000, 100_000)
    folder = workspace.generate("growth", replace(plan, swapped=_SWAPPED))
    indexed = workspace.add("growth", folder)
    size, count = indexed.thimble.size(), indexed.thimble.status()["chunks"]
    paths = paths_of(indexed.thimble.home)
    queries = real_queries(workspace, workspace.scale.timed_queries)
    with Engine(Settings(paths)) as engine:
        searched = tuple(_search(engine, queries, path, count) for path in _PATHS)
    run = indexed.run
    return Grown(count, size["text_bytes"], run.wall_s, run.peak_bytes, size["parts"], searched)


def _search(engine: Engine, queries: Sequence[str], path: SearchPath, chunks: int) -> Searched:
    parameters = SearchParameters(path=path)
    found = Searched(chunks, path, [], [], [])
    for number, query in enumerate((*queries[:_WARM_UP], *queries)):
        started = time.perf_counter()
        answers = engine.search(Query(query, mode=Mode.SEMANTIC, parameters=parameters))
        answer = next(answers)
        first_s = time.perf_counter() - started
        for answer in answers:  # noqa: B007 (the last one is wanted)
            pass
        if number >= _WARM_UP:
            found.first_s.append(first_s)
            found.exact_s.append(time.perf_counter() - started)
            found.explains.append(answer.explain)
    return found


def _builds(grown: Sequence[Grown]) -> Table:
    parts = list(grown[0].parts)
    rows: list[tuple[Cell, ...]] = []
    for one in grown:
        sizes = [one.parts.get(part, 0) / one.chunks for part in parts]
        share = sum(one.parts.values()) / one.text_bytes
        speed = one.text_bytes / _MB / one.built_s
        rows.append((one.chunks, one.built_s, speed, one.peak_bytes / _MB, *sizes, share))
    sizes_of = (f"{part}, bytes a chunk" for part in parts)
    columns = ("chunks", "build, s", "MB/s", "peak, MB", *sizes_of, "index / text")
    return Table("Builds", columns, tuple(rows))


def _searches(grown: Sequence[Grown]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in (searched for index in grown for searched in index.searched):
        counts = (one.count(field) for field in _COUNTS)
        times = ((one.first_s, 0.5), (one.first_s, 0.95), (one.exact_s, 0.5), (one.exact_s, 0.95))
        milliseconds = (1000 * percentile(seconds, share) for seconds, share in times)
        rows.append((one.chunks, one.path, *counts, *milliseconds))
    names = (field.replace("_", " ") for field in _COUNTS)
    timed = ("first p50, ms", "first p95, ms", "exact p50, ms", "exact p95, ms")
    return Table("Searches by meaning", ("chunks", "path", *names, *timed), tuple(rows))


def _plots(grown: Sequence[Grown]) -> list[Plot]:
    by_path = [
        [index.searched[place] for index in grown] for place in range(len(grown[0].searched))
    ]
    latency = tuple(
        Line(
            f"{what.removesuffix('_s')}, {series[0].path}",
            tuple((one.chunks, 1000 * percentile(getattr(one, what), 0.5)) for one in series),
        )
        for series in by_path
        for what in ("first_s", "exact_s")
    )
    looked_at = tuple(
        Line(series[0].path, tuple((one.chunks, _looked_at(one)) for one in series))
        for series in by_path
    )
    parts = tuple(
        Line(part, tuple((one.chunks, one.parts.get(part, 0) / one.chunks) for one in grown))
        for part in grown[0].parts
    )
    build = Line("built-in model", tuple((one.chunks, one.built_s) for one in grown))
    return [
        Plot("growth-latency", "Search", "chunks", "median, ms", latency, "log"),
        Plot("growth-codes", "Codes compared", "chunks", "codes a query", looked_at, "log"),
        Plot("growth-size", "Index", "chunks", "bytes a chunk", parts, "log x"),
        Plot("growth-build", "Build", "chunks", "seconds", (build,), "log"),
    ]


def _looked_at(one: Searched) -> float:
    """Return the codes compared: nodes visited in the graph, or all of a scan."""
    return one.count("visited") or one.count("scanned")
