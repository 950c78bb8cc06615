"""The sandbox: documents of risky formats are taken apart in processes that can do nothing else."""

from __future__ import annotations

from .confinement import WALLS, Confinement
from .pool import SandboxPool, SandboxWorker, walls

__all__ = ["WALLS", "Confinement", "SandboxPool", "SandboxWorker", "walls"]
