"""Indexes that store what they search: faiss and bm25s. Run by the rivals' interpreter.

python stored_worker.py TASK.json ANSWER.json
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bm25s
import faiss
import numpy as np

Task = dict[str, Any]
_LEAST_TRAINING = 39
"""Vectors a centroid that faiss wants for training."""


def measure(task: Task) -> Task:
    """Build each index, write it, and time its searches one by one."""
    vectors, asked = np.load(task["vectors"]), np.load(task["asked"])
    folder, limit = Path(task["folder"]), task["limit"]
    rows = [_faiss(*made, vectors, asked, folder, limit) for made in _indexes(vectors)]
    return {"rows": [*rows, _bm25(task["texts"], task["queries"], folder, limit)]}


def _indexes(vectors: np.ndarray) -> list[tuple[str, faiss.Index, str, list[int]]]:
    count, dims = vectors.shape
    graph = faiss.IndexHNSWFlat(dims, 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 200
    lists = max(1, min(4 * math.isqrt(count), count // _LEAST_TRAINING))
    cells = faiss.IndexFlatIP(dims)
    inverted = faiss.IndexIVFPQ(cells, dims, lists, 48, 8, faiss.METRIC_INNER_PRODUCT)
    return [
        ("faiss HNSW, M 32, efSearch", graph, "hnsw.efSearch", [16, 64]),
        (f"faiss IVF-PQ, {lists} lists, 48 bytes, nprobe", inverted, "nprobe", [8, 32]),
    ]


def _faiss(name: str, index: faiss.Index, knob: str, settings: list[int], *rest: Any) -> Task:
    vectors, asked, folder, limit = rest
    started = time.perf_counter()
    index.train(vectors)
    index.add(vectors)
    built_s = time.perf_counter() - started
    path = folder / f"{knob}.faiss"
    faiss.write_index(index, str(path))
    runs = []
    for value in settings:
        owner = index.hnsw if knob.startswith("hnsw.") else index
        setattr(owner, knob.removeprefix("hnsw."), value)
        found, seconds = _timed(lambda one: index.search(one[None, :], limit)[1][0], asked)
        runs.append({"setting": value, "found": found, "seconds": seconds})
    return {"name": name, "built_s": built_s, "bytes": path.stat().st_size, "runs": runs}


def _bm25(texts: list[str], queries: list[str], folder: Path, limit: int) -> Task:
    started = time.perf_counter()
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    built_s = time.perf_counter() - started
    index.save(str(folder / "bm25s"))

    def search(query: str) -> np.ndarray:
        tokens = bm25s.tokenize([query], stopwords="en", show_progress=False)
        found: np.ndarray = index.retrieve(tokens, k=limit, show_progress=False)[0][0]
        return found

    found, seconds = _timed(search, queries)
    size = sum(path.stat().st_size for path in (folder / "bm25s").iterdir())
    runs = [{"setting": "", "found": found, "seconds": seconds}]
    return {"name": "BM25 (bm25s, no text kept)", "built_s": built_s, "bytes": size, "runs": runs}


def _timed(
    search: Callable[[Any], np.ndarray], queries: Any
) -> tuple[list[list[int]], list[float]]:
    found, seconds = [], []
    for query in queries:
        started = time.perf_counter()
        answer = search(query)
        seconds.append(time.perf_counter() - started)
        found.append([int(at) for at in answer])
    return found, seconds


def main(asked: str, answered: str) -> None:
    """Do the task that the file at `asked` names; write the answer."""
    answer = measure(json.loads(Path(asked).read_text("utf-8")))
    Path(answered).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
