"""Readers, one module per family of formats: bytes to documents, and fragments to plain text.

Which module reads what is told by the table of formats. Its `read` lays out a decoded text; its
`plain` turns any fragment of such a text into what a person would read. `plain` never fails,
whatever the fragment, and needs nothing but it: that is how a chunk's text is found again from its
place in the source file alone.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from types import ModuleType

from ..document import Document, Unreadable
from ..encoding import decode
from ..table import FORMATS, Access, format_of
from . import chat
from .layout import Layout, unix_lines

__all__ = [
    "PARTS",
    "Layout",
    "kind_of",
    "part_starts",
    "plain",
    "read_document",
    "unix_lines",
]

_MODULES = {row.kind: row.reader for row in FORMATS if row.reader}
PARTS = {row.kind: row.part for row in FORMATS if row.part}
"""Kinds of text that have parts: what a part is called."""

_SHEBANG = re.compile(r"#![^\n]*?\b(python|bash|zsh|sh|node|ruby|perl|php|lua|Rscript)")
_SHEBANG_KINDS = {"bash": "shell", "zsh": "shell", "sh": "shell", "node": "javascript"}


def read_document(data: bytes, name: str) -> Document:
    """Decode a file and lay out its text. `name` is the file's name, without folders.

    Raises:
        Unreadable: The file is not text, or of a format that is not read.
    """
    if (row := format_of(name)) and row.access is Access.NOT_READ:
        raise Unreadable(row.why_not_read)
    decoded = decode(data)
    kind = kind_of(name) or _kind_of_text(decoded.text)
    if kind == "text" and chat.is_chat(decoded.text):
        kind = "chat"
    layout: Layout = _reader(kind).read(unix_lines(decoded.text))
    return Document(
        kind=kind,
        encoding=decoded.encoding,
        bom_length=decoded.bom_length,
        text=decoded.text,
        blocks=tuple(layout.blocks),
        headings=tuple(sorted(layout.headings)),
    )


def plain(kind: str, fragment: str) -> str:
    """Return the readable text of any fragment of a document of this kind."""
    text: str = _reader(kind).plain(fragment)
    return text


def kind_of(name: str) -> str | None:
    """Return what a text of this file name is; None if the name does not tell."""
    row = format_of(name)
    return row.kind if row and row.access is Access.TEXT else None


def part_starts(kind: str, text: str) -> list[int]:
    """Return where each part of a text begins, for a kind that has parts."""
    starts: list[int] = _reader(kind).starts(text)
    return starts


@cache
def _reader(kind: str) -> ModuleType:
    """Return the module that reads a kind of text, loading it if nobody has asked for it yet."""
    return import_module(f".{_MODULES.get(kind, 'code')}", __name__)


def _kind_of_text(decoded: str) -> str:
    """Recognise a format by how the text begins."""
    head = decoded[:200].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html")):
        return "html"
    if head.startswith("<?xml"):
        return "xml"
    shebang = _SHEBANG.match(decoded)
    if shebang:
        return _SHEBANG_KINDS.get(shebang[1], "r" if shebang[1] == "Rscript" else shebang[1])
    return "text"
