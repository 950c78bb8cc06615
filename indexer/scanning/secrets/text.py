"""The beginning of a file as bytes that the rules about secrets can match."""

from __future__ import annotations

import codecs
import re

_HEAD_BYTES = 65_536
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LOOKED_AT_BYTES = 64
"""Enough to see that every second byte is zero."""
_ZEROS = re.compile(rb"(?P<le>(?:[^\0]\0){4,})|(?P<be>(?:\0[^\0]){4,})")


def words(text: str) -> frozenset[str]:
    """Return the words of a table that is easier to read without quotes."""
    return frozenset(text.split())


def plain_head(data: bytes) -> bytes:
    """Return the beginning in UTF-8 if it is UTF-16 or has a mark, else as it is; stripped."""
    head = data[:_HEAD_BYTES]
    if encoding := _encoding(head):
        head = head.decode(encoding, "ignore").lstrip("\ufeff").encode("utf-8", "ignore")
    return head.removeprefix(codecs.BOM_UTF8).strip()


def _encoding(head: bytes) -> str | None:
    if encoding := _UTF16.get(head[:2]):
        return encoding
    # Windows writes UTF-16 without a mark too.
    if b"\0" in head[:_LOOKED_AT_BYTES] and (zeros := _ZEROS.match(head)):
        return "utf-16-le" if zeros["le"] else "utf-16-be"
    return None
