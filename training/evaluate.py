"""How a model folder does in the development tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.metrics import mean
from indexer import Embedder, Model
from store import Quantiser, Vectors

from .tasks import Task, score

_TRUE, _FIRST = 10, 32


def report(folder: Path, tasks: Sequence[Task]) -> None:
    """Print the nDCG@10 of each task, their mean, and how well codes stand for embeddings."""
    embedder = Embedder(Model.load(folder))
    values, kept = [], []
    for task in tasks:
        queries = embedder.embed_queries(task.queries)
        passages = embedder.embed_passages(task.passages)
        values.append(score(task, queries, passages))
        kept.append(code_recall(queries, passages, Quantiser.fit(passages)))
        print(f"{folder.name}\t{task.name}\t{values[-1]:.3f}", flush=True)
    print(f"{folder.name}\tmean\t{mean(values):.4f}")
    print(f"{folder.name}\tbest {_TRUE} among the first {_FIRST} by code\t{mean(kept):.3f}")


def code_recall(queries: Vectors, passages: Vectors, quantiser: Quantiser) -> float:
    """Return the share of each query's nearest 10 passages among the first 32 by code."""
    coded = (queries @ quantiser.rotation) @ quantiser.decode(quantiser.encode(passages)).T
    true = np.argsort(-(queries @ passages.T), axis=1)[:, :_TRUE]
    first = np.argsort(-coded, axis=1)[:, :_FIRST]
    shares = [np.isin(one, other).mean() for one, other in zip(true, first, strict=True)]
    return float(np.mean(shares))
