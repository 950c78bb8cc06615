"""The indexer: from files to chunks to the store."""

from __future__ import annotations

from .document import Unreadable
from .embedder import Embedder, load_quantiser
from .model import BUILT_IN, BUILT_IN_RANK, Model, ModelError
from .pipeline import Run, Tally
from .readers import why_not_read
from .scan import why
from .source import read_back, read_now, read_texts

__all__ = [
    "BUILT_IN",
    "BUILT_IN_RANK",
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
