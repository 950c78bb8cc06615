"""BM25 over the postings, and exactly for a text that is read back.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from . import analysis
from .codes import ScanTable
from .ranking import Scale
from .segments import segments
from .words import look_up

K1 = 1.2
B = 0.75
_MOST_FOR_READING = 64
"""A term in more chunks than this is ranked without the few that only their text would show."""

Ids = NDArray[np.int64]
Confirm = Callable[[int, Sequence[range]], Ids]
"""(term key, ranges of chunks) → the chunks of these that hold the term, by their text."""


@dataclass(frozen=True)
class LexicalScores:
    """BM25 of one query with every chunk, as far as postings tell.

    Postings know of a term only that it occurs, and not of all its chunks: scores are estimates,
    which `score_text` makes exact.
    """

    scores: NDArray[np.float32]
    """By chunk id; 0 where no term occurs or the filters let nothing through."""
    weights: dict[int, float]
    """Term key → inverse document frequency, times its occurrences in the query."""
    mean_length: float
    missing: Scale
    """What mean and deviation of the scores must be multiplied by to count pruned postings."""

    def score_text(self, text: str) -> float:
        """Score a text exactly, with the index's statistics."""
        counts = Counter(analysis.terms(text))
        norm = K1 * (1 - B + B * counts.total() / self.mean_length)
        return sum(
            weight * counts[key] * (K1 + 1) / (counts[key] + norm)
            for key, weight in self.weights.items()
            if key in counts
        )

    def scale(self, allowed: NDArray[np.bool_]) -> Scale:
        """Return mean and deviation of the scores of all allowed chunks as if none was pruned."""
        found = Scale.of(self.scores[allowed])
        return Scale(found.mean * self.missing.mean, found.deviation * self.missing.deviation)


def score(
    connection: apsw.Connection,
    keys: Sequence[int],
    table: ScanTable,
    allowed: NDArray[np.bool_],
    confirm: Confirm,
) -> LexicalScores:
    """Score all allowed chunks.

    A term that the query repeats counts as often as it does, which matters for long questions.
    Document frequencies count every live chunk, filtered or not.
    """
    scores = np.zeros(allowed.size, dtype=np.float32)
    weights: dict[int, float] = {}
    norms = (K1 * (1 - B + B * table.lengths / table.mean_length)).astype(np.float32)
    live_count = max(1, table.live_count)
    all_segments = segments(connection)
    spread = _Spread()
    for key, occurrences in Counter(keys).items():
        term = look_up(connection, all_segments, key, table.live)
        chunks, frequency = term.chunks, term.frequency
        if term.unsure and frequency <= _MOST_FOR_READING:
            more = np.setdiff1d(confirm(key, term.unsure), chunks)
            chunks = np.concatenate([chunks, more[table.live[more]]])
            frequency += chunks.size - term.chunks.size
        frequency = min(frequency, table.live_count)  # after deletions it is an estimate
        idf = float(np.log1p((table.live_count - frequency + 0.5) / (frequency + 0.5)))
        weights[key] = idf * occurrences
        spread.add(weights[key], chunks.size / live_count, frequency / live_count)
        chunks = chunks[allowed[chunks]]
        scores[chunks] += weights[key] * (K1 + 1) / (1 + norms[chunks])
    return LexicalScores(scores, weights, table.mean_length, spread.missing)


@dataclass(slots=True)
class _Spread:
    """Mean and variance of the scores, if terms occurred independently: kept, and in truth."""

    kept_mean: float = 0.0
    kept_variance: float = 0.0
    mean: float = 0.0
    variance: float = 0.0

    def add(self, weight: float, kept: float, share: float) -> None:
        """Count a term with postings in a share `kept` of the chunks, held by `share` of them."""
        self.kept_mean += weight * kept
        self.kept_variance += weight**2 * kept * (1 - kept)
        self.mean += weight * share
        self.variance += weight**2 * share * (1 - share)

    @property
    def missing(self) -> Scale:
        """Return the factors from what is kept to what is true."""
        if not self.kept_mean or not self.kept_variance:
            return Scale(1.0, 1.0)
        return Scale(self.mean / self.kept_mean, float(np.sqrt(self.variance / self.kept_variance)))
