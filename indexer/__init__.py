"""The indexer: from files to chunks to the store."""

from __future__ import annotations

from .checksums import Checksums
from .current import read_back, read_now, read_texts
from .describe import Choices, describe
from .document import Unreadable
from .embedder import Embedder
from .hub import Hub, is_hub_name
from .model import BUILT_IN, Model, ModelError, Pooling
from .pipeline import Run, Tally
from .projection import load_quantiser
from .readers import why_not_read
from .scan import why

__all__ = [
    "BUILT_IN",
    "Checksums",
    "Choices",
    "Embedder",
    "Hub",
    "Model",
    "ModelError",
    "Pooling",
    "Run",
    "Tally",
    "Unreadable",
    "describe",
    "is_hub_name",
    "load_quantiser",
    "read_back",
    "read_now",
    "read_texts",
    "why",
    "why_not_read",
]
