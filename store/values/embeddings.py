"""Embeddings, and the function that makes them: the store itself knows no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # so that a command which only asks the daemon does not import numpy
    import numpy as np
    from numpy.typing import NDArray


Vectors: TypeAlias = "NDArray[np.float32]"
"""Embeddings, float32, shape (n, dims), each row of unit length."""


Embed = Callable[[Sequence[str]], Vectors]
"""Texts to embeddings. Search receives one, so the store recomputes without knowing ONNX."""
