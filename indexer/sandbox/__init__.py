"""The sandbox: documents of risky formats are taken apart in processes that can do nothing else.

Importing this package imports what says which walls there are; the rest comes when it is first
asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .confinement import WALLS, Confinement, demand_walls

if TYPE_CHECKING:
    from .pool import SandboxPool, SandboxWorker, walls

__all__ = ["WALLS", "Confinement", "SandboxPool", "SandboxWorker", "demand_walls", "walls"]


def __getattr__(name: str) -> object:
    """Import what starts processes when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".pool", __name__), name)
