"""The proximity graph: what it is built from, how it is kept, and what a search gains by it."""

from __future__ import annotations

from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from store import (
    GraphParameters,
    Mode,
    Quantiser,
    Query,
    Results,
    SearchParameters,
    SearchPath,
    StoreDamaged,
    Vectors,
)
from store.graph import edges, hubs, neighbours
from store.graph.adjacency import Graph
from store.graph.estimates import Estimates
from store.graph.linking import Edges, in_order, link
from store.graph.renewal import Renewal, renew, renew_all
from store.vectors.codes import BLOCK_CHUNKS
from store.vectors.points import Points
from tests.store.fakes import MODELS, QUANTISER, Library

DIMS = 256


def passages(count: int, seed: int = 0) -> Vectors:
    """Embeddings of `count` passages, id 0 unused, each about two of 75 topics."""
    topics = np.random.default_rng(0).standard_normal((75, DIMS))
    random = np.random.default_rng(seed)
    first, second = random.integers(len(topics), size=(2, count + 1))
    rows = topics[first] + topics[second] + 0.7 * random.standard_normal((count + 1, DIMS))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def points_of(vectors: Vectors, quantiser: Quantiser, exact_from: int = 1) -> Points:
    codes = np.ascontiguousarray(quantiser.encode(vectors).T)
    return Points(quantiser, codes, exact_from, quantiser.project(vectors[exact_from:]))


def ids_of(vectors: Vectors) -> NDArray[np.int64]:
    return np.arange(1, len(vectors))


def built(vectors: Vectors, quantiser: Quantiser) -> Edges:
    return link(points_of(vectors, quantiser), ids_of(vectors), ids_of(vectors), GraphParameters())


def walk_recall(vectors: Vectors, quantiser: Quantiser, graph: Graph, live: Edges) -> float:
    """Share of the ten best chunks by code that walks over the graph meet."""
    codes = np.ascontiguousarray(quantiser.encode(vectors).T)
    found = []
    for query in passages(60, seed=5)[1:]:
        estimates = Estimates(codes, quantiser.tables(query))
        met = estimates.walk(graph, live[::128], 128)
        best = live[np.argsort(-estimates[live])[:10]]
        found.append(np.isin(best, met).mean())
    return float(np.mean(found))


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return passages(3000)


@pytest.fixture(scope="module")
def quantiser(vectors: Vectors) -> Quantiser:
    return Quantiser.fit(vectors)


pairs = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=300)


@given(pairs)
def test_edges_come_back_as_they_were_stored(drawn: list[tuple[int, int]]) -> None:
    stored = in_order(np.array([pair for pair in drawn if pair[0] != pair[1]] or [(2, 1)]))
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE edges (block INTEGER PRIMARY KEY, data BLOB)")
    edges.store(connection, stored, edges.blocks_of(stored))
    assert in_order(edges.load(connection, 5001)).tolist() == stored.tolist()
    with pytest.raises(StoreDamaged, match="graph"):
        edges.load(connection, int(stored[:, 0].max()))  # a chunk that does not exist


@given(st.integers(0), st.integers(1, 255))
def test_a_flipped_byte_in_the_graph_is_found(place: int, flip: int) -> None:
    stored = in_order(np.array([(9, 3), (9, 8), (BLOCK_CHUNKS + 3, 7)]))
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE edges (block INTEGER PRIMARY KEY, data BLOB)")
    edges.store(connection, stored, edges.blocks_of(stored))
    blob = bytearray(connection.execute("SELECT data FROM edges WHERE block = 0").get)
    blob[place % len(blob)] ^= flip
    connection.execute("UPDATE edges SET data = ? WHERE block = 0", (bytes(blob),))
    with pytest.raises(StoreDamaged, match="block 0 of the graph"):
        edges.load(connection, 2000)


def test_an_edge_takes_two_bytes(vectors: Vectors, quantiser: Quantiser) -> None:
    graph = built(vectors, quantiser)
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE edges (block INTEGER PRIMARY KEY, data BLOB)")
    edges.store(connection, graph, edges.blocks_of(graph))
    size = connection.execute("SELECT sum(length(data)) FROM edges").get
    assert size < 2 * len(graph)
    assert size < 8 * len(vectors)


def test_chunks_choose_few_neighbours_and_hubs_more(vectors: Vectors, quantiser: Quantiser) -> None:
    parameters = GraphParameters(M=16, m=3)
    all_points = points_of(vectors, quantiser)
    few = link(all_points, ids_of(vectors), ids_of(vectors), parameters)
    degrees = Graph.of(few, len(vectors)).degrees[1:]
    assert degrees.min() >= 1
    assert 2 <= degrees.mean() <= 2 * parameters.m
    assert degrees.max() > 2 * parameters.m
    assert len(few) < len(built(vectors, quantiser))


def test_a_walk_meets_what_a_scan_finds(vectors: Vectors, quantiser: Quantiser) -> None:
    graph = Graph.of(built(vectors, quantiser), len(vectors))
    assert walk_recall(vectors, quantiser, graph, ids_of(vectors)) > 0.95


def test_clusters_find_the_neighbours_that_comparing_all_finds(
    vectors: Vectors, quantiser: Quantiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = points_of(vectors, quantiser)
    ids = ids_of(vectors)
    true = neighbours.find_nearest(everything, ids, ids, 10).ids
    monkeypatch.setattr(neighbours, "_BRUTE_CELLS", 0)
    found = neighbours.find_nearest(everything, ids, ids, 10).ids
    shared = [np.isin(one, two).mean() for one, two in zip(true, found, strict=True)]
    assert np.mean(shared) > 0.65  # passages of two topics are the worst case for clusters
    assert not (found == ids[:, None]).any()


def test_many_chunks_that_are_equal_are_linked_too(
    quantiser: Quantiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_BRUTE_CELLS", 0)
    equal = np.repeat(passages(3)[1:3], (500, 3), axis=0)
    ids = ids_of(equal)
    found = neighbours.find_nearest(points_of(equal, quantiser), ids, ids, 2).ids
    assert (found > 0).all()


@pytest.mark.parametrize("edits", [3_000, pytest.param(10_000, marks=pytest.mark.faults)])
def test_thousands_of_edits_leave_a_graph_as_good_as_a_new_one(
    vectors: Vectors, quantiser: Quantiser, edits: int
) -> None:
    """Every edit removes one of 3,000 chunks and adds one; 100 edits come at a time."""
    every = passages(3_000 + edits, seed=0)
    every[:3001] = vectors
    parameters = GraphParameters()
    live = np.zeros(len(every), dtype=bool)
    live[1:3001] = True
    known = link(
        points_of(every, quantiser), np.flatnonzero(live), np.flatnonzero(live), parameters
    )
    random = np.random.default_rng(1)
    for first in range(3001, 3001 + edits, 100):
        live[random.choice(np.flatnonzero(live), 100, replace=False)] = False
        live[first : first + 100] = True
        points = points_of(every, quantiser, first)
        renewal = renew(known, points, live, first, hubs.due(np.flatnonzero(live)), parameters)
        known = renewal.edges
        if (first + 99 - 3_000) % 4_000 == 0:
            exact = Points(quantiser, points.codes, 0, quantiser.project(every))
            known = renew_all(known, exact, live, np.empty(0, dtype=np.int64), parameters).edges
    ids = np.flatnonzero(live)
    kept = edges.between(known, live)
    fresh = link(points_of(every, quantiser, len(every)), ids, ids, parameters)
    grown = walk_recall(every, quantiser, Graph.of(kept, len(every)), ids)
    new = walk_recall(every, quantiser, Graph.of(fresh, len(every)), ids)
    assert grown > new - 0.01
    assert len(kept) < 1.25 * len(fresh)  # a tenth of the index, so 2.5 % of its size


def test_only_blocks_that_changed_are_written(vectors: Vectors, quantiser: Quantiser) -> None:
    live = np.ones(len(vectors), dtype=bool)
    live[0] = False
    known = built(vectors, quantiser)
    assert renewed(vectors, quantiser, known, live).blocks.size == 0
    live[2500] = False
    around = known[(known == 2500).any(axis=1)]
    written = renewed(vectors, quantiser, known, live)
    assert set(edges.blocks_of(around)) <= set(written.blocks)
    assert live[written.edges].all()


def renewed(
    vectors: Vectors, quantiser: Quantiser, known: Edges, live: NDArray[np.bool_]
) -> Renewal:
    points, none = points_of(vectors, quantiser), np.empty(0, dtype=np.int64)
    return renew(known, points, live, len(vectors), none, GraphParameters())


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """600 documents about pairs of words, linked."""
    library = Library(tmp_path_factory.mktemp("shelf"))
    words = [f"word{number}" for number in range(60)]
    with library.store.writer() as writer:
        for one in words:
            library.put(writer, **{f"{one}-{two}": [f"{one} {two} text"] for two in words[:10]})
        writer.link(QUANTISER)
    return library


def ask(library: Library, text: str, path: SearchPath, **wanted: object) -> Results:
    parameters = SearchParameters(path=path, ef=64, batch=4)
    query = Query(text, mode=Mode.SEMANTIC, parameters=parameters, **wanted)  # type: ignore[arg-type]
    *_, last = library.store.search(query, MODELS, *library.sources)
    return last


def names(found: Results) -> list[str]:
    return [hit.path.stem for hit in found.hits]


@pytest.mark.parametrize("path", [SearchPath.GRAPH, SearchPath.LEANN])
def test_the_graph_finds_what_the_scan_finds(shelf: Library, path: SearchPath) -> None:
    for text in ("word7 word3", "word40 word9", "word22 word1"):
        flat = ask(shelf, text, SearchPath.FLAT, budget=64)
        walked = ask(shelf, text, path, budget=64)
        assert walked.explain.path == path
        assert names(walked)[0] == names(flat)[0]
        assert flat.explain.visited == 0 < walked.explain.visited < 600


def test_a_walk_says_what_it_did(shelf: Library) -> None:
    explain = ask(shelf, "word7 word3", SearchPath.GRAPH).explain
    assert 0 < explain.visited < 600
    assert explain.recomputed + explain.cache_hits == 32
    assert 0 < explain.expanded < 32
    assert ask(shelf, "word7 word3", SearchPath.FLAT).explain.visited == 0


def test_few_chunks_are_scanned_without_being_told(shelf: Library) -> None:
    assert ask(shelf, "word7", SearchPath.AUTO).explain.path == "flat"


def test_leann_recomputes_along_the_walk_and_stops_by_itself(shelf: Library) -> None:
    found = ask(shelf, "word7 word3", SearchPath.LEANN, budget=500)
    explain = found.explain
    assert 64 <= explain.recomputed + explain.cache_hits < 500
    assert names(found)[0] in {"word7-word3", "word3-word7"}


def test_filters_hold_during_the_walk(shelf: Library) -> None:
    text = "path:word31-* word7 word3"
    assert set(names(ask(shelf, text, SearchPath.GRAPH))) <= {f"word31-word{n}" for n in range(10)}
    assert names(ask(shelf, text, SearchPath.GRAPH))


def test_chunks_are_found_before_they_are_linked_and_linked_later(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.put(old=["alpha beta", "gamma delta"])
    with library.store.writer() as writer:
        writer.link(QUANTISER)
    library.put(new=["epsilon zeta"])  # and the run is killed here
    for path in (SearchPath.AUTO, SearchPath.GRAPH):
        assert names(ask(library, "epsilon", path))[0] == "new"
    with library.store.writer() as writer:
        writer.link(QUANTISER)  # its exact places are lost; the codes must do
    walked = ask(library, "epsilon", SearchPath.GRAPH)
    assert names(walked)[0] == "new"


def test_a_topic_that_nothing_else_is_about_can_be_walked_to(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with library.store.writer() as writer:
        library.put(writer, **{f"n{number}": [f"word{number % 60}"] for number in range(600)})
        writer.link(QUANTISER)
        # Numbers 601 to 640: too many to need a neighbour elsewhere; number 640 would be a hub.
        library.put(
            writer, **{f"far{number}": ["far " * 40 + f"x{number}"] for number in range(39)}
        )
        writer.link(QUANTISER)
    found = ask(library, "far", SearchPath.GRAPH)
    assert all(name.startswith("far") for name in names(found))
    assert found.explain.visited < 600


def test_parts_of_the_graph_that_no_entry_leads_to_are_named_once() -> None:
    joined = in_order(np.array([(2, 1), (3, 2), (5, 4), (7, 6), (8, 7), (8, 6)]))
    graph = Graph.of(joined, 10)
    live = np.arange(1, 10)
    assert graph.unreached(np.array([3]), live).tolist() == [4, 6, 9]
    assert graph.unreached(np.array([1, 5, 8, 9]), live).size == 0


def test_a_few_new_chunks_find_the_neighbours_that_comparing_places_finds(
    vectors: Vectors, quantiser: Quantiser
) -> None:
    points, ids = points_of(vectors, quantiser, len(vectors)), ids_of(vectors)
    few = neighbours.find_nearest(points, ids[:8], ids, 10).ids
    more = neighbours.find_nearest(points, ids[:200], ids, 10).ids[:8]
    assert [set(row) for row in few.tolist()] == [set(row) for row in more.tolist()]


def test_compaction_keeps_the_graph(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.put(**{f"n{number}": [f"word{number} text"] for number in range(200)})
    with library.store.writer() as writer:
        writer.link(QUANTISER)
    library.remove(*(f"n{number}" for number in range(0, 200, 2)))
    with library.store.writer() as writer:
        writer.link(QUANTISER)
        writer.compact(force=True)
        writer.link(QUANTISER)
    found = ask(library, "word77", SearchPath.GRAPH)
    assert names(found)[0] == "n77"
    assert found.explain.visited > 90
    assert library.store.check() == ()
