"""The sandbox: documents of risky formats are taken apart in processes that can do nothing else."""

from __future__ import annotations

from .pool import SandboxPool, SandboxWorker

__all__ = ["SandboxPool", "SandboxWorker"]
