"""Passages that are one chunk on both sides, the queries asked about them, and the truth.

A passage is a document of a retrieval set that is short enough to be one chunk for thimble and
for every rival, so all of them index the same pieces of text. The truth of a query is exact
search over all passages under the model that a system embeds with.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np

from store import Filters, Query, Vectors
from store.lexical.parsed_query import parse

from .sets import CODE, RetrievalSet, load
from .vectors import StoredVectors
from .workspace import Workspace

_LEAST_CHARS, _MOST_CHARS = 100, 900
"""900 characters are fewer than 256 tokens: no chunker cuts them and no model truncates them."""
_FILES_IN_A_FOLDER = 500


@dataclass(frozen=True)
class Passages:
    """The text that all systems index, and what they are asked."""

    texts: tuple[str, ...]
    queries: tuple[str, ...]
    vectors: Vectors
    """Of the texts, by the model that thimble recomputes with; shape (n, dims)."""
    asked: Vectors
    """Of the queries."""

    @property
    def text_bytes(self) -> int:
        """Bytes of all texts."""
        return sum(len(text.encode()) for text in self.texts)

    def first(self, count: int) -> Passages:
        """Return the same with only the first `count` texts."""
        return replace(self, texts=self.texts[:count], vectors=self.vectors[:count])

    def asking(self, count: int) -> Passages:
        """Return the same with only the first `count` queries."""
        return replace(self, queries=self.queries[:count], asked=self.asked[:count])

    def write_files(self, folder: Path) -> None:
        """Write each passage as a file that `passage_number` knows again."""
        for number, text in enumerate(self.texts):
            path = folder / f"{number // _FILES_IN_A_FOLDER:03}" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", "utf-8", newline="\n")


def passage_number(path: str | Path) -> int:
    """Return the index of the passage in the file at `path`."""
    return int(Path(path).stem)


def choose(workspace: Workspace, model: StoredVectors) -> Passages:
    """Take passages at random, and queries evenly, from all sets of prose that are present."""
    names = [name for name in workspace.scale.all_sets if name not in CODE]
    folders = [workspace.places.sets / name for name in names]
    sets = [load(one, workspace.scale.queries) for one in folders if one.is_dir()]
    whole = dict.fromkeys(text.whole for documents in sets for text in documents.texts)
    short = [text for text in whole if _LEAST_CHARS <= len(text) <= _MOST_CHARS]
    random.Random(1).shuffle(short)
    texts = tuple(short[: workspace.scale.passages])
    queries = tuple(islice(filter(_is_plain, _in_turn(sets)), workspace.scale.passage_queries))
    return Passages(texts, queries, model.embed_passages(texts), model.embed_queries(queries))


def nearest(vectors: Vectors, asked: Vectors, count: int) -> list[list[int]]:
    """Return, for each query, the indexes of its `count` nearest passages: the truth."""
    order = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :count]
    return [[int(at) for at in row] for row in order]


def recall_at(depth: int, found: Sequence[Sequence[int]], truth: Sequence[Sequence[int]]) -> float:
    """Return the mean share of the `depth` truly nearest that are among the first `depth` found."""
    shares = [
        len(set(one[:depth]) & set(true[:depth])) / depth
        for one, true in zip(found, truth, strict=True)
    ]
    return sum(shares) / len(shares)


def _in_turn(sets: Sequence[RetrievalSet]) -> Iterator[str]:
    queries = (documents.queries.values() for documents in sets)
    return filter(None, chain.from_iterable(zip_longest(*queries)))


def _is_plain(query: str) -> bool:
    """Tell whether a query is without what thimble takes for operators and others for text."""
    parsed = parse(Query(query))
    return not parsed.phrases and not parsed.excluded and parsed.filters == Filters()
