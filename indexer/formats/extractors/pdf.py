"""PDF by PDFium: the text of every page with its comments, and bookmarks as headings.

What needs a password is not read, nor are pages that are pictures and attached files.
"""

from __future__ import annotations

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from ..document import Unreadable
from ..extract import Builder, Extract, clean, one_line

_MOST_PAGES = 20_000
_MOST_PAGE_CHARS = 2_000_000
_PASSWORD, _SECURITY = 4, 5
"""PDFium's error codes."""
_HYPHEN_AT_LINE_END = re.compile("[\x02\ufffe]\\s*")
"""PDFium's mark for a hyphen that parts a word."""
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xAD: None}
_SENTENCE_END = (".", "!", "?", ":", "”", "。")
_SHORT_LINE = 0.75
"""A line that ends a sentence and is shorter than this part of the longest ends a paragraph."""
_MOST_BOOKMARKS = 5_000
_MOST_ANNOTATIONS = 5_000
"""Of a page."""
_NO_COMMENTS = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
"""Annotations without words of their own."""


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract a PDF. `name` is not needed."""
    del name
    try:
        document = PdfDocument(file.read())
    except PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD, _SECURITY):
            raise Unreadable("is encrypted (a password is needed)") from error
        raise Unreadable("damaged: PDFium cannot open it", failed=True) from error
    builder = Builder("pdf", "page")
    bookmarks = _bookmarks(document)
    title = one_line(document.get_metadata_dict().get("Title", ""))
    for number in range(min(len(document), _MOST_PAGES)):
        builder.begin_part()
        text, comments = _page_text(document, number)
        start, _ = builder.add(text)
        if number == 0 and title:
            bookmarks[0].insert(0, (title, 0))
        _mark_headings(builder, clean(text).strip(), start, bookmarks.get(number, []))
        builder.add(comments)
    return builder.finish("no text in it (a scan?)")


def _page_text(document: PdfDocument, number: int) -> tuple[str, str]:
    """Return the text and the comments of a page, nothing if it is damaged."""
    try:
        page = document[number]
        textpage = page.get_textpage()
        text = textpage.get_text_bounded()[:_MOST_PAGE_CHARS]
        comments = "\n\n".join(filter(None, islice(_comments(page), _MOST_ANNOTATIONS)))[
            :_MOST_PAGE_CHARS
        ]
        textpage.close()
        page.close()
    except PdfiumError:
        return "", ""  # the other pages can be read
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HYPHEN_AT_LINE_END.sub("", text).translate(_LIGATURES)
    return _paragraphs(text), comments


def _comments(page: PdfPage) -> Iterator[str]:
    """Yield what was written onto a page: comments on it or its passages, values of a form."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if annotation:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if kind not in _NO_COMMENTS:
                yield _string(annotation, b"V" if kind == pdfium.FPDF_ANNOT_WIDGET else b"Contents")
            pdfium.FPDFPage_CloseAnnot(annotation)


def _string(annotation: Any, key: bytes) -> str:
    """Return a string of an annotation, empty if it has none; what a button is set to is none."""
    if pdfium.FPDFAnnot_GetValueType(annotation, key) != pdfium.FPDF_OBJECT_STRING:
        return ""
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(
        annotation, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size
    )
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0").strip()


def _paragraphs(text: str) -> str:
    """Part paragraphs by blank lines: PDF only knows lines."""
    lines = [line.rstrip() for line in text.split("\n")]
    width = max(map(len, lines))
    parts = []
    for line in lines:
        ends = line.endswith(_SENTENCE_END) and len(line) < _SHORT_LINE * width
        parts.append(f"{line}\n" if ends else line)
    return "\n".join(parts)


def _bookmarks(document: PdfDocument) -> dict[int, list[tuple[str, int]]]:
    """Return page → (title, heading level) of its bookmarks."""
    bookmarks: dict[int, list[tuple[str, int]]] = defaultdict(list)
    try:
        for count, mark in enumerate(document.get_toc()):
            target = mark.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                bookmarks[page].append((one_line(mark.get_title()), mark.level + 2))
            if count >= _MOST_BOOKMARKS:
                break
    except (PdfiumError, ValueError, UnicodeError):
        pass  # a table of contents that is damaged or goes in circles
    return bookmarks


def _mark_headings(
    builder: Builder, text: str, start: int, bookmarks: list[tuple[str, int]]
) -> None:
    """Mark the lines of a page that bookmarks name."""
    at = 0
    for title, level in bookmarks:
        words = r"\s+".join(map(re.escape, title.split()[:40]))
        heading = re.compile(rf"(?m)^[\w.]{{0,8}}[ \t]*({words})[ \t]*$", re.I).search(text, at)
        if heading and title:
            builder.mark_heading(start + heading.start(1), start + heading.end(1), level)
            at = heading.end()
