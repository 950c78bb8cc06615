"""Ids of documents and passages, so that an agent never names a path.

A document's id is a digest of its path; a passage's is that of its document and its first byte.
They stay the same as long as the document keeps its place. An id is looked up among the documents
that are indexed now, so nothing else on the disk has one.
"""

from __future__ import annotations

import os
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

_BYTES = 10
_SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Target:
    """What an id stands for."""

    path: Path
    start: int | None
    """First byte of a passage; None for the whole document."""


def document_id(path: Path) -> str:
    """Return the id of a document, 16 letters and digits."""
    digest = blake2b(os.fsencode(path), digest_size=_BYTES, person=b"thimble").digest()
    return b32encode(digest).decode().lower()


def passage_id(path: Path, start: int) -> str:
    """Return the id of a passage."""
    return f"{document_id(path)}{_SEPARATOR}{start}"


def find(given: str, documents: Iterable[Path]) -> Target | None:
    """Return what an id stands for, or None if it is not one of these documents."""
    name, dot, start = given.partition(_SEPARATOR)
    if dot and not (start.isascii() and start.isdigit() and len(start) <= len(str(1 << 40))):
        return None
    path = next((one for one in documents if document_id(one) == name), None)
    return None if path is None else Target(path, int(start) if dot else None)
