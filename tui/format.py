"""Values as text for people: paths, ages, counts, rows and snippets. Pure; draws nothing.

Text from files passes the gate of `safe` here and is never parsed as markup. Styles are named by
the classes in `STYLES`, which `tui.tcss` colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from textual.content import Content, Span

from store import Hit, Mode, safe_line, safe_text

STYLES = {
    *("match", "warm", "hot"),
    *("faint", "strong", "good", "warn", "cite", "chosen"),
    *("heading", "bullet", "keyword", "literal"),
}
"""Component classes that screens declare and contents refer to as `.match` and so on."""

MODES = {
    Mode.HYBRID: "words + meaning",
    Mode.LEXICAL: "words",
    Mode.SEMANTIC: "meaning",
    Mode.EXACT: "exact text",
    Mode.REGEX: "regular expression",
}
"""Modes in the order in which one key steps through them."""

AGES = {"1d": "past day", "1w": "past week", "1m": "past month", "1y": "past year"}
"""What `since:` offers in the dialog, and its name there."""

TOO_SMALL = "Please make the window larger (60×15)"

_GAP = re.compile(r"\s+")
_UNITS = ((31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

Ranges = Sequence[tuple[int, int]]


def count(number: int, noun: str) -> str:
    """Return `1 file`, `8,310 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """Return a time span by its largest unit: `40 s`, `3 min`, `2 h`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "0 s"


def ago(seconds: float) -> str:
    """Return `just now`, `12 s ago`, `3 mo ago`."""
    return "just now" if seconds < 5 else f"{duration(seconds)} ago"


def bar(fraction: float, width: int) -> Content:
    """Return a progress bar of `width` cells."""
    halves = round(min(max(fraction, 0.0), 1.0) * width * 2)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    return Content.assemble((done, ".good"), ("─" * (width - len(done)), ".faint"))


def short_path(path: Path) -> str:
    """Return a path as one safe line, with `~` for the home folder."""
    home = Path.home()
    shown = Path("~") / path.relative_to(home) if path.is_relative_to(home) else path
    return safe_line(str(shown))


def elide(path: str, width: int) -> str:
    """Return a path in at most `width` cells, whole names left out of its middle first."""
    if cell_len(path) <= width:
        return path
    names = path.split("/")
    first = names[:2]
    for head in ([*first, "…"], ["…"]):
        for kept in range(len(first), len(names)):
            shorter = "/".join(head + names[kept:])
            if cell_len(shorter) <= width:
                return shorter
    tail = names[-1]
    while tail and cell_len(tail) >= width:
        tail = tail[1:]
    return f"…{tail}"


def spread(left: Content, right: Content, width: int) -> Content:
    """Return one line with `left` cut to make room for `right` at the right edge."""
    if not right:
        return left.truncate(width, ellipsis=True, pad=True)
    room = max(width - right.cell_length - 2, 0)
    return Content.assemble(left.truncate(room, ellipsis=True, pad=True), "  ", right)


def fit(parts: Iterable[Content], width: int, gap: str = "    ") -> Content:
    """Return parts joined by gaps; parts from the end are left out until it fits `width`."""
    kept = [part for part in parts if part]
    while len(kept) > 1 and Content(gap).join(kept).cell_length > width:
        kept.pop()
    return Content(gap).join(kept).truncate(width, ellipsis=True)


def highlighted(text: str, ranges: Ranges, style: str = ".match") -> Content:
    """Return `text` made safe, with `ranges` styled."""
    return Content(safe_text(text), [Span(start, end, style) for start, end in ranges])


def one_line(text: str, ranges: Ranges) -> tuple[str, list[tuple[int, int]]]:
    """Return `text` with each run of white space as one space, and `ranges` moved along."""

    def moved(place: int) -> int:
        return len(_GAP.sub(" ", text[:place]))

    return _GAP.sub(" ", text), [(moved(start), moved(end)) for start, end in ranges]


def snippet(hit: Hit, width: int) -> Content:
    """Return the best sentences of a hit in one line, starting so that a match can be seen."""
    first, last = hit.snippet
    inside = [
        (max(start, first) - first, min(end, last) - first)
        for start, end in hit.highlights
        if start < last and end > first
    ]
    text, ranges = one_line(safe_text(hit.text[first:last]), inside)
    line = highlighted(text, ranges)
    if ranges and cell_len(text[: ranges[0][1]]) > width - 1:
        start = text.find(" ", max(ranges[0][0] - width // 3, 0)) + 1
        line = Content("…") + line[min(start, ranges[0][0]) :]
    return line.truncate(width, ellipsis=True)


def mark(hit: Hit) -> str:
    """Return what found a hit, as a shape: `=` words, `≈` meaning, `●` both."""
    if len(hit.found_by) > 1:
        return "●"
    return "≈" if "meaning" in hit.found_by else "="


def title(hit: Hit) -> str:
    """Return a hit's title, or its file's name if the document has none."""
    return safe_line(hit.title).strip() or safe_line(hit.path.name)


def place(hit: Hit) -> str:
    """Return where in its document a hit is: page, heading or line."""
    if hit.place:
        unit, _, name = hit.place.partition("=")
        return safe_line(f"p. {name}" if unit == "page" else f"{unit} {name}")
    heading = safe_line(hit.heading).strip()
    return f"§ {heading}" if heading else f"line {hit.line:,}"


def clip(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis if cut."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
