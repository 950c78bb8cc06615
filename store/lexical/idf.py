"""How much a word tells: its inverse document frequency in one snapshot of the index."""

from __future__ import annotations

import apsw
import numpy as np

from ..vectors.codes import ScanTable
from . import analysis
from .inverted_index import look_up
from .segments import segments


def idf(connection: apsw.Connection, table: ScanTable, text: str) -> dict[int, float]:
    """Return term key → inverse document frequency (BM25's) of the terms of `text`."""
    all_segments = segments(connection)
    weights: dict[int, float] = {}
    for key in dict.fromkeys(analysis.terms(text)):
        found = look_up(connection, all_segments, key, table.live, rare_up_to=0).frequency
        weights[key] = inverse_frequency(found, table.live_count)
    return weights


def inverse_frequency(frequency: int, living: int) -> float:
    """Return BM25's inverse document frequency of a term in so many of the living chunks."""
    frequency = min(frequency, living)  # after deletions it is an estimate
    return float(np.log1p((living - frequency + 0.5) / (frequency + 0.5)))
