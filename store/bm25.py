"""BM25 over the postings.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from . import analysis
from .codes import ScanTable
from .postings import look_up, segments

K1 = 1.2
B = 0.75


@dataclass(frozen=True)
class LexicalScores:
    """BM25 of one query with every chunk."""

    scores: NDArray[np.float32]
    """By chunk id; 0 where no term occurs or the filters let nothing through."""
    matched: NDArray[np.int64]
    """How many of the query's terms each chunk holds, by chunk id."""
    weights: dict[int, float]
    """Term key → inverse document frequency, times its occurrences in the query."""
    mean_length: float

    def score_text(self, text: str) -> float:
        """Score a text that is not in the index, with the index's statistics."""
        counts = Counter(analysis.terms(text))
        norm = K1 * (1 - B + B * counts.total() / self.mean_length)
        return sum(
            weight * counts[key] * (K1 + 1) / (counts[key] + norm)
            for key, weight in self.weights.items()
            if key in counts
        )


def score(
    connection: apsw.Connection,
    keys: Sequence[int],
    table: ScanTable,
    allowed: NDArray[np.bool_],
) -> LexicalScores:
    """Score all allowed chunks.

    A term that the query repeats counts as often as it does, which matters for long questions.
    Document frequencies count every live chunk, filtered or not.
    """
    scores = np.zeros(allowed.size, dtype=np.float32)
    matched = np.zeros(allowed.size, dtype=np.int64)
    weights: dict[int, float] = {}
    norms = (K1 * (1 - B + B * table.lengths / table.mean_length)).astype(np.float32)
    live_count = table.live_count
    all_segments = segments(connection)
    for key, occurrences in Counter(keys).items():
        chunks, counts = look_up(connection, all_segments, key)
        frequency = int(table.live[chunks].sum())
        idf = float(np.log1p((live_count - frequency + 0.5) / (frequency + 0.5)))
        weights[key] = idf * occurrences
        kept = allowed[chunks]
        chunks, counts = chunks[kept], counts[kept].astype(np.float32)
        scores[chunks] += weights[key] * counts * (K1 + 1) / (counts + norms[chunks])
        matched[chunks] += 1
    return LexicalScores(scores, matched, weights, table.mean_length)
