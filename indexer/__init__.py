"""The indexer: from files to chunks to the store.

Importing this package imports its errors alone; readers and numpy come with what needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .document import Unreadable
from .model import BUILT_IN, Model, ModelError

if TYPE_CHECKING:
    from .current import is_current
    from .embedder import Embedder, load_quantiser
    from .pipeline import Run
    from .readers import why_not_read
    from .scope import Scope
    from .source import read_back, read_now, read_texts
    from .tally import Tally
    from .verdict import why
    from .watching import Agenda, Watcher

__all__ = [
    "BUILT_IN",
    "Agenda",
    "Embedder",
    "Model",
    "ModelError",
    "Run",
    "Scope",
    "Tally",
    "Unreadable",
    "Watcher",
    "is_current",
    "load_quantiser",
    "read_back",
    "read_now",
    "read_texts",
    "why",
    "why_not_read",
]

_HOMES = {
    "Agenda": "watching",
    "Embedder": "embedder",
    "Run": "pipeline",
    "Scope": "scope",
    "Tally": "tally",
    "Watcher": "watching",
    "is_current": "current",
    "load_quantiser": "embedder",
    "read_back": "source",
    "read_now": "source",
    "read_texts": "source",
    "why": "verdict",
    "why_not_read": "readers",
}


def __getattr__(name: str) -> object:
    """Import what is heavy when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
