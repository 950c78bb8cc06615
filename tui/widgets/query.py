"""The query bar: what the user types, what it is matched against, and the filters that are on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from ..format import AGES, MODES
from ..messages import Request
from ..safe import safe_line
from .text_box import TextBox


class QueryInput(TextBox):
    """The text box. Every printable key is text; arrows choose hits while the focus stays here."""

    BINDING_GROUP_TITLE = "Query"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.choose(1)", "Choose", key_display="↑↓"),
        Binding("up", "screen.choose(-1)", "Previous hit", show=False),
        Binding("enter", "submit", "Read"),
        Binding("escape", "screen.back", "Commands"),
    ]


class QueryBar(Horizontal):
    """The text box with the mode beside it and the filters in its border."""

    def compose(self) -> ComposeResult:
        """Put the mode to the right of the text."""
        yield QueryInput(placeholder="Ask or search your files", id="query")
        yield Static(id="mode")

    def show(self, request: Request, *, is_searching: bool) -> None:
        """Show what narrows the request, and a dot while an answer takes its time."""
        dot = "… " if is_searching else ""
        self.query_one("#mode", Static).update(Content(f"{dot}{MODES[request.mode]}"))
        self.border_subtitle = Content(" ".join(f"[{chip}]" for chip in chips(request)))


def chips(request: Request) -> list[str]:
    """Return the filters that are on, each in a few words."""
    folder = [f"in {safe_line(request.folder)}"] if request.folder else []
    types = [", ".join(map(safe_line, request.types))] if request.types else []
    age = [AGES[request.days]] if request.days else []
    return folder + types + age
