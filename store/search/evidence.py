"""What a search knows before anything is read, and what it then makes of its candidates."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from ..lexical.bm25 import LexicalScores
from ..vectors.ranking import Scale
from .candidate import Candidate
from .features import Features, features
from .first_stage import FirstStage
from .fusion import Fusion


@dataclass(frozen=True)
class Evidence:
    """What is known before anything is read."""

    lexical: LexicalScores
    meaning: FirstStage | None
    """None if only words are asked for."""
    fusion: Fusion

    @property
    def scale(self) -> Scale:
        """Of the estimated similarities over all allowed chunks."""
        return self.meaning.scale if self.meaning is not None else Scale(0.0, 1.0)

    def features(self, candidates: Sequence[Candidate]) -> Features:
        """Return what is known of some candidates, for `fusion` to weigh."""
        return features(candidates, self.scale, len(self.lexical.weights))

    def candidates(self, chunks: Sequence[int], by_meaning: Container[int]) -> list[Candidate]:
        """Return candidates with what is known of them; `by_meaning` holds the nearest ones."""
        estimates = [0.0] * len(chunks)
        if self.meaning is not None:
            estimates = self.meaning.estimates[np.array(chunks, dtype=np.int64)].tolist()
        matches = map(self.lexical.estimate, chunks)
        return [
            Candidate(chunk, match, estimate, estimate, match.words > 0, chunk in by_meaning)
            for chunk, match, estimate in zip(chunks, matches, estimates, strict=True)
        ]
