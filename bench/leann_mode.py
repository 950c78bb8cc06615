"""Thimble with one model for everything: the published algorithm, searched by meaning alone.

The index model is also the rank model, so exact scores are those of the codes' own embeddings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.engine.engine import Engine
from app.user.settings import Settings
from indexer import Embedder
from store import Embed, Mode, Query, SearchParameters, Vectors

from .passages import Passages, passage_number
from .product import Thimble, paths_of
from .workspace import Workspace

LIMIT = 10


@dataclass(frozen=True, slots=True)
class Curve:
    """What one system finds at one setting, over all queries."""

    setting: int
    """LEANN's complexity or thimble's budget."""
    found: list[list[int]]
    """Passage numbers, nearest first, for each query."""
    recomputed: list[int]
    """Chunks recomputed, for each query."""


def new_home(workspace: Workspace, name: str, model: Path) -> Thimble:
    """Return a product with an empty home, set to use `model` for all."""
    thimble = workspace.thimble(name)
    thimble.home.mkdir(parents=True)
    settings = f'index_model = "{model}"\nrank_model = "{model}"\n'
    (thimble.home / "settings.toml").write_text(settings, "utf-8")
    return thimble


def add_folder(thimble: Thimble, model: Path, folder: Path) -> float:
    """Add a folder and fit the model's codes to it, as is done once a model; return seconds."""
    with opened(thimble, model) as engine:
        engine.add_folder(folder)
        started = time.perf_counter()
        _ = engine._models.chosen
        return time.perf_counter() - started


@contextmanager
def opened(thimble: Thimble, model: Path, cache_percent: int = 1) -> Iterator[Engine]:
    """Open the index of `thimble` in this process."""
    paths = paths_of(thimble.home)
    settings = Settings(paths, index_model=model, rank_model=model, cache_percent=cache_percent)
    with Engine(settings) as engine:
        yield engine


def curve(
    engine: Engine,
    passages: Passages,
    budgets: Sequence[int],
    parameters: SearchParameters = SearchParameters(),  # noqa: B008 (frozen)
) -> Iterator[Curve]:
    """Search with each budget; embeddings of the passages are looked up, not computed.

    What is found and how much is asked for is the same, and it takes a hundredth of the time.
    """
    look_up(engine, passages)
    for budget in budgets:
        answers = [_search(engine, query, budget, parameters) for query in passages.queries]
        yield Curve(budget, [one[0] for one in answers], [one[1] for one in answers])


def look_up(engine: Engine, passages: Passages) -> None:
    """Let an engine look the passages' embeddings up instead of computing them."""
    _exchange(engine, _Knowing(engine._models.chosen.embedder, passages))


def count_calls(engine: Engine) -> list[int]:
    """Return a list that grows by the number of texts whenever passages are embedded."""
    counting = _Counting(engine._models.chosen.embedder)
    _exchange(engine, counting)
    return counting.calls


def _exchange(engine: Engine, embedder: Embedder) -> None:
    """Have an engine use another embedder of its model, which is its index and its rank model."""
    models = engine._models
    vars(models)["chosen"] = replace(models.chosen, embedder=embedder)
    models._makers.clear()


class _Counting(Embedder):
    """Notes how many passages it is asked for at a time."""

    def __init__(self, other: Embedder) -> None:
        super().__init__(other.model)
        self.calls: list[int] = []

    def embed_passages(
        self, texts: Sequence[str], before_batch: Callable[[], None] = lambda: None
    ) -> Vectors:
        self.calls.append(len(texts))
        return super().embed_passages(texts, before_batch)


class _Knowing(Embedder):
    """Knows the embeddings of some passages and queries beforehand."""

    def __init__(self, other: Embedder, passages: Passages) -> None:
        super().__init__(other.model)
        self._queries = dict(zip(passages.queries, passages.asked, strict=True))
        self._passages = dict(zip(passages.texts, passages.vectors, strict=True))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return _remembered(self._queries, texts, super().embed_queries)

    def embed_passages(
        self, texts: Sequence[str], before_batch: Callable[[], None] = lambda: None
    ) -> Vectors:
        before_batch()
        return _remembered(self._passages, texts, super().embed_passages)


def time_searches(
    engine: Engine, queries: Sequence[str], budget: int
) -> tuple[list[float], list[list[int]]]:
    """Search with the model; return the seconds until the exact answer, and what was found."""
    _search(engine, "warm up", budget)
    seconds, found = [], []
    for query in queries:
        started = time.perf_counter()
        numbers, _ = _search(engine, query, budget)
        seconds.append(time.perf_counter() - started)
        found.append(numbers)
    return seconds, found


def _search(
    engine: Engine,
    query: str,
    budget: int,
    parameters: SearchParameters = SearchParameters(),  # noqa: B008 (frozen)
) -> tuple[list[int], int]:
    """Return the passages found and the number of exact embeddings they took."""
    answer = list(
        engine.search(
            Query(query, mode=Mode.SEMANTIC, limit=LIMIT, budget=budget, parameters=parameters)
        )
    )[-1]
    explain = answer.explain
    used = explain.recomputed + explain.cache_hits
    return [passage_number(hit.path) for hit in answer.hits], used


def _remembered(
    known: dict[str, NDArray[np.float32]], texts: Sequence[str], embed: Embed
) -> Vectors:
    unknown = [text for text in texts if text not in known]
    if unknown:
        known.update(zip(unknown, embed(unknown), strict=True))
    return np.stack([known[text] for text in texts])
