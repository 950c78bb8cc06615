"""Which files need an extractor: told by how they begin, and where that says nothing by name.

This is asked of every file that is read, so nothing heavy is imported.
"""

from __future__ import annotations

import re

from .table import FORMATS, extracted_format

HEAD_BYTES = 16 * 1024
"""How much of a file's beginning is looked at."""

_PDF_WITHIN = 1024
"""Readers accept so much before the mark of a PDF."""
_MAGIC = [(mark, row.kind) for row in FORMATS for mark in row.magic]
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""An archive, or a package: an office document or a book."""
_SQLITE = b"SQLite format 3\0"
_EXPORTS = [(*export, row.kind) for row in FORMATS for export in row.exports]

_MAIL_HEADER = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|From|To|Cc|Date|Subject|Message-ID|MIME-Version"
    rb"|Reply-To|X-[\w-]+|Content-Type|DKIM-Signature|ARC-[\w-]+|Envelope-To|Status): ?[^\n]*\n"
    rb"(?:[ \t][^\n]*\n)*",
    re.I,
)
_FEWEST_HEADERS = 3
_MBOX_START = re.compile(rb"From \S+ [^\n]*\d\d:\d\d[^\n]*\n(?:[\w-]+:|>From )")


def recognise(name: str, head: bytes) -> str | None:
    """Return the kind of a file that is to be taken apart; None if it is text or unknown.

    Args:
        name: the file's name.
        head: its first `HEAD_BYTES` bytes.
    """
    row = extracted_format(name)
    by_name = row.kind if row else None
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return "pdf"
    if head.startswith(_ZIP):
        return "archive" if by_name == "archive" else "package"
    for mark, kind in _MAGIC:
        if head.startswith(mark):
            return kind
    if head.startswith(_SQLITE):
        return "history" if by_name == "history" else None
    if by_name != "mail" and _MBOX_START.match(head):
        return "mbox"
    if by_name in ("mail", "archive") or (by_name and _is_binary(head)):
        return by_name
    return _by_text(name, head)


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or not head


def _by_text(name: str, head: bytes) -> str | None:
    """Recognise mails without a suffix and exported chats."""
    for file_name, beginning, kind in _EXPORTS:
        if file_name.fullmatch(name.lower()) and beginning.match(head):
            return kind
    if "." in name.partition(":")[0].lstrip(".") and not name[:1].isdigit():
        return None  # a name that says what the file is, unlike those in a Maildir
    at = headers = 0
    while headers < _FEWEST_HEADERS and (found := _MAIL_HEADER.match(head, at)):
        at, headers = found.end(), headers + 1
    return "mail" if headers >= _FEWEST_HEADERS else None
