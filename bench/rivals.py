"""Rivals that store everything: BM25 in SQLite FTS5, float32 vectors in sqlite-vec, and both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np
import sqlite_vec
from numpy.typing import NDArray

from store import Vectors

Scores = NDArray[np.float32]
"""One score a document, higher is better."""

_WORD = re.compile(r"[^\W_]+")


class Fts5:
    """BM25 of a stock FTS5 table that also keeps the text: what most note programs use."""

    def __init__(self, path: Path, texts: Sequence[str]) -> None:
        """Index `texts` in a new database at `path`."""
        self._connection = apsw.Connection(str(path))
        self._connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5(text, tokenize='porter unicode61')"
        )
        rows = ((number, text) for number, text in enumerate(texts, start=1))
        with self._connection:
            self._connection.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", rows)
        self._count = len(texts)

    def scores(self, query: str) -> Scores:
        """Score every document against the OR of the query's words; 0 where none occurs."""
        found = np.zeros(self._count, np.float32)
        words = " OR ".join(f'"{word}"' for word in _WORD.findall(query))
        sql = "SELECT rowid, bm25(words) FROM words WHERE words MATCH ?"
        for number, score in self._connection.execute(sql, (words,)):
            found[number - 1] = -score
        return found

    def rank(self, query: str, limit: int) -> list[int]:
        """Return the indexes of the best documents, best first."""
        scores = self.scores(query)
        return [index for index in best(scores, limit) if scores[index] > 0]


class FlatVectors:
    """Every vector stored as float32 in sqlite-vec and compared with the query."""

    def __init__(self, path: Path, vectors: Vectors) -> None:
        """Store `vectors` in a new database at `path`."""
        self._connection = apsw.Connection(str(path))
        self._connection.enable_load_extension(True)
        self._connection.load_extension(sqlite_vec.loadable_path())
        self._connection.execute(
            f"CREATE VIRTUAL TABLE flat USING vec0(embedding float[{vectors.shape[1]}])"
        )
        rows = ((number, row.tobytes()) for number, row in enumerate(vectors, start=1))
        with self._connection:
            self._connection.executemany("INSERT INTO flat(rowid, embedding) VALUES (?, ?)", rows)

    def rank(self, query: Vectors, limit: int) -> list[int]:
        """Return the indexes of the nearest documents, nearest first. `query` has shape (dims,)."""
        sql = "SELECT rowid FROM flat WHERE embedding MATCH ? AND k = ? ORDER BY distance"
        return [int(row[0]) - 1 for row in self._connection.execute(sql, (query.tobytes(), limit))]


def best(scores: Scores, limit: int) -> list[int]:
    """Return the indexes of the highest scores, highest first; ties in document order."""
    return [int(index) for index in np.argsort(-scores, kind="stable")[:limit]]


def fuse(similarity: Scores, words: Scores, weight: float) -> Scores:
    """Return z(similarity) + weight · z(words), each normalised over all documents of the set."""
    return _normalised(similarity) + np.float32(weight) * _normalised(words)


def _normalised(scores: Scores) -> Scores:
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
