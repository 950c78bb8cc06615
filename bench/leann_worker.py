"""LEANN, driven through its Python API. Run by the rivals' interpreter, never imported.

    python leann_worker.py TASK.json ANSWER.json

Recomputed chunks are counted where LEANN asks for them: its graph search sends the ids of nodes to
an embedding server. `count` puts a server of ours in the place of LEANN's, which speaks the same
protocol, looks the vectors up instead of computing them, and keeps the number of ids asked for.
`search` runs LEANN's own server with the model, for the time it takes.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import zmq
from leann import LeannBuilder, LeannSearcher, api
from leann_backend_hnsw.hnsw_backend import HNSWSearcher

Task = dict[str, Any]


def build(task: Task) -> Task:
    """Embed all texts and build an index, as `LeannBuilder.build_index` does; keep the vectors."""
    kept: list[np.ndarray] = []
    compute = api.compute_embeddings

    def keeping(texts: list[str], *arguments: Any, **options: Any) -> np.ndarray:
        vectors: np.ndarray = compute(texts, *arguments, **options)
        kept.append(vectors)
        return vectors

    api.compute_embeddings = keeping
    builder = _builder(task, is_compact=True, is_recompute=True)
    started = time.perf_counter()
    builder.build_index(task["index"])
    built_s = time.perf_counter() - started
    np.save(task["vectors"], kept[-1].astype(np.float32))
    queries = compute(task["queries"], task["model"], use_server=False)
    np.save(task["asked"], np.asarray(queries, np.float32))
    return {"built_s": built_s, "files": _files(task)}


def build_from_vectors(task: Task) -> Task:
    """Build an index from vectors that are there already: the graph and the files alone."""
    builder = _builder(task, is_compact=task["recompute"], is_recompute=task["recompute"])
    vectors = np.load(task["vectors"])
    started = time.perf_counter()
    builder.build_index_from_arrays(task["index"], list(range(len(vectors))), vectors)
    return {"built_s": time.perf_counter() - started, "files": _files(task)}


def count(task: Task) -> Task:
    """Search with each complexity; return the passages found and how many were recomputed."""
    vectors, asked = np.load(task["vectors"]), np.load(task["asked"])
    searcher = HNSWSearcher(task["index"], enable_warmup=False)
    rows = []
    with _lookup_server(vectors) as (port, counted):
        for complexity in task["complexities"]:
            found, recomputed = [], []
            for query in asked:
                before = counted.value
                answer = searcher.search(
                    query[None, :], task["limit"], zmq_port=port, complexity=complexity
                )
                found.append([int(label) for label in answer["labels"][0]])
                recomputed.append(counted.value - before)
            rows.append({"complexity": complexity, "found": found, "recomputed": recomputed})
    return {"rows": rows}


def search(task: Task) -> Task:
    """Time `LeannSearcher.search`, query by query, with LEANN's own server and the model."""
    searcher = LeannSearcher(
        task["index"], recompute_embeddings=task["recompute"], use_daemon=False
    )
    rows = []
    for complexity in task["complexities"]:
        seconds, found = [], []
        searcher.search("warm up", top_k=task["limit"], complexity=complexity)
        for query in task["queries"]:
            started = time.perf_counter()
            hits = searcher.search(query, top_k=task["limit"], complexity=complexity)
            seconds.append(time.perf_counter() - started)
            found.append([int(hit.id) for hit in hits])
        rows.append({"complexity": complexity, "found": found, "seconds": seconds})
    searcher.cleanup()
    return {"rows": rows}


def _builder(task: Task, *, is_compact: bool, is_recompute: bool) -> LeannBuilder:
    builder = LeannBuilder(
        "hnsw", embedding_model=task["model"], is_compact=is_compact, is_recompute=is_recompute
    )
    for text in task["texts"]:
        builder.add_text(text)
    return builder


def _files(task: Task) -> dict[str, int]:
    folder = Path(task["index"]).parent
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir())}


@contextmanager
def _lookup_server(vectors: np.ndarray) -> Iterator[tuple[int, Any]]:
    """Serve distances on a loopback port; yield the port and the count of ids asked for.

    A process of its own, since the search holds the interpreter while it waits for an answer.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fork = multiprocessing.get_context("fork")
    counted = fork.Value("q", 0)
    server = fork.Process(target=_serve, args=(vectors, port, counted), daemon=True)
    server.start()
    try:
        yield port, counted
    finally:
        server.terminate()
        server.join()


def _serve(vectors: np.ndarray, port: int, counted: Any) -> None:
    """Answer LEANN's two requests: `[[ids], query]` for distances, `[[ids]]` for embeddings."""
    listening = zmq.Context().socket(zmq.REP)
    listening.bind(f"tcp://127.0.0.1:{port}")
    while True:
        ids, *query = msgpack.unpackb(listening.recv())
        with counted.get_lock():
            counted.value += len(ids)
        wanted = vectors[ids]
        if query:
            answer = [(-(wanted @ np.asarray(query[0], np.float32))).tolist()]
        else:
            answer = [list(wanted.shape), wanted.ravel().tolist()]
        listening.send(msgpack.packb(answer, use_single_float=True))


def main(asked: str, answered: str) -> None:
    """Do the task that the file at `asked` names; write the answer."""
    logging.disable(logging.WARNING)
    task = json.loads(Path(asked).read_text("utf-8"))
    actions = {
        "build": build,
        "build_from_vectors": build_from_vectors,
        "count": count,
        "search": search,
    }
    answer = actions[task["action"]](task)
    Path(answered).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
