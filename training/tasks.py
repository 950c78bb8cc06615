"""Development tasks: whole sources held out of training, to choose everything by."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.metrics import mean, ndcg

from .corpus import Corpus

_TEXTBOOKS = "openstax/osbooks-"
HELD_OUT = {
    "docs": frozenset({"debian/postgresql-doc-15", "prometheus/docs"}),
    "code": frozenset({"conala-train (ypapanik/t5-for-code-generation)", "debian/manpages-dev"}),
    "questions": frozenset(
        {
            "sudheerj/javascript-interview-questions",
            "bregman-arie/devops-exercises",
            "deepset-ai/COVID-QA faq",
        }
    ),
    "medicine": frozenset({_TEXTBOOKS + "anatomy-physiology", _TEXTBOOKS + "microbiology"}),
    "science": frozenset({_TEXTBOOKS + "astronomy", _TEXTBOOKS + "chemistry-bundle"}),
    "history": frozenset({_TEXTBOOKS + "us-history", _TEXTBOOKS + "world-history"}),
    "notes": frozenset({"nikitavoloboev/knowledge", "18F/handbook", "basecamp/handbook"}),
    "standards": frozenset({"w3c/wcag"}),
}
"""Task name → its sources, of several kinds: none of their text is trained on."""
_ALSO_HELD_OUT = frozenset(
    {
        "OWASP/CheatSheetSeries",
        "LukeSmithxyz/based.cooking",
        "debian/debian-faq",
        "openstax/osbooks-principles-economics-bundle",
        "sudheerj/reactjs-interview-questions",
    }
)
ALL_HELD_OUT = _ALSO_HELD_OUT.union(*HELD_OUT.values())
_QUERIES = 200
_PASSAGES = 1000
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
    """Make one task of each kind: queries of its sources against all passages of them."""
    tasks = []
    for name, sources in HELD_OUT.items():
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
