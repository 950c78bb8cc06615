"""The one gate between text from documents or file names and a terminal.

Terminals act on escape sequences, and Rich and Textual pass them through, so a document could
write to the clipboard or redraw the screen. Whatever comes from a file goes through here first.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f"  # C0 controls except tab and newline, and DEL
    "\x80-\x9f"  # C1 controls: single-character CSI, OSC, …
    "\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # soft hyphen and bidirectional controls
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # byte order mark, annotations, tags
    "\ud800-\udfff"  # lone surrogates: bytes that are not valid text
    "]"
)


def safe_text(text: str) -> str:
    """Return `text` with every character that could drive a terminal shown as U+FFFD.

    The length stays the same, so ranges computed on `text` hold for the result.
    """
    return _UNSAFE.sub("\ufffd", text.replace("\r", "\n"))


def safe_line(text: str) -> str:
    """Return `text` as one line: as `safe_text`, with line breaks and tabs shown as spaces."""
    return re.sub(r"[\n\t\u2028\u2029]+", " ", safe_text(text))
