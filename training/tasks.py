"""Development tasks, to choose everything by: whole sources that no model here has seen.

The static model that the index model starts from was trained on openly licensed pairs, perhaps on
all there are: it scores .75 in small tasks made of them where the rank model has .62. So tasks are
made of the other sources, which may be judged by but not trained on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.metrics import mean, ndcg

from .corpus import Corpus

_TEXTBOOKS = "openstax/osbooks-"
TASKS = {
    "physics": frozenset(
        _TEXTBOOKS + name
        for name in ("college-physics-bundle", "university-physics-bundle", "astronomy")
    ),
    "life": frozenset(
        _TEXTBOOKS + name for name in ("anatomy-physiology", "microbiology", "chemistry-bundle")
    ),
    "history": frozenset(
        _TEXTBOOKS + name for name in ("us-history", "world-history", "american-government")
    ),
    "society": frozenset(
        _TEXTBOOKS + name
        for name in (
            "introduction-sociology",
            "psychology",
            "business-ethics",
            "principles-finance",
        )
    ),
    "notes": frozenset({"nikitavoloboev/knowledge", "basecamp/handbook"}),
    "docs": frozenset({"archesproject/arches-docs", "w3c/wcag"}),
    "questions": frozenset(
        {"bregman-arie/devops-exercises", "sudheerj/javascript-interview-questions"}
    ),
}
"""Task name → its sources, of several kinds. None is openly licensed."""
_QUERIES = 300
_PASSAGES = 3000
_SEED = 7

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
"""Texts to embeddings, shape (n, dims), unit length."""


@dataclass(frozen=True, slots=True)
class Task:
    """A small retrieval task: each query has one right passage."""

    name: str
    queries: tuple[str, ...]
    passages: tuple[str, ...]
    right: tuple[int, ...]
    """Index of each query's passage."""


def build(corpus: Corpus) -> list[Task]:
    """Make one task of each kind: queries of its sources against all passages of them.

    Args:
        corpus: the sources that are not openly licensed.
    """
    tasks = []
    for name, sources in TASKS.items():
        held = corpus.of(sources)
        pairs = list({pair.query.lower(): pair for pair in held.pairs}.values())
        random.Random(_SEED).shuffle(pairs)
        pairs = pairs[:_QUERIES]
        texts = [pair.passage for pair in pairs]
        texts += [pair.passage for pair in held.pairs] + [p.text for p in held.passages]
        passages = list(dict.fromkeys(texts))[:_PASSAGES]
        place = {text: index for index, text in enumerate(passages)}
        right = tuple(place[pair.passage] for pair in pairs)
        tasks.append(Task(name, tuple(pair.query for pair in pairs), tuple(passages), right))
    return tasks


def score(task: Task, queries: Vectors, passages: Vectors) -> float:
    """Return the mean nDCG@10 of ranking by dot product."""
    return score_similarity(task, queries @ passages.T)


def score_similarity(task: Task, similarity: Vectors) -> float:
    """Return the mean nDCG@10 of scores of shape (queries, passages)."""
    values = []
    for row, right in zip(similarity, task.right, strict=True):
        ranking = [str(place) for place in np.argsort(-row, kind="stable")[:10]]
        values.append(ndcg(ranking, {str(right): 1}))
    return mean(values)
