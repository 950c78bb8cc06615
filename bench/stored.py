"""Part `stored`: indexes that store their vectors or words, on the chunks of part `leann`.

Their searches are timed with the query's embedding at hand, thimble's with it to be computed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .environment import RivalsMissing
from .leann_mode import LIMIT
from .metrics import percentile
from .passages import Passages, choose, nearest, recall_at
from .report import Cell, Section, Table
from .rivals import FlatVectors, Fts5
from .vectors import StoredVectors
from .workspace import Workspace

_VERSIONS = ("faiss-cpu", "bm25s")
_COLUMNS = ("index", "recall@3", "recall@10", "bytes a chunk", "of the text", "build, s")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """One index at one setting."""

    name: str
    is_exact_meaning: bool
    """True if it searches by the vectors, so that recall can be told."""
    built_s: float
    size: int
    found: list[list[int]]
    seconds: list[float]


def measure(workspace: Workspace) -> Section:
    """Build and search each of them; what is absent is named."""
    model = workspace.places.reference_model
    if not (model / "model.onnx").is_file():
        return Section("stored", notes=(f"Skipped: no model in {model}.",))
    passages = choose(workspace, StoredVectors(model, workspace.places.out / "vectors"))
    folder = workspace.fresh("stored")
    folder.mkdir()
    workspace.say("stored: sqlite-vec, FTS5, faiss, bm25s")
    rows, notes = [*_own(passages, folder)], []
    try:
        rows += _others(workspace, passages, folder)
        notes.append(f"{workspace.rivals.versions(*_VERSIONS)}.")
    except RivalsMissing as missing:
        notes.append(f"Left out: faiss and bm25s; {missing}.")
    truth = nearest(passages.vectors, passages.asked, LIMIT)
    table = _table(rows, passages, truth)
    return Section("stored", tables=(table,), notes=tuple(notes))


def _own(passages: Passages, folder: Path) -> Iterator[Stored]:
    """Measure those that need no environment of their own."""
    path = folder / "flat.db"
    started = time.perf_counter()
    flat = FlatVectors(path, passages.vectors)
    built_s = time.perf_counter() - started
    found, seconds = _timed(lambda query: flat.rank(query, LIMIT), list(passages.asked))
    yield Stored("sqlite-vec flat, float32", True, built_s, path.stat().st_size, found, seconds)
    path = folder / "words.db"
    started = time.perf_counter()
    words = Fts5(path, passages.texts)
    built_s = time.perf_counter() - started
    found, seconds = _timed(lambda query: words.rank(query, LIMIT), passages.queries)
    yield Stored("SQLite FTS5, text kept", False, built_s, path.stat().st_size, found, seconds)


def _others(workspace: Workspace, passages: Passages, folder: Path) -> Iterator[Stored]:
    np.save(folder / "vectors.npy", passages.vectors)
    np.save(folder / "asked.npy", passages.asked)
    task = {
        "vectors": str(folder / "vectors.npy"),
        "asked": str(folder / "asked.npy"),
        "texts": passages.texts,
        "queries": passages.queries,
        "folder": str(folder),
        "limit": LIMIT,
    }
    answer: dict[str, Any] = workspace.rivals.work("stored_worker.py", task, folder)
    for row in answer["rows"]:
        for run in row["runs"]:
            name, by_meaning = f"{row['name']} {run['setting']}".strip(), "faiss" in row["name"]
            sizes = (row["built_s"], row["bytes"])
            yield Stored(name, by_meaning, *sizes, run["found"], run["seconds"])


def _timed(
    search: Callable[[T], list[int]], queries: Sequence[T]
) -> tuple[list[list[int]], list[float]]:
    found, seconds = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(search(query))
        seconds.append(time.perf_counter() - started)
    return found, seconds


def _table(rows: Sequence[Stored], passages: Passages, truth: list[list[int]]) -> Table:
    chunks, cells = len(passages.texts), []
    for one in rows:
        recalls: tuple[Cell, ...] = ("–", "–")
        if one.is_exact_meaning:
            recalls = tuple(recall_at(depth, one.found, truth) for depth in (3, 10))
        size = (one.size / chunks, one.size / passages.text_bytes)
        times = tuple(1000 * percentile(one.seconds, share) for share in (0.5, 0.95))
        cells.append((one.name, *recalls, *size, one.built_s, *times))
    title = f"{chunks:,} chunks, {len(passages.queries)} queries, all-MiniLM-L6-v2 vectors"
    return Table(title, (*_COLUMNS, "median, ms", "p95, ms"), tuple(cells))
