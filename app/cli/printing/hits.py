"""Hits as data: what a result looks like for people, in a pipe, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from store import Explain, Hit, Results, safe_line, safe_text

from .layout import shorten, wrap
from .output import Output, Part, Style, Styled, path_fields
from .quantities import count

SNIPPET_LINES = 3
_ENDLESS = 1_000_000
"""Columns of a pipe."""


def print_blocks(out: Output, hits: Iterable[Hit]) -> None:
    """Write hits for people, a block each with a blank line between."""
    for place, hit in enumerate(hits):
        if place:
            out.line()
        _print_block(out, hit)


def print_lines(out: Output, hits: Iterable[Hit]) -> None:
    """Write `path:line: snippet` a hit, which editors and grep users know, or `path#page=3: …`."""
    for hit in hits:
        lines = wrap(safe_text(hit.text), hit.snippet, hit.highlights, _ENDLESS, 1)
        out.line(f"{_address(hit, str(hit.path))}: ", *lines[0])


def hit_fields(hit: Hit) -> dict[str, object]:
    """Return a hit as JSON fields (schema 1)."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        **path_fields(hit.path),
        "title": hit.title,
        "heading": hit.heading,
        "line": hit.line,
        "page": hit.page,
        "place": hit.place,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "fresh": hit.fresh,
        "found_by": list(hit.found_by),
        "modified": hit.modified,
        "duplicates": [path_fields(copy)["path"] for copy in hit.duplicates],
    }


def explain_fields(explain: Explain) -> dict[str, object]:
    """Return what a search did as JSON fields."""
    return {
        "chunks": explain.chunks,
        "path": explain.path,
        "scanned": explain.scanned,
        "visited": explain.visited,
        "candidates_words": explain.candidates_words,
        "candidates_meaning": explain.candidates_meaning,
        "expanded": explain.expanded,
        "recomputed": explain.recomputed,
        "cache_hits": explain.cache_hits,
        "milliseconds": {name: round(ms, 3) for name, ms in explain.milliseconds.items()},
    }


def explain_sentences(results: Results) -> Iterable[str]:
    """Yield what a search did in lines for people."""
    explain = results.explain
    yield (
        f"{count(explain.chunks, 'chunk')} searched, {count(explain.scanned, 'code')} compared"
        f"{_walk(explain)}, {count(explain.candidates_words, 'candidate')} by words, "
        f"{count(explain.candidates_meaning)} by meaning, "
        f"{count(explain.recomputed, 'embedding')} recomputed, "
        f"{count(explain.expanded)} of them found along the graph, "
        f"{count(explain.cache_hits)} taken from the cache"
    )
    stages = [f"{name} {ms:.1f} ms" for name, ms in explain.milliseconds.items()]
    yield ", ".join([*stages, f"in all {sum(explain.milliseconds.values()):.1f} ms"])


def _walk(explain: Explain) -> str:
    return f", {count(explain.visited, 'node')} of the graph visited" if explain.visited else ""


def short_path(path: Path) -> str:
    """Return a path with `~` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or there is no home
        return str(path)


def place_parts(out: Output, hit: Hit) -> list[Part]:
    """Return where a hit is: for people short, with a link that opens the file."""
    path = short_path(hit.path) if out.is_terminal else str(hit.path)
    return [Styled(_address(hit, path), Style.PLACE, hit.path.as_uri()), *_notes(hit)]


def _print_block(out: Output, hit: Hit) -> None:
    width = out.width - 2
    title = safe_line(hit.title or hit.path.name)
    out.line(f"{_found_by(hit)} ", Styled(shorten(title, width), Style.BOLD))
    out.line("  ", *place_parts(out, hit))
    if hit.heading:
        out.line("  ", Styled(shorten(safe_line(hit.heading), width), Style.DIM))
    for line in wrap(safe_text(hit.text), hit.snippet, hit.highlights, width, SNIPPET_LINES):
        out.line("  ", *line)
    for copy in hit.duplicates:
        out.line("  ", Styled(f"same text in {short_path(copy)}", Style.DIM))


def _address(hit: Hit, path: str) -> str:
    """Return where a hit is: at a line of a text, on a page or the like of any other document."""
    return f"{path}#{hit.place}" if hit.place else f"{path}:{hit.line}"


def _notes(hit: Hit) -> Iterable[Part]:
    if not hit.fresh:
        yield Styled("  changed since it was indexed", Style.NOTE)


def _found_by(hit: Hit) -> str:
    if len(hit.found_by) > 1:
        return "●"
    return "≈" if "meaning" in hit.found_by else "="
