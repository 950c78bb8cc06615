"""Why a hit was found, and what the search did: the answer of `--explain` for one hit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from store import Explain, Hit, Results, safe_line

from ..format import STYLES, bar, count, place, short_path, title

_FOUND_BY = {
    "words": "words of the query",
    "meaning": "meaning: near the query in the model's space",
}
_PATHS = {
    "flat": "every code was compared",
    "graph": "the graph was walked from the nearest hubs",
    "leann": "the graph was walked by recomputed similarities alone",
    "": "by words alone",
}
_NAME_CELLS = 12
_BAR_CELLS = 24

Row = tuple[str, Content]


class WhyScreen(ModalScreen[None]):
    """Shows what is known about one hit of one answer."""

    BINDING_GROUP_TITLE = "Why"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,w,q", "dismiss(None)", "Close"),
    ]

    def __init__(self, hit: Hit, answer: Results, first: Results | None) -> None:
        super().__init__()
        self._hit, self._answer, self._first = hit, answer, first

    def compose(self) -> ComposeResult:
        """Show the hit above what the search did."""
        with VerticalScroll(classes="dialog -why") as dialog:
            dialog.border_title = "Why this hit"
            dialog.border_subtitle = "esc close"
            yield Static(table([*of_hit(self._hit, self._answer, self._first)]), id="of-hit")
            yield Static(table([*of_search(self._answer.explain)]), id="of-search")


def of_hit(hit: Hit, answer: Results, first: Results | None) -> Iterator[Row]:
    """Yield what is known of one hit."""
    yield title(hit), Content(place(hit))
    yield "File", Content(short_path(hit.path))
    found = [_FOUND_BY[source] for source in hit.found_by if source in _FOUND_BY]
    for index, way in enumerate(found):
        yield "" if index else "Found by", Content(way)
    words = dict.fromkeys(hit.text[a:b].casefold() for a, b in hit.highlights)
    if words:
        yield "Matched", Content(safe_line(", ".join(words)))
    yield "Score", Content.assemble(f"{hit.score:.2f}  ", bar(hit.score, _BAR_CELLS))
    yield "Rank", Content(_rank(hit, answer, first))


def _rank(hit: Hit, answer: Results, first: Results | None) -> str:
    now = f"{hit.rank:,} of {len(answer.hits):,}"
    if not answer.exact:
        return f"{now}, exact scores are still to come"
    if first is None or first.query.text != answer.query.text:
        return now
    before = next((one.rank for one in first.hits if one.path == hit.path), None)
    if before is None:
        return f"{now}; the instant answer did not list it"
    return f"{now}; {before:,} in the instant answer"


def of_search(explain: Explain) -> Iterator[Row]:
    """Yield what the search did, and how long each stage took."""
    yield "The search", Content("")
    yield (
        "Looked at",
        Content(f"{count(explain.chunks, 'passage')}; {_PATHS.get(explain.path, explain.path)}"),
    )
    yield (
        "Candidates",
        Content(
            f"{explain.candidates_words:,} by words, {explain.candidates_meaning:,} by meaning"
        ),
    )
    cached = f", {explain.cache_hits:,} more from the cache" if explain.cache_hits else ""
    yield "Recomputed", Content(f"{count(explain.recomputed, 'embedding')}{cached}")
    most = max(explain.milliseconds.values(), default=0.0)
    for index, (stage, spent) in enumerate(explain.milliseconds.items()):
        share = bar(spent / most if most else 0.0, _BAR_CELLS)
        yield (
            "Time" if not index else "",
            Content.assemble(f"{stage:<11} {spent:>7.1f} ms  ", share),
        )
    yield "", Content(f"{'in all':<11} {sum(explain.milliseconds.values()):>7.1f} ms")


def table(rows: list[Row]) -> Content:
    """Return rows of a name and a value; the first is the heading."""
    lines = [Content.assemble((rows[0][0], ".strong"), "  ", (rows[0][1].plain, ".faint"))]
    for name, value in rows[1:]:
        lines.append(Content.assemble((f"{name:<{_NAME_CELLS}}", ".faint"), value))
    return Content("\n").join(lines)
