"""DOC of Word 6 to 2003: the text, notes and comments, without formatting and field codes.

After [MS-DOC]: the text lies in pieces, of one or two bytes a character, that the CLX lists.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile

from ..document import Unreadable
from ..extract import Builder, Extract

_WORD_97, _ENCRYPTED, _SECOND_TABLE = 0xA5EC, 0x0100, 0x0200
_CLX_AT, _TEXT_AT = 0x1A2, 0x18
_PROPERTIES, _PIECES = 1, 2
_COMPRESSED = 1 << 30
_FIELD_CODE = re.compile("\x13[^\x13-\x15]*\x14|\x13[^\x13-\x15]*\x15|\x15")
_PARAGRAPH_ENDS = re.compile("[\r\x0c\x0e]+")
_CELL_END = "\x07"


def extract(container: olefile.OleFileIO) -> Extract:
    """Extract a document. Raises Unreadable, or anything if it is damaged."""
    stream = container.openstream("WordDocument").read()
    mark, _, _, _, _, flags = struct.unpack_from("<6H", stream)
    if flags & _ENCRYPTED:
        raise Unreadable("is encrypted (a password is needed)")
    if mark == _WORD_97:
        table = container.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
        text = "".join(_pieces(stream, table))
    else:
        start, end = struct.unpack_from("<II", stream, _TEXT_AT)
        text = stream[start:end].decode("cp1252", "replace")
    while (plain := _FIELD_CODE.sub("", text)) != text:
        text = plain
    builder = Builder("doc")
    text = text.replace(_CELL_END * 2, "\r").replace(_CELL_END, " | ")
    builder.add(_PARAGRAPH_ENDS.sub("\n\n", text.replace("\x0b", "\n")))
    return builder.finish()


def _pieces(stream: bytes, table: bytes) -> Iterator[str]:
    start, length = struct.unpack_from("<II", stream, _CLX_AT)
    clx = table[start : start + length]
    at = 0
    while clx[at] == _PROPERTIES:
        at += 3 + int(struct.unpack_from("<H", clx, at + 1)[0])
    if clx[at] != _PIECES:
        raise ValueError("no list of pieces")
    size = int(struct.unpack_from("<I", clx, at + 1)[0])
    plan = clx[at + 5 : at + 5 + size]
    count = (size - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", plan)
    for piece in range(count):
        characters = ends[piece + 1] - ends[piece]
        (place,) = struct.unpack_from("<I", plan, 4 * (count + 1) + 8 * piece + 2)
        if place & _COMPRESSED:
            first = (place & ~_COMPRESSED) // 2
            yield stream[first : first + characters].decode("cp1252", "replace")
        else:
            yield stream[place : place + 2 * characters].decode("utf-16-le", "replace")
