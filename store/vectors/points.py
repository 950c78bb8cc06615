"""Where chunks lie in the space of the codes: what the graph is built from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Mask
from .quantiser import Codes, Quantiser

MOST_EXACT = 1 << 17
"""Chunks whose exact places are in memory at a time, 50 MB for codes of 192 dimensions."""


@dataclass(frozen=True)
class Points:
    """Places of all chunks: exact for those just embedded, for others as near as codes tell."""

    quantiser: Quantiser
    codes: Codes
    """Transposed: shape (code_bytes, n), by chunk id."""
    exact_from: int
    """The first chunk whose place is known exactly."""
    exact: NDArray[np.float16]
    """Projected embeddings of the chunks from `exact_from` on, shape (n, code_dims)."""

    def are_exact(self, ids: NDArray[np.int64]) -> bool:
        """Tell whether the places of all of some chunks are known exactly."""
        return bool(self._has_exact(ids).all())

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the places of some chunks, shape (n, code_dims)."""
        known = self._has_exact(ids)
        if known.all():
            return self.exact[ids - self.exact_from].astype(np.float32)
        rows = np.empty((ids.size, self.quantiser.code_dims), dtype=np.float32)
        rows[known] = self.exact[ids[known] - self.exact_from]
        rows[~known] = self.quantiser.decode(self.codes[:, ids[~known]].T)
        return rows

    def _has_exact(self, ids: NDArray[np.int64]) -> Mask:
        return (ids >= self.exact_from) & (ids < self.exact_from + len(self.exact))


class RecentPoints:
    """Exact places of the chunks added last, kept until they are linked, two bytes a dimension."""

    def __init__(self) -> None:
        self._first = 0
        self._parts: list[NDArray[np.float16]] = []

    @property
    def count(self) -> int:
        """Number of chunks."""
        return sum(map(len, self._parts))

    def append(self, first: int, places: NDArray[np.float16]) -> None:
        """Add those of the chunks from `first` on, which follow the last."""
        if not self._parts:
            self._first = first
        self._parts.append(places)

    def joined(self, code_dims: int) -> tuple[int, NDArray[np.float16]]:
        """Return the first chunk and all places, shape (n, code_dims)."""
        none = np.empty((0, code_dims), dtype=np.float16)
        return self._first, np.concatenate([none, *self._parts])
