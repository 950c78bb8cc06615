"""Extractors, one module per family of formats that are no text: bytes to an `Extract`.

They run in the sandbox (`indexer/sandbox`) and raise nothing but Unreadable when a file is at
fault. Which one a kind of file needs is told by the table of formats.
"""

from __future__ import annotations

import io
import re
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from ..recognise import HEAD_BYTES, recognise
from ..table import FORMATS
from .nesting import add_extract, add_text
from .package import Package

__all__ = ["extract"]

_MOST_NESTING = 3
"""Documents in documents: a PDF attached to a mail attached to a mail."""

_MODULES: dict[str, ModuleType] = {
    row.kind: import_module(f".{row.extractor}", __name__) for row in FORMATS if row.extractor
}
_NESTING = frozenset(row.kind for row in FORMATS if row.has_attachments)
_PACKAGES = [(re.compile(row.member), row.kind) for row in FORMATS if row.member]


def extract(kind: str, file: BinaryIO, name: str, depth: int = 0) -> Extract:
    """Extract a document.

    Args:
        kind: what `recognise` made of it.
        file: its bytes, which can be sought.
        name: its file name.
        depth: how many documents it is inside of.

    Raises Unreadable.
    """
    if kind == "package":
        kind = _kind_of_package(file, name)
    more = (partial(_add_nested, depth + 1),) if kind in _NESTING else ()
    extracted: Extract = _MODULES[kind].extract(file, name, *more)
    return extracted


def _kind_of_package(file: BinaryIO, name: str) -> str:
    names = Package(file).names
    file.seek(0)
    for pattern, kind in _PACKAGES:
        if any(map(pattern.fullmatch, names)):
            return kind
    raise Unreadable(f"binary file (ZIP archive that is no office document or book: {name})")


def _add_nested(depth: int, builder: Builder, data: bytes, name: str) -> None:
    """Add what is attached, as far as it can be read; its name is there in any case."""
    kind = recognise(name, data[:HEAD_BYTES])
    with suppress(Unreadable):
        if kind is None:
            add_text(builder, data, name)
        elif depth <= _MOST_NESTING:
            add_extract(builder, extract(kind, io.BytesIO(data), name, depth))
