"""The store: one SQLite file, and search over it. Knows no ONNX and no file formats."""

from __future__ import annotations

from .errors import (
    ModelMismatch,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreTooNew,
)
from .linking import GraphParameters
from .models import SearchModels
from .parameters import SearchParameters, SearchPath
from .quantiser import Quantiser
from .store import Store
from .types import (
    Changes,
    Embed,
    Explain,
    FileRecord,
    FileState,
    Filters,
    Folder,
    FolderStatus,
    Heading,
    Hit,
    Mode,
    MovedFile,
    NewFile,
    Passage,
    Query,
    ReadBack,
    ReadText,
    Results,
    Signature,
    Size,
    SkippedFile,
    Span,
    Status,
    Vectors,
)
from .writer import Writer

__all__ = [
    "Changes",
    "Embed",
    "Explain",
    "FileRecord",
    "FileState",
    "Filters",
    "Folder",
    "FolderStatus",
    "GraphParameters",
    "Heading",
    "Hit",
    "Mode",
    "ModelMismatch",
    "MovedFile",
    "NewFile",
    "Passage",
    "Quantiser",
    "Query",
    "ReadBack",
    "ReadText",
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
    "Vectors",
    "Writer",
]
