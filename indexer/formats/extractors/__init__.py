"""Extractors, one module per family of formats that are no text: bytes to an `Extract`.

They run in the cage (`indexer/cage`) and raise nothing but Unreadable when a file is at fault.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from ..recognise import HEAD_BYTES, recognise
from . import (
    archive,
    chats,
    epub,
    history,
    legacy,
    mail,
    opendocument,
    pdf,
    rtf,
    sheets,
    slides,
    word,
)
from .nesting import Nested, add_extract, add_text
from .package import Package

__all__ = ["extract"]

_MOST_NESTING = 3
"""Documents in documents: a PDF attached to a mail attached to a mail."""

_EXTRACTORS: dict[str, Callable[[BinaryIO, str], Extract]] = {
    "pdf": pdf.extract,
    "docx": word.extract,
    "pptx": slides.extract,
    "xlsx": sheets.extract,
    "opendocument": opendocument.extract,
    "epub": epub.extract,
    "rtf": rtf.extract,
    "archive": archive.extract,
    "chat": chats.extract,
    "history": history.extract,
}
_NESTING: dict[str, Callable[[BinaryIO, str, Nested], Extract]] = {
    "legacy": legacy.extract,
    "mail": mail.extract_mail,
    "mbox": mail.extract_mbox,
}
_PACKAGES = (
    (re.compile(r"word/document\d*\.xml"), "docx"),
    (re.compile(r"ppt/presentation\.xml"), "pptx"),
    (re.compile(r"xl/workbook\.xml"), "xlsx"),
    (re.compile(r"META-INF/container\.xml"), "epub"),
    (re.compile(r"content\.xml"), "opendocument"),
)
"""A member that only this kind of package has."""


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
    if kind in _NESTING:
        return _NESTING[kind](file, name, partial(_add_nested, depth + 1))
    return _EXTRACTORS[kind](file, name)


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
