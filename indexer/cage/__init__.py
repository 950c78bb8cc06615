"""The cage: documents of risky formats are taken apart in processes that can do nothing else."""

from __future__ import annotations

from .keeper import Cage, Keeper

__all__ = ["Cage", "Keeper"]
