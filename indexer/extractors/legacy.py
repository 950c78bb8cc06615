"""Office files from before 2007 and encrypted ones: told apart, and refused with a reason."""

from __future__ import annotations

from typing import BinaryIO

from ..document import Unreadable
from ..extract import Extract

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def extract(file: BinaryIO, name: str) -> Extract:
    """Refuse a file. `name` is not needed."""
    del name
    if _ENCRYPTED in file.read():
        raise Unreadable("is encrypted (a password is needed)")
    raise Unreadable("old Office format; save it as DOCX, XLSX or PPTX to have it read")
