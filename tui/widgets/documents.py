"""The documents from the middle of a topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from store import Hit

from ..format import elide, short_path, snippet, spread, title
from .rows import Rows


class DocumentList(Rows[Hit]):
    """Documents as rows: four lines each where there is room, one line on short screens."""

    BORDER_TITLE = "Documents"
    BINDING_GROUP_TITLE = "Documents"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.deeper", "Read")]
    tall_row = 4

    def draw(self, item: Hit, width: int) -> Sequence[Content]:
        """Return title and path, where there is room with the first sentences of the passage."""
        name = Content.assemble((title(item), ".strong"))
        if self.row_height == 1:
            path = elide(short_path(item.path), width // 2)
            return [spread(name, Content.assemble((path, ".faint")), width)]
        path = elide(short_path(item.path), width - 2)
        return [
            name.truncate(width, ellipsis=True),
            Content.assemble("  ", snippet(item, width - 2)),
            Content.assemble("  ", (path, ".faint")),
        ]
