"""Tells a person who waits how the losses fall."""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

STEPS = 50
"""Steps that one line sums up."""


class Log:
    """Means of the losses of some steps, a line each, on stderr."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._losses: list[NDArray[np.float32]] = []

    def add(self, step: int, losses: Tensor) -> bool:
        """Count one step; return whether a line was written."""
        self._losses.append(losses.detach().cpu().numpy())
        if step % STEPS:
            return False
        means = " ".join(f"{mean:.4f}" for mean in np.mean(self._losses, axis=0))
        print(
            f"{step}\t{means}\t{time.monotonic() - self._started:.0f} s",
            file=sys.stderr,
            flush=True,
        )
        self._losses.clear()
        return True
