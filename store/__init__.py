"""The store: one SQLite file, and search over it. Knows no ONNX and no file formats."""

from __future__ import annotations

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
from .linking import GraphParameters
from .models import SearchModels
from .parameters import SearchParameters, SearchPath
from .quantiser import Quantiser
from .reports import CacheUse, Finding, FolderStatus, Part, Repair, Size, Status
from .sources import DocumentTexts, ReadTexts
from .store import Store
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
    ReadText,
    Results,
    Signature,
    SkippedFile,
    Span,
    Vectors,
)
from .writer import Writer

__all__ = [
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
    "Mode",
    "ModelMismatch",
    "MovedFile",
    "NewFile",
    "Part",
    "Passage",
    "Quantiser",
    "Query",
    "ReadBack",
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
    "Vectors",
    "Writer",
]
