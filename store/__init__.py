"""The store: one SQLite file, and search over it. Knows no ONNX and no file formats.

Importing this package imports the values alone; numpy, SQLite and what starts processes come with
what needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .database.lock_file import LockFile
from .database.private import (
    close_to_others,
    is_open_to_others,
    make_private,
    open_private,
    write_private,
)
from .values.answers import Answer, Exchange, Sentence
from .values.daemon import NO_DAEMON, DaemonActivity, DaemonReport, DaemonStatus
from .values.embeddings import Embed, Vectors
from .values.errors import (
    BadQuery,
    ModelMismatch,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreTooNew,
)
from .values.files import (
    Changes,
    FileExplanation,
    FileRecord,
    Folder,
    Heading,
    MovedFile,
    NewFile,
    Opening,
    Signature,
    SkippedFile,
    Span,
)
from .values.health import Finding, IndexPart, Repair
from .values.parts import DocumentParts, PassagePart
from .values.passages import (
    DocumentTexts,
    FileState,
    Passage,
    ReadBack,
    ReadIndexed,
    ReadKept,
    ReadText,
    ReadTexts,
    indexed_text,
)
from .values.progress import AwayFolder, Progress
from .values.queries import Filters, Mode, Query, SearchParameters, SearchPath, clean_query
from .values.results import Explain, Hit, Preview, Results, TextStyle, Topic
from .values.sanitizer import safe_line, safe_text
from .values.status import CacheUse, FolderStatus, IndexModel, LastSeen, Migration, Size, Status

if TYPE_CHECKING:
    from .graph.linking import GraphParameters
    from .lexical.analysis import terms
    from .processes import ChildProcess, ProcessPool, die_with, receive, receive_some
    from .store import Store
    from .vectors.models import SearchModels
    from .vectors.quantiser import CODE_DIMS, Quantiser
    from .writer import Writer

__all__ = [
    "CODE_DIMS",
    "NO_DAEMON",
    "Answer",
    "AwayFolder",
    "BadQuery",
    "CacheUse",
    "Changes",
    "ChildProcess",
    "DaemonActivity",
    "DaemonReport",
    "DaemonStatus",
    "DocumentParts",
    "DocumentTexts",
    "Embed",
    "Exchange",
    "Explain",
    "FileExplanation",
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
    "IndexPart",
    "LastSeen",
    "LockFile",
    "Migration",
    "Mode",
    "ModelMismatch",
    "MovedFile",
    "NewFile",
    "Opening",
    "Passage",
    "PassagePart",
    "Preview",
    "ProcessPool",
    "Progress",
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
    "Sentence",
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
    "TextStyle",
    "Topic",
    "Vectors",
    "Writer",
    "clean_query",
    "close_to_others",
    "die_with",
    "indexed_text",
    "is_open_to_others",
    "make_private",
    "open_private",
    "receive",
    "receive_some",
    "safe_line",
    "safe_text",
    "terms",
    "write_private",
]

_HOMES = {
    "CODE_DIMS": "vectors.quantiser",
    "ChildProcess": "processes",
    "GraphParameters": "graph.linking",
    "ProcessPool": "processes",
    "Quantiser": "vectors.quantiser",
    "SearchModels": "vectors.models",
    "Store": "store",
    "Writer": "writer",
    "die_with": "processes",
    "receive": "processes",
    "receive_some": "processes",
    "terms": "lexical.analysis",
}


def __getattr__(name: str) -> object:
    """Import what brings numpy, SQLite or processes when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
