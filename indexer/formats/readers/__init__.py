"""Readers, one module per family of formats: bytes to documents, and fragments to plain text.

A reader's `read` lays out a decoded text; its `plain` turns any fragment of such a text into what
a person would read. `plain` never fails, whatever the fragment, and needs nothing but it: that is
how a chunk's text is found again from its place in the source file alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..document import Document, Unreadable
from ..encoding import decode
from . import (
    asciidoc,
    calendar,
    chat,
    code,
    data,
    html,
    markdown,
    notebook,
    org,
    rst,
    subtitles,
    table,
    tex,
    text,
    xml,
)
from .kinds import kind_of, why_not_read
from .layout import Layout, unix_lines

__all__ = [
    "PARTS",
    "Layout",
    "html",
    "kind_of",
    "plain",
    "read_document",
    "unix_lines",
    "why_not_read",
]

_FORMATS: dict[str, tuple[Callable[[str], Layout], Callable[[str], str]]] = {
    "text": (text.read, text.plain),
    "markdown": (markdown.read, markdown.plain),
    "rst": (rst.read, rst.plain),
    "org": (org.read, org.plain),
    "asciidoc": (asciidoc.read, asciidoc.plain),
    "tex": (tex.read, tex.plain),
    "html": (html.read, html.plain),
    "xml": (xml.read, xml.plain),
    "notebook": (notebook.read, notebook.plain),
    "csv": (table.read, table.plain),
    "tsv": (table.read, table.plain),
    "jsonl": (table.read_lines, data.plain_json),
    "json": (code.read, data.plain_json),
    "yaml": (code.read, text.plain),
    "toml": (data.read_sections, text.plain),
    "ini": (data.read_sections, text.plain),
    "subtitles": (subtitles.read, subtitles.plain),
    "calendar": (calendar.read, calendar.plain),
    "chat": (chat.read, text.plain),
}
_CODE = (code.read, text.plain)
"""Every kind without a format of its own is source code."""

PARTS: dict[str, tuple[str, Callable[[str], list[int]]]] = {"chat": (chat.UNIT, chat.starts)}
"""Kinds of text that have parts: what a part is, and what finds where each begins."""

_SHEBANG = re.compile(r"#![^\n]*?\b(python|bash|zsh|sh|node|ruby|perl|php|lua|Rscript)")
_SHEBANG_KINDS = {"bash": "shell", "zsh": "shell", "sh": "shell", "node": "javascript"}


def read_document(data: bytes, name: str) -> Document:
    """Decode a file and lay out its text. `name` is the file's name, without folders.

    Raises:
        Unreadable: The file is not text, or of a format that is not read.
    """
    if reason := why_not_read(name):
        raise Unreadable(reason)
    decoded = decode(data)
    kind = kind_of(name) or _kind_of_text(decoded.text)
    if kind == "text" and chat.is_chat(decoded.text):
        kind = "chat"
    layout = _FORMATS.get(kind, _CODE)[0](unix_lines(decoded.text))
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
    return _FORMATS.get(kind, _CODE)[1](fragment)


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
