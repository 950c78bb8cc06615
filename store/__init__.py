"""The store: one SQLite file, and search over it. Knows no ONNX and no file formats.

Importing this package imports the values alone; numpy and SQLite come with what needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    BadQuery,
    ModelMismatch,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreTooNew,
)
from .parameters import SearchParameters, SearchPath
from .places import Place, Places
from .reports import (
    CacheUse,
    Finding,
    FolderStatus,
    IndexModel,
    LastSeen,
    Migration,
    Part,
    Repair,
    Size,
    Status,
    Topic,
)
from .sources import DocumentTexts, ReadIndexed, ReadTexts
from .types import (
    Changes,
    Embed,
    Explain,
    FileRecord,
    FileState,
    Filters,
    Folder,
    Heading,
    Hit,
    Mode,
    MovedFile,
    NewFile,
    Passage,
    Query,
    ReadBack,
    ReadKept,
    ReadText,
    Results,
    Signature,
    SkippedFile,
    Span,
    Vectors,
    indexed_text,
)

if TYPE_CHECKING:
    from .graph.linking import GraphParameters
    from .models import SearchModels
    from .store import Store
    from .vectors.quantiser import CODE_DIMS, Quantiser
    from .words.analysis import terms
    from .writer import Writer

__all__ = [
    "CODE_DIMS",
    "BadQuery",
    "CacheUse",
    "Changes",
    "DocumentTexts",
    "Embed",
    "Explain",
    "FileRecord",
    "FileState",
    "Filters",
    "Finding",
    "Folder",
    "FolderStatus",
    "GraphParameters",
    "Heading",
    "Hit",
    "IndexModel",
    "LastSeen",
    "Migration",
    "Mode",
    "ModelMismatch",
    "MovedFile",
    "NewFile",
    "Part",
    "Passage",
    "Place",
    "Places",
    "Quantiser",
    "Query",
    "ReadBack",
    "ReadIndexed",
    "ReadKept",
    "ReadText",
    "ReadTexts",
    "Repair",
    "Results",
    "SearchModels",
    "SearchParameters",
    "SearchPath",
    "Signature",
    "Size",
    "SkippedFile",
    "Span",
    "Status",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreForeign",
    "StoreFull",
    "StoreTooNew",
    "Topic",
    "Vectors",
    "Writer",
    "indexed_text",
    "terms",
]

_HOMES = {
    "CODE_DIMS": "vectors.quantiser",
    "GraphParameters": "graph.linking",
    "Quantiser": "vectors.quantiser",
    "SearchModels": "models",
    "Store": "store",
    "Writer": "writer",
    "terms": "words.analysis",
}


def __getattr__(name: str) -> object:
    """Import what brings numpy and SQLite when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
