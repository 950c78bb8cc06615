"""PPT of PowerPoint 97 to 2003: the texts of each slide, then those of notes and text boxes.

After [MS-PPT]: records in records; the outline lists each slide's texts, drawings hold the others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile

from ..extract import Builder, Extract

_HEAD = struct.Struct("<HHI")
_CONTAINER = 0xF
_MOST_DEPTH = 40
_WIDE_TEXT, _BYTE_TEXT = 0x0FA0, 0x0FA8
_OUTLINE, _SLIDE_IN_OUTLINE = 0x0FF0, 0x03F3
_MASTER = 0x03F8


def extract(container: olefile.OleFileIO) -> Extract:
    """Extract a presentation. Raises Unreadable, or anything if it is damaged."""
    stream = container.openstream("PowerPoint Document").read()
    builder = Builder("ppt", "slide")
    seen: set[str] = set()
    elsewhere: list[str] = []
    for kind, text, in_outline in _walk(stream, 0, len(stream), 0, in_outline=False):
        if kind == _SLIDE_IN_OUTLINE:
            builder.begin_part()
        elif in_outline:
            builder.add(text)
            seen.add(text)
        else:
            elsewhere.append(text)
    for text in dict.fromkeys(elsewhere):
        if text not in seen and text.strip(" *"):
            builder.add(text)
    return builder.finish()


def _walk(
    stream: bytes, at: int, end: int, depth: int, *, in_outline: bool
) -> Iterator[tuple[int, str, bool]]:
    """Yield (kind, text, whether the outline of slides has it) of texts, and of slides' starts."""
    while at + _HEAD.size <= end and depth < _MOST_DEPTH:
        version, kind, length = _HEAD.unpack_from(stream, at)
        at += _HEAD.size
        stop = min(at + length, end)
        if kind == _WIDE_TEXT:
            yield kind, _lines(stream[at:stop].decode("utf-16-le", "replace")), in_outline
        elif kind == _BYTE_TEXT:
            yield kind, _lines(stream[at:stop].decode("latin-1")), in_outline
        elif kind == _SLIDE_IN_OUTLINE and in_outline:
            yield kind, "", in_outline
        elif version & _CONTAINER == _CONTAINER and kind != _MASTER:
            is_slides = kind == _OUTLINE and version >> 4 == 0
            yield from _walk(stream, at, stop, depth + 1, in_outline=in_outline or is_slides)
        at = stop


def _lines(text: str) -> str:
    return text.replace("\r", "\n").replace("\x0b", "\n")
