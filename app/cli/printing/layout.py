"""Fitting text into the columns of a terminal: widths, shortening, wrapping, tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from store import safe_line

from .output import Output, Part, Style, Styled

Ranges = Sequence[tuple[int, int]]


def columns(text: str) -> int:
    """Return how many columns `text` takes: two for a wide character, none for an accent."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def shorten(text: str, width: int, *, keep_end: bool = False) -> str:
    """Cut `text` to `width` columns, an ellipsis in place of its end (or of its start)."""
    if columns(text) <= width:
        return text
    if keep_end:
        return shorten(text[::-1], width)[::-1]
    room = width - 1
    end = 0
    while end < len(text) and (room := room - _columns(text[end])) >= 0:
        end += 1
    return f"{text[:end]}…" if width > 0 else ""


def wrap(text: str, part: tuple[int, int], bold: Ranges, width: int, most: int) -> list[list[Part]]:
    """Fill at most `most` lines with the words of a part of `text`.

    Args:
        text: safe text.
        part: character range of what is wanted.
        bold: ascending character ranges that are to be bold.
        width: columns of a line.
        most: where to end, with an ellipsis, if words are left.
    """
    lines: list[list[Part]] = [[]]
    used = 0
    for start, end in _words(text, part, max(width, 8)):
        wide = columns(text[start:end])
        if used and used + 1 + wide > width:
            if len(lines) == most:
                lines[-1].append(" …")
                break
            lines.append([])
            used = 0
        if used:
            lines[-1].append(" ")
        lines[-1].extend(_marked(text, start, end, bold))
        used += wide + bool(used)
    return lines


def print_table(out: Output, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows in columns; a `>` in front of a heading moves its column to the right.

    A `<` in front of the last one cuts its column at the terminal's edge. A pipe gets the rows
    alone, their cells separated by tabs.
    """
    if not out.is_terminal:
        for row in rows:
            out.cells(row)
        return
    safe = [[heading.lstrip("<>") for heading in header]]
    safe += [[safe_line(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*safe, strict=True)]
    for place, row in enumerate(safe):
        cells = [
            _pad(cell, width, right=heading.startswith(">"))
            for cell, width, heading in zip(row, widths, header, strict=True)
        ]
        line = "  ".join(cells).rstrip()
        if header[-1].startswith("<"):
            line = shorten(line, out.width)
        out.line(line if place else Styled(line, Style.DIM))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _words(text: str, part: tuple[int, int], width: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of words; one wider than a line comes in pieces that fit."""
    for match in re.compile(r"\S+").finditer(text, *part):
        start, used = match.start(), 0
        for place in range(match.start(), match.end()):
            wide = _columns(text[place])
            if used + wide > width:
                yield start, place
                start, used = place, 0
            used += wide
        yield start, match.end()


def _marked(text: str, start: int, end: int, bold: Ranges) -> Iterator[Part]:
    """Yield `text[start:end]` in parts, those in `bold` as such."""
    for first, last in bold:
        if last <= start or first >= end:
            continue
        if start < first:
            yield text[start:first]
        start = max(start, first)
        yield Styled(text[start : min(last, end)], Style.BOLD)
        start = min(last, end)
    if start < end:
        yield text[start:end]


def _pad(cell: str, width: int, *, right: bool) -> str:
    blank = " " * (width - columns(cell))
    return blank + cell if right else cell + blank
