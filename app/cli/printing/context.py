"""Lines around a hit, as grep shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import Unreadable
from store import Hit, Passage

from .output import Output

Read = Callable[[Path], tuple[Passage, ...]]
"""Returns a document as it is now. Raises OSError or Unreadable."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document's plain text."""

    number: int
    """1-based, in the source file."""
    text: str
    is_match: bool


def lines_around(hit: Hit, before: int, after: int, read: Read) -> list[Line]:
    """Return the best line of a hit with its neighbours; that line alone if its file is gone."""
    matched = hit.line + hit.text.count("\n", 0, hit.snippet[0])
    try:
        passages = read(hit.path)
    except (OSError, Unreadable):
        passages = ()
    numbered = _numbered(passages)
    place = next((at for at, (number, _) in enumerate(numbered) if number == matched), None)
    if place is None:
        text = hit.text[hit.snippet[0] :].partition("\n")[0]
        return [Line(matched, text, is_match=True)]
    part = numbered[max(0, place - before) : place + after + 1]
    return [Line(number, text, number == matched) for number, text in part]


def print_context(out: Output, hits: Sequence[Hit], before: int, after: int, read: Read) -> None:
    """Write `path:line:text` for what matched, `path-line-text` around it, `--` between hits."""
    for place, hit in enumerate(hits):
        if place:
            out.line("--")
        for line in lines_around(hit, before, after, read):
            mark = ":" if line.is_match else "-"
            out.line(f"{hit.path}{mark}{line.number}{mark}{line.text}")


def _numbered(passages: Sequence[Passage]) -> list[tuple[int, str]]:
    """Return line number → text of a document; a line that two passages share comes once."""
    lines: dict[int, str] = {}
    for passage in passages:
        for number, text in enumerate(passage.text.splitlines(), passage.line):
            lines.setdefault(number, text)
    return sorted(lines.items())
