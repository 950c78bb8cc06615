"""Part `ablations`: the same passages and queries, the index without one of its ideas at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.engine.engine import Engine
from store import GraphParameters, Mode, Quantiser, Query, SearchParameters, SearchPath
from store.database.connection import open_writer, transaction
from store.database.meta import get_number, set_meta
from store.graph import edges

from . import leann_mode
from .ablations import Variant, section
from .leann_mode import LIMIT, opened
from .metrics import mean, percentile
from .passages import Passages, choose, nearest, passage_number
from .product import Thimble
from .report import Cell, Section, Table
from .vectors import StoredVectors
from .workspace import Workspace

_BUDGETS = (8, 16, 32, 48, 64, 96, 192, 384)
_QUERIES = 100
"""Each is asked of nine variants at every budget."""
_RECALL_10 = 0.90
_FEW = 48
_BATCHES = (1, 4, 8, 16)
_CACHES = (0, 1, 5)
_LEANN = SearchParameters(path=SearchPath.LEANN)
_SHIPPED = GraphParameters()
_FULL = GraphParameters(M=24, m=24)


@dataclass(frozen=True, slots=True)
class _Setup:
    """How one variant builds its graph and searches."""

    name: str
    settings: str
    search: SearchParameters
    graph: GraphParameters = _SHIPPED
    thinned: bool = False
    """Whether the unpruned graph's edges are drawn at random, as many as the first variant has."""


_SETUPS = (
    _Setup("LEANN mode", "M = 16 for hubs, m = 5, a = 0.1", _LEANN),
    _Setup("without two-level search", "a = 1: every neighbour met", replace(_LEANN, a=1.0)),
    _Setup("random pruning", "as many edges, at random", _LEANN, _FULL, thinned=True),
    _Setup("small M", "M = m = 6 for all", _LEANN, GraphParameters(M=6, m=6)),
    _Setup("no pruning", "M = m = 24", _LEANN, _FULL),
    _Setup("thimble's search", "codes, neighbours of exact hits", SearchParameters()),
    _Setup("thimble, codes alone", "no neighbours", SearchParameters(expand=False)),
    _Setup("thimble, walking", "graph instead of a scan", SearchParameters(path=SearchPath.GRAPH)),
)


def measure(workspace: Workspace) -> Section:
    """Measure every variant over one index of the passages under the reference model."""
    model = workspace.places.reference_model
    if not (model / "model.onnx").is_file():
        return Section("ablations", notes=(f"Skipped: no model in {model}.",))
    stored = StoredVectors(model, workspace.places.out / "vectors")
    passages = choose(workspace, stored).asking(_QUERIES)
    folder = workspace.fresh("ablation-passages")
    passages.write_files(folder)
    workspace.say(f"ablations: {len(passages.texts):,} passages")
    thimble = leann_mode.new_home(workspace, "ablations", model)
    thimble.add(folder)
    truth = nearest(passages.vectors, passages.asked, LIMIT)
    variants = list(_variants(workspace, thimble, model, passages))
    found = section(variants, truth, _RECALL_10)
    queries = passages.queries[: workspace.scale.timed_queries]
    tables = (_batching(thimble, model, queries), _caching(thimble, model, passages))
    return replace(found, tables=(*found.tables, *tables))


def _variants(
    workspace: Workspace, thimble: Thimble, model: Path, passages: Passages
) -> Iterator[Variant]:
    kept = 0
    for setup in _SETUPS:
        workspace.say(f"ablations: {setup.name}")
        with opened(thimble, model) as engine:
            quantiser = engine._models.search.quantiser
            linked = _relink(engine, quantiser, passages, setup.graph)
            kept = kept or linked
            if setup.thinned:
                _thin(engine._store.path, kept)
            count, size = _graph_of(engine._store.path)
            points = list(leann_mode.curve(engine, passages, _BUDGETS, setup.search))
        degree = 2 * count / len(passages.texts)
        yield Variant(setup.name, setup.settings, degree, size, points)
    with opened(thimble, model) as engine:
        _relink(engine, engine._models.search.quantiser, passages, _SHIPPED)


def _relink(
    engine: Engine, quantiser: Quantiser, passages: Passages, graph: GraphParameters
) -> int:
    """Build the graph anew from the passages' own vectors; return the number of edges."""
    with engine._store.writer() as writer:
        with transaction(writer._connection):
            writer._connection.execute("DELETE FROM edges")
            set_meta(writer._connection, "next_unlinked", 1)
            generation = get_number(writer._connection, "generation")
            set_meta(writer._connection, "generation", generation + 1)
        writer._places.append(1, quantiser.project(passages.vectors[_by_chunk(engine)]))
        writer.link(quantiser, graph)
    return _graph_of(engine._store.path)[0]


def _by_chunk(engine: Engine) -> NDArray[np.int64]:
    """Return the number of the passage that each chunk is, in the order of their ids."""
    files = (engine._store.file(first) for first in sorted(engine._store.file_ids()))
    return np.array([passage_number(file.path) for file in files if file is not None])


def _thin(path: Path, count: int) -> None:
    """Keep `count` edges, drawn at random."""
    connection = open_writer(path)
    with transaction(connection):
        known = edges.load(connection, get_number(connection, "next_chunk"))
        drawn = np.random.default_rng(0).choice(len(known), min(count, len(known)), replace=False)
        kept = known[np.sort(drawn)]
        connection.execute("DELETE FROM edges")
        edges.store(connection, kept, edges.blocks_of(kept))
        set_meta(connection, "generation", get_number(connection, "generation") + 1)
    connection.close()


def _graph_of(path: Path) -> tuple[int, int]:
    """Return the number of edges and their bytes."""
    connection = open_writer(path)
    count = len(edges.load(connection, get_number(connection, "next_chunk")))
    size = int(connection.execute("SELECT coalesce(sum(length(data)), 0) FROM edges").get)
    connection.close()
    return count, size


def _batching(thimble: Thimble, model: Path, queries: Sequence[str]) -> Table:
    """Time the model's work for one budget in batches of several sizes."""
    rows: list[tuple[Cell, ...]] = []
    for batch in _BATCHES:
        parameters = SearchParameters(batch=batch)
        with opened(thimble, model, cache_percent=0) as engine:
            calls = leann_mode.count_calls(engine)
            times = [_recompute_ms(engine, query, parameters) for query in ("warm up", *queries)]
        rows.append((batch, len(calls) / len(times), percentile(times[1:], 0.5)))
    columns = ("embeddings at a time", "model calls a query", "recomputing, median ms")
    return Table(f"Batching, {_FEW} recomputed, {len(queries)} queries", columns, tuple(rows))


def _recompute_ms(engine: Engine, query: str, parameters: SearchParameters) -> float:
    searched = engine.search(Query(query, mode=Mode.SEMANTIC, budget=_FEW, parameters=parameters))
    return list(searched)[-1].explain.milliseconds["recompute"]


def _caching(thimble: Thimble, model: Path, passages: Passages) -> Table:
    """Ask every query twice, in another order the second time."""
    again = np.random.default_rng(0).permutation(len(passages.queries))
    order = [*passages.queries, *(passages.queries[at] for at in again)]
    rows: list[tuple[Cell, ...]] = []
    for percent in _CACHES:
        with opened(thimble, model, cache_percent=percent) as engine:
            leann_mode.look_up(engine, passages)
            started = time.perf_counter()
            answers = [
                list(engine.search(Query(query, mode=Mode.SEMANTIC, budget=_FEW)))[-1]
                for query in order
            ]
            seconds = time.perf_counter() - started
            hits = [one.explain.cache_hits for one in answers]
            made = [one.explain.recomputed for one in answers]
        share = sum(hits) / (sum(hits) + sum(made))
        rows.append((percent, mean(made), share, 1000 * seconds / len(order)))
    columns = (
        "cache, % of the text",
        "recomputed a query",
        "from the cache",
        "ms beside the model",
    )
    title = f"Cache, {_FEW} chunks a query, {len(passages.queries)} queries asked twice"
    return Table(title, columns, tuple(rows))
