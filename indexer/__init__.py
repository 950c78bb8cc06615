"""The indexer: from files to chunks to the store.

Importing this package imports its errors alone; what is heavy comes when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .embedding.model import BUILT_IN, BUILT_IN_RANK, Model, ModelError, Pooling
from .formats.document import Unreadable
from .sandbox.confinement import demand_walls

if TYPE_CHECKING:
    from .embedding.checksums import Checksums
    from .embedding.description import Choices, describe
    from .embedding.embedder import Embedder
    from .embedding.hub import Hub, is_hub_name
    from .embedding.projection import load_quantiser
    from .embedding.word_vectors import WordVectors
    from .formats.table import text_style
    from .pipeline import Run
    from .reading.current import CurrentTexts
    from .reading.indexed import read_indexed
    from .reading.source import is_text
    from .sampling import excerpts
    from .sandbox import walls
    from .scanning.explain import why
    from .scanning.scope import Scope
    from .scanning.unchanged import is_current
    from .watching import Agenda, Watcher

__all__ = [
    "BUILT_IN",
    "BUILT_IN_RANK",
    "Agenda",
    "Checksums",
    "Choices",
    "CurrentTexts",
    "Embedder",
    "Hub",
    "Model",
    "ModelError",
    "Pooling",
    "Run",
    "Scope",
    "Unreadable",
    "Watcher",
    "WordVectors",
    "demand_walls",
    "describe",
    "excerpts",
    "is_current",
    "is_hub_name",
    "is_text",
    "load_quantiser",
    "read_indexed",
    "text_style",
    "walls",
    "why",
]

_HOMES = {
    "Agenda": "watching",
    "Checksums": "embedding.checksums",
    "Choices": "embedding.description",
    "Embedder": "embedding.embedder",
    "Hub": "embedding.hub",
    "Run": "pipeline",
    "Scope": "scanning.scope",
    "Watcher": "watching",
    "WordVectors": "embedding.word_vectors",
    "describe": "embedding.description",
    "excerpts": "sampling",
    "is_current": "scanning.unchanged",
    "is_hub_name": "embedding.hub",
    "is_text": "reading.source",
    "load_quantiser": "embedding.projection",
    "CurrentTexts": "reading.current",
    "read_indexed": "reading.indexed",
    "text_style": "formats.table",
    "walls": "sandbox",
    "why": "scanning.explain",
}


def __getattr__(name: str) -> object:
    """Import what is heavy when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
