"""Which files need an extractor: told by how they begin, and where that says nothing by name.

This is asked of every file that is read, so nothing heavy is imported.
"""

from __future__ import annotations

import re

HEAD_BYTES = 16 * 1024
"""How much of a file's beginning is looked at."""

_PDF_WITHIN = 1024
"""Readers accept so much before the mark of a PDF."""
_SUFFIXES = {
    "pdf": "pdf",
    "docx": "docx docm dotx dotm",
    "pptx": "pptx pptm ppsx ppsm potx",
    "xlsx": "xlsx xlsm xltx xltm",
    "opendocument": "odt ott ods ots odp otp",
    "epub": "epub",
    "rtf": "rtf",
    "mail": "eml emlx",
    "mbox": "mbox mbx",
    "archive": "zip 7z rar tar tgz tbz tbz2 txz",
    "legacy": "doc dot xls xlt ppt pot pps msg",
}
_KIND_OF_SUFFIX = {s: kind for kind, suffixes in _SUFFIXES.items() for s in suffixes.split()}
_PACKED_TAR = (".tar.gz", ".tar.bz2", ".tar.xz")
_HISTORIES = frozenset(("places.sqlite", "history", "history.db"))

_MAIL_HEADER = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|From|To|Cc|Date|Subject|Message-ID|MIME-Version"
    rb"|Reply-To|X-[\w-]+|Content-Type|DKIM-Signature|ARC-[\w-]+|Envelope-To|Status): ?[^\n]*\n"
    rb"(?:[ \t][^\n]*\n)*",
    re.I,
)
_FEWEST_HEADERS = 3
_MBOX_START = re.compile(rb"From \S+ [^\n]*\d\d:\d\d[^\n]*\n(?:[\w-]+:|>From )")
_CHATS = (
    (
        re.compile(r"conversations\.json"),
        re.compile(rb'\s*\[\s*\{.*"(?:mapping|chat_messages)"', re.S),
    ),
    (re.compile(r"\d{4}-\d\d-\d\d\.json"), re.compile(rb'\s*\[\s*\{.*"ts": ?"\d', re.S)),
    (re.compile(r"result\.json"), re.compile(rb'\s*\{.*"(?:messages|chats)": ?[\[{]', re.S)),
)
"""(file name, beginning) of chats that ChatGPT, Claude, Slack and Telegram export."""

_LARGE = 8
_HUGE = 32
_SIZE_FACTORS = {"mbox": _HUGE, "archive": _HUGE, "chat": _LARGE, "history": _LARGE}


def recognise(name: str, head: bytes) -> str | None:
    """Return the extractor for a file, or None if it is text or nothing that is known.

    Args:
        name: the file's name.
        head: its first `HEAD_BYTES` bytes.
    """
    by_name = kind_by_name(name)
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "archive" if by_name == "archive" else "package"
    if head.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")):
        return "archive"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "legacy"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"SQLite format 3\0"):
        return "history" if name.lower() in _HISTORIES else None
    if by_name != "mail" and _MBOX_START.match(head):
        return "mbox"
    if by_name in ("mail", "archive") or (by_name and _is_binary(head)):
        return by_name
    return _by_text(name, head)


def kind_by_name(name: str) -> str | None:
    """Return the extractor that a file's name asks for, or None."""
    lowered = name.lower()
    if lowered.endswith(_PACKED_TAR):
        return "archive"
    if lowered in _HISTORIES:
        return "history"
    if lowered.endswith(".json") and any(pattern.fullmatch(lowered) for pattern, _ in _CHATS):
        return "chat"
    stem, dot, suffix = lowered.rpartition(".")
    return _KIND_OF_SUFFIX.get(suffix) if dot and stem else None


def size_factor(name: str) -> int:
    """Return how many times larger than a text a file of this name may be."""
    kind = kind_by_name(name)
    return _SIZE_FACTORS.get(kind, _LARGE) if kind else 1


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or not head


def _by_text(name: str, head: bytes) -> str | None:
    """Recognise mails without a suffix and exported chats."""
    for file_name, beginning in _CHATS:
        if file_name.fullmatch(name.lower()) and beginning.match(head):
            return "chat"
    if "." in name.partition(":")[0].lstrip(".") and not name[:1].isdigit():
        return None  # a name that says what the file is, unlike those in a Maildir
    at = headers = 0
    while headers < _FEWEST_HEADERS and (found := _MAIL_HEADER.match(head, at)):
        at, headers = found.end(), headers + 1
    return "mail" if headers >= _FEWEST_HEADERS else None
