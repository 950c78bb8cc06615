"""The passages that an answer was made from, numbered as it cites them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from store import Hit

from ..format import clip, elide, place, short_path, snippet, spread, title
from .rows import Rows


class SourceList(Rows[Hit]):
    """Sources as rows: three lines each where there is room, one line on short screens."""

    BORDER_TITLE = "Sources"
    BINDING_GROUP_TITLE = "Sources"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.open", "Open")]
    tall_row = 4

    def draw(self, item: Hit, width: int) -> Sequence[Content]:
        """Return number, title and place; where there is room with the snippet and the path."""
        number = self.items.index(item) + 1
        where = (clip(place(item), 40), ".faint")
        name = Content.assemble(
            (f"[{number}]", ".cite"), " ", (title(item), ".strong"), "  ", where
        )
        path = Content.assemble((elide(short_path(item.path), width // 2), ".faint"))
        if self.row_height == 1:
            return [spread(name, path, width)]
        return [
            name.truncate(width, ellipsis=True),
            Content.assemble("    ", snippet(item, width - 4)),
            Content.assemble("    ", path),
        ]
