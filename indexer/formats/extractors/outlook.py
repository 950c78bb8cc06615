"""MSG of Outlook: subject, sender, recipients, body and attachments. After [MS-OXMSG].

A body that is only there as compressed RTF is not read.
"""

from __future__ import annotations

import olefile

from ..encoding import decode
from ..extract import Builder, Extract
from .hypertext import add_html
from .nesting import Nested

_SUBJECT, _SENDER, _TO, _CC, _BODY, _HTML = "0037", "0C1A", "0E04", "0E03", "1000", "1013"
_FILE_NAME, _SHORT_NAME, _DATA = "3707", "3704", "3701"
_WIDE, _NARROW, _BINARY = "001F", "001E", "0102"


def extract(container: olefile.OleFileIO, nested: Nested) -> Extract:
    """Extract a message. Raises Unreadable, or anything if it is damaged."""
    builder = Builder("msg")
    builder.add_heading(_text(container, "", _SUBJECT), 1)
    people = (("From", _SENDER), ("To", _TO), ("Cc", _CC))
    shown = [(name, _text(container, "", property_)) for name, property_ in people]
    builder.add("\n".join(f"{name}: {value}" for name, value in shown if value))
    if body := _text(container, "", _BODY).strip("\0\r\n "):
        builder.add(body.replace("\r\n", "\n"))
    elif html := _raw(container, "", _HTML, _BINARY):
        add_html(builder, decode(html).text, 1)
    folders = {path[0] for path in container.listdir() if path[0].startswith("__attach")}
    for folder in sorted(folders):
        name = _text(container, folder, _FILE_NAME) or _text(container, folder, _SHORT_NAME)
        data = _raw(container, folder, _DATA, _BINARY)
        if name and data:
            builder.add_heading(name, 2)
            nested(builder, data, name)
    return builder.finish()


def _text(container: olefile.OleFileIO, folder: str, property_: str) -> str:
    if wide := _raw(container, folder, property_, _WIDE):
        return wide.decode("utf-16-le", "replace").strip("\0")
    narrow = _raw(container, folder, property_, _NARROW)
    return decode(narrow).text.strip("\0") if narrow else ""


def _raw(container: olefile.OleFileIO, folder: str, property_: str, type_: str) -> bytes:
    path = [*filter(None, [folder]), f"__substg1.0_{property_}{type_}"]
    return bytes(container.openstream(path).read()) if container.exists("/".join(path)) else b""
