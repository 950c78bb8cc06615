"""Files of Office before 2007 and of Outlook: OLE containers, read by olefile.

DOC and PPT are taken apart here and in `binary_slides`, XLS by xlrd, MSG in `outlook`. New office
files with a password are such containers, too.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import olefile

from ..document import Unreadable
from ..extract import Extract
from . import binary_sheets, binary_slides, binary_word, outlook
from .nesting import Nested

_ENCRYPTED = (
    "EncryptedPackage",
    "EncryptedSummary",
    "\tDRMContent",
    "\x06DataSpaces/DRMEncryptedDataSpace",
)
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")


def extract(file: BinaryIO, name: str, nested: Nested) -> Extract:
    """Extract whatever a container holds."""
    data = file.read()
    try:
        return _extract(data, name, nested)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # the libraries fail with anything on damaged files
        reason = f"damaged: cannot be read ({type(error).__name__}: {error})"
        raise Unreadable(reason, failed=True) from error


def _extract(data: bytes, name: str, nested: Nested) -> Extract:
    if not data.startswith(olefile.MAGIC):
        if name.lower().endswith((".xls", ".xlt")):
            return binary_sheets.extract(data)  # the oldest have no container
        raise Unreadable("damaged: not an Office file", failed=True)
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        if any(map(container.exists, _ENCRYPTED)):
            raise Unreadable("is encrypted (a password is needed)")
        if container.exists("WordDocument"):
            return binary_word.extract(container)
        if container.exists("PowerPoint Document"):
            return binary_slides.extract(container)
        if any(map(container.exists, _WORKBOOKS)):
            return binary_sheets.extract(data)
        if container.exists("__properties_version1.0"):
            return outlook.extract(container, nested)
    raise Unreadable("binary file (an OLE container of another program)")
