"""The query bar: what the user types, the filters that are on, and what is matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from store import safe_line

from ..format import MODES
from ..request import Request
from .text_box import TextBox


class QueryInput(TextBox):
    """The text box. Every printable key is text; arrows choose hits while the focus stays here.

    In an empty box, arrow up brings back what was searched before.
    """

    @dataclass
    class BackedOut(Message):
        """Backspace was pressed at the start of the box."""

    BINDING_GROUP_TITLE = "Query"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.choose(1)", "Choose", key_display="↑↓"),
        Binding("up", "screen.choose(-1)", "Previous hit", show=False),
        Binding("enter", "submit", "Read"),
        Binding("escape", "screen.back", "Commands"),
        Binding("ctrl+r", "screen.recall(1)", "Searched before", id="recall", show=False),
    ]

    def action_delete_left(self) -> None:
        """Delete a character; at the start of the box, take off the last filter."""
        if self.cursor_position == 0 and self.selection.is_empty:
            self.post_message(self.BackedOut())
        else:
            super().action_delete_left()


class QueryBar(Horizontal):
    """The text box with the filters and the mode to its right."""

    def compose(self) -> ComposeResult:
        """Put filters and mode to the right of the text; a click takes off or changes one."""
        yield QueryInput(placeholder="Ask or search your files", id="query")
        yield Static(id="chips")
        yield Static(id="mode")

    def show(self, request: Request, *, is_searching: bool) -> None:
        """Show what narrows the request, and a dot while an answer takes its time."""
        dot = "… " if is_searching else "  "
        change = Style.from_meta({"@click": "screen.mode"})
        newer = ", newer first" if request.recent else ""
        self._put("#mode", Content(f"{dot}{MODES[request.mode]}{newer}").stylize(change))
        self._put("#chips", chips(request))

    def _put(self, place: str, content: Content) -> None:
        """Draw what is not there already; only another width moves anything."""
        static = self.query_one(place, Static)
        drawn = Content(str(static.content))
        if drawn != content:
            static.update(content, layout=drawn.cell_length != content.cell_length)


def chips(request: Request) -> Content:
    """Return the filters that are on, each to be clicked away."""
    drawn = [
        Content.assemble(f"{safe_line(str(chip))} ×").stylize(
            Style.from_meta({"@click": f"screen.drop_chip({index})"})
        )
        for index, chip in enumerate(request.chips)
    ]
    return Content(" ").join(drawn)
