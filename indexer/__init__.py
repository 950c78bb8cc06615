"""The indexer: from files to chunks to the store.

Importing this package imports its errors alone; what is heavy comes when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .document import Unreadable
from .model import BUILT_IN, BUILT_IN_RANK, Model, ModelError, Pooling

if TYPE_CHECKING:
    from .checksums import Checksums
    from .current import read_back, read_now, read_part, read_texts
    from .description import Choices, describe
    from .embedder import Embedder
    from .hub import Hub, is_hub_name
    from .pipeline import Run
    from .projection import load_quantiser
    from .readers import why_not_read
    from .scope import Scope
    from .source import is_text
    from .tally import Tally
    from .unchanged import is_current
    from .verdict import why
    from .watching import Agenda, Watcher
    from .word_vectors import WordVectors

__all__ = [
    "BUILT_IN",
    "BUILT_IN_RANK",
    "Agenda",
    "Checksums",
    "Choices",
    "Embedder",
    "Hub",
    "Model",
    "ModelError",
    "Pooling",
    "Run",
    "Scope",
    "Tally",
    "Unreadable",
    "Watcher",
    "WordVectors",
    "describe",
    "is_current",
    "is_hub_name",
    "is_text",
    "load_quantiser",
    "read_back",
    "read_now",
    "read_part",
    "read_texts",
    "why",
    "why_not_read",
]

_HOMES = {
    "Agenda": "watching",
    "Checksums": "checksums",
    "Choices": "description",
    "Embedder": "embedder",
    "Hub": "hub",
    "Run": "pipeline",
    "Scope": "scope",
    "Tally": "tally",
    "Watcher": "watching",
    "WordVectors": "word_vectors",
    "describe": "description",
    "is_current": "unchanged",
    "is_hub_name": "hub",
    "is_text": "source",
    "load_quantiser": "projection",
    "read_back": "current",
    "read_now": "current",
    "read_part": "current",
    "read_texts": "current",
    "why": "verdict",
    "why_not_read": "readers",
}


def __getattr__(name: str) -> object:
    """Import what is heavy when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
