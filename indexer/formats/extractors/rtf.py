"""RTF: the text, without formatting, pictures and embedded files."""

from __future__ import annotations

import re
from typing import BinaryIO

from striprtf.striprtf import rtf_to_text

from ..document import Unreadable
from ..extract import Builder, Extract

_PICTURE = re.compile(r"(?:[0-9a-fA-F]{64}\s*)+")
"""Hexadecimal data that holds no text and would take long."""
_LINE_ENDS = re.compile(r"\n")


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract an RTF document. `name` is not needed."""
    del name
    source = file.read().decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        raise Unreadable("damaged: not an RTF document", failed=True)
    text = str(rtf_to_text(_PICTURE.sub("", source), errors="replace"))  # type: ignore[no-untyped-call]
    builder = Builder("rtf")
    builder.add(_LINE_ENDS.sub("\n\n", text))
    return builder.finish()
