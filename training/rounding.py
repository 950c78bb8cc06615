"""Weights to int8 and what that does to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROWS = 127
_COLUMNS = 63
"""One bit less for matrices: products of uint8 and int8 are added in pairs into 16 bits on x86
without VNNI, which would overflow (onnxruntime's `reduce_range`)."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """Integers, and the scales that make them weights again."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]


def round_rows(weights: NDArray[np.float32]) -> Rounded:
    """Round a table to int8 with one scale a row; `scales` has shape (rows,)."""
    scales = _scales(np.abs(weights).max(axis=1), _ROWS)
    return Rounded(np.rint(weights / scales[:, None]).astype(np.int8), scales)


def round_columns(weights: NDArray[np.float32]) -> Rounded:
    """Round a matrix to int8 with one scale a column; `scales` has shape (columns,)."""
    scales = _scales(np.abs(weights).max(axis=0), _COLUMNS)
    return Rounded(np.rint(weights / scales).astype(np.int8), scales)


def _scales(largest: NDArray[np.float32], levels: int) -> NDArray[np.float32]:
    return np.maximum(largest / levels, 1e-9).astype(np.float32)
