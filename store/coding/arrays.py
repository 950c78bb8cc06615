"""Types of arrays that many modules share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.int64]
"""Ids of chunks, keys of terms, counts or places: int64."""
Mask: TypeAlias = NDArray[np.bool_]
"""Which chunks, or other things, are meant: bool, by their number."""
