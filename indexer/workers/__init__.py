"""The worker pool: from the content of files to chunks, terms and embeddings, in several processes.

What is done there needs nothing but the content and gives nothing but its result, so it may be done
anywhere: in processes of their own, since most of it is Python, or in this one if that fails.
"""

from __future__ import annotations

from .pool import WorkerPool, workers_for
from .preparing import Item, Outcome, Prepared

__all__ = ["Item", "Outcome", "Prepared", "WorkerPool", "workers_for"]
