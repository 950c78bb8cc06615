"""BM25 over the postings, and exactly for a text that is read back.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from ..vectors.codes import ScanTable
from .idf import inverse_frequency
from .inverted_index import Term

K1 = 1.2
B = 0.75
K3 = 1.0
"""Damps the repeats of a term in the query: the second counts a third, all together one more."""

Confirm = Callable[[int, Sequence[range]], Ids]
"""(term key, ranges of chunks) → the chunks of these that hold the term, by their text."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well the words of one text match a query."""

    words: float
    """BM25."""
    coverage: float
    """Share of the query's weight whose terms the text holds, 0 to 1."""


@dataclass(frozen=True)
class LexicalScores:
    """BM25 of one query with every chunk, as far as postings tell.

    Postings know of a term only that it occurs, and not of all its chunks: scores are estimates,
    which `match` makes exact.
    """

    scores: NDArray[np.float32]
    """By chunk id; 0 where no term occurs or the filters let nothing through."""
    held: NDArray[np.float32]
    """By chunk id: the sum of the weights of the terms it is known to hold."""
    weights: Mapping[int, float]
    """Term key → inverse document frequency, times its damped occurrences in the query."""
    mean_length: float
    is_open: bool = False
    """Whether there are chunks that may hold a rare term and were not read."""

    def match(self, counts: Mapping[int, int], named: Container[int] = ()) -> Match:
        """Score a text that holds terms so often, exactly, with the index's statistics.

        Terms that are `named` are in the name of its file: one more of each, which makes the text
        no longer.
        """
        norm = K1 * (1 - B + B * sum(counts.values()) / self.mean_length)
        words = held = 0.0
        for key, weight in self.weights.items():
            occurrences = counts.get(key, 0) + (key in named)
            words += weight * occurrences * (K1 + 1) / (occurrences + norm)
            held += weight * (occurrences > 0)
        return Match(words, self._share(held))

    def estimate(self, chunk: int) -> Match:
        """Return what postings tell of a chunk."""
        return Match(float(self.scores[chunk]), self._share(float(self.held[chunk])))

    def _share(self, held: float) -> float:
        return min(1.0, held / total) if (total := sum(self.weights.values())) else 0.0


def score(
    keys: Sequence[int],
    table: ScanTable,
    allowed: Mask,
    look_up: Callable[[int], Term],
    confirm: Confirm | None,
) -> LexicalScores:
    """Score all allowed chunks; `look_up` tells what the index knows of a key.

    Without `confirm`, chunks that may hold a rare term are taken not to.

    A term that the query repeats counts a little more, which matters for long questions.
    Document frequencies count every live chunk, filtered or not.
    """
    scores, held = np.zeros((2, allowed.size), dtype=np.float32)
    weights: dict[int, float] = {}
    is_open = False
    norms = (K1 * (1 - B + B * table.lengths / table.mean_length)).astype(np.float32)
    for key, occurrences in Counter(keys).items():
        term = look_up(key)
        chunks, frequency = term.chunks, term.frequency
        is_rare = bool(term.unsure)
        is_open |= is_rare and confirm is None
        if is_rare and confirm is not None:
            more = np.setdiff1d(confirm(key, term.unsure), chunks)
            chunks = np.concatenate([chunks, more[table.live[more]]])
            frequency += chunks.size - term.chunks.size
        idf = inverse_frequency(frequency, table.live_count)
        weights[key] = idf * occurrences * (K3 + 1) / (occurrences + K3)
        chunks = chunks[allowed[chunks]]
        scores[chunks] += weights[key] * (K1 + 1) / (1 + norms[chunks])
        held[chunks] += weights[key]
    return LexicalScores(scores, held, weights, table.mean_length, is_open)
