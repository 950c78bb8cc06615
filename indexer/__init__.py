"""The indexer: from files to chunks to the store."""

from __future__ import annotations

from .current import read_back, read_now, read_texts
from .document import Unreadable
from .embedder import Embedder, load_quantiser
from .model import BUILT_IN, Model, ModelError
from .pipeline import Run, Tally
from .readers import why_not_read
from .scan import why

__all__ = [
    "BUILT_IN",
    "Embedder",
    "Model",
    "ModelError",
    "Run",
    "Tally",
    "Unreadable",
    "load_quantiser",
    "read_back",
    "read_now",
    "read_texts",
    "why",
    "why_not_read",
]
