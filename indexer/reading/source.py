"""Reading source files whole and settled."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from store import FileRecord, Signature

from ..formats.document import Unreadable
from ..formats.recognise import HEAD_BYTES, recognise
from ..formats.table import FORMATS
from ..scanning.signature import signature_of

_ATTEMPTS = 3
_PIECE_BYTES = 1 << 20
_MADE_OF_TEXT = frozenset(row.kind for row in FORMATS if row.is_made_of_text)
CHANGING = "it kept changing while it was read; it is tried again next time"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was at one moment."""

    signature: Signature
    data: bytes
    """Its bytes; empty if it needs an extractor."""
    kind: str | None = None
    """The extractor it needs; None for a text."""
    own_digest: bytes = b""
    """Of the bytes, where they are not kept."""

    @property
    def digest(self) -> bytes:
        """BLAKE2b-128 of the bytes."""
        return self.own_digest or blake2b(self.data, digest_size=16).digest()

    def is_still(self, record: FileRecord) -> bool:
        """Tell whether the file is the text that was indexed."""
        # Its bytes, not its signature: what is written through memory moves no time for a while.
        return self.kind is None and self.digest == record.digest


@contextmanager
def open_source(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file. Raises Unreadable, or OSError if it is gone."""
    # Not blocking and not following, since a name may have become a FIFO or a link by now.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable("not a regular file")
        yield file


def is_text(path: Path) -> bool:
    """Tell whether a file is a text or can be looked at as one, as a mail can. Raises OSError."""
    try:
        with open_source(path.resolve()) as file:
            kind = recognise(path.name, file.read(HEAD_BYTES))
            return kind is None or kind in _MADE_OF_TEXT
    except Unreadable as error:
        raise OSError(f"{path}: {error.reason}") from error


def read_source(path: Path) -> SourceFile:
    """Read a file that holds still meanwhile. Raises Unreadable, or OSError if it is gone."""
    for _ in range(_ATTEMPTS):
        with open_source(path) as file:
            signature = signature_now(file)
            head = file.read(HEAD_BYTES)
            kind = recognise(path.name, head)
            if kind is None:
                source = SourceFile(signature, head + file.read())
            else:
                source = SourceFile(signature, b"", kind, _digest(head, file))
            if signature == signature_now(file):
                return source
    raise Unreadable(CHANGING, failed=True)


def signature_now(file: BinaryIO) -> Signature:
    """Return the signature of an open file."""
    return signature_of(os.fstat(file.fileno()))


def _digest(head: bytes, file: BinaryIO) -> bytes:
    """Return the digest of a file whose beginning was read, without keeping its bytes."""
    digest = blake2b(head, digest_size=16)
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.digest()
