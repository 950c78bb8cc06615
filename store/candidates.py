"""What a search knows about chunks before and after their embeddings are recomputed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bm25 import LexicalScores
from .query import ParsedQuery
from .ranking import Fusion


@dataclass(frozen=True)
class Evidence:
    """Scores of all chunks, by chunk id."""

    parsed: ParsedQuery
    allowed: NDArray[np.bool_]
    """Chunks that the filters let through."""
    lexical: LexicalScores
    meaning: NDArray[np.float32]
    """Similarities estimated from codes."""
    fusion: Fusion


@dataclass(slots=True)
class Candidate:
    """A chunk that may become a hit; its scores sharpen while the search runs."""

    chunk: int
    words: float
    """BM25."""
    meaning: float
    """Similarity: from the code at first, exact once recomputed."""
    by_words: bool
    """Holds a word of the query."""
    by_meaning: bool
    """Among the nearest by code."""
