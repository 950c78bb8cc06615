"""A list of rows drawn to the current width, with a cursor. Only visible lines are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

T = TypeVar("T")


class Rows(ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """Base of the lists. A subclass says how an item is drawn, in `row_height` lines."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "jump(0)", "First", show=False),
        Binding("end,G", "jump(-1)", "Last", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The item under the cursor may be another one now."""

        rows: Rows[Any]

        @property
        def control(self) -> Rows[Any]:
            """The list, for `@on` selectors."""
            return self.rows

    cursor: reactive[int] = reactive(0)
    note: reactive[Content] = reactive(Content(""))
    """Shown while there are no items."""
    row_height = 1
    tall_row = 1
    """The height of a row unless the screen is short, its blank line included."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.auto_links = False  # there are none, and looking for them takes a fifth of a line
        self.items: tuple[T, ...] = ()
        self.is_chosen = False
        """True once the user moved the cursor, rather than an answer."""
        self._sizes = (Size(), Size())
        """Of the list and of all its rows, when they were last laid out."""
        self._drawn: dict[int, Sequence[Content]] = {}
        """Index → lines of the items met while the list is drawn once."""

    @property
    def current(self) -> T | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def draw(self, item: T, width: int) -> Sequence[Content]:
        """Return the lines of an item, none wider than `width` cells."""
        raise NotImplementedError

    def show(self, items: tuple[T, ...], cursor: int) -> None:
        """Replace the items and put the cursor on one, keeping its line on the screen."""
        shift = (cursor - self.cursor) * self.row_height
        self.items = items
        self.virtual_size = Size(0, len(items) * self.row_height)
        self.scroll_to(y=self.scroll_y + shift, animate=False, force=True)
        self.cursor = cursor
        self.reveal()
        self.refresh()
        self.post_message(self.Moved(self))

    def step(self, rows: int) -> None:
        """Move the cursor because the user wants to; stops at both ends."""
        if self.items:
            self.is_chosen = True
            self.cursor = min(max(self.cursor + rows, 0), len(self.items) - 1)
            self.reveal()
            self.post_message(self.Moved(self))

    def reveal(self) -> None:
        """Scroll as little as needed to see the row under the cursor."""
        row = Region(0, self.cursor * self.row_height, 1, self.row_height)
        self.scroll_to_region(row, animate=False, force=True)

    def action_step(self, rows: int) -> None:
        """Move by rows."""
        self.step(rows)

    def action_page(self, pages: int) -> None:
        """Move by screenfuls."""
        self.step(pages * max(self.size.height // self.row_height, 1))

    def action_jump(self, index: int) -> None:
        """Move to the first (0) or the last (-1) row."""
        self.step((index % max(len(self.items), 1)) - self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Move to the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            line = offset.y + self.scroll_offset.y
            self.step(line // self.row_height - self.cursor)

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Take part in a layout, which changes nothing while there is as much in as large a list.

        Textual takes a list with a border for one whose size changed at every layout: each key
        that is typed would draw the scroll bar again, while the search waits for Python's lock.
        """
        sizes = size, self.virtual_size
        if sizes == self._sizes:
            return False
        self._sizes = sizes
        return super()._size_updated(size, virtual_size, container_size, layout)

    def on_resize(self) -> None:
        """Draw to the new width, in rows as high as there is room for."""
        self.row_height = 1 if self.screen.has_class("-short") else self.tall_row
        self.virtual_size = Size(0, len(self.items) * self.row_height)
        self.call_after_refresh(self.reveal)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw what is visible, each item once; part of Textual's line API."""
        self._drawn = {}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return one line of what is visible; part of Textual's line API."""
        width = self.scrollable_content_region.width
        if not self.items:
            return self._strip(self._note_line(y, width), width, is_cursor=False)
        index, part = divmod(y + self.scroll_offset.y, self.row_height)
        if index < len(self.items) and index not in self._drawn:
            self._drawn[index] = self.draw(self.items[index], width - 2)
        lines = self._drawn.get(index, ())
        if part >= len(lines):
            return Strip.blank(width, self.visual_style.rich_style)
        return self._strip(lines[part], width, is_cursor=index == self.cursor)

    def _note_line(self, y: int, width: int) -> Content:
        lines = self.note.wrap(max(width - 2, 1)) if self.note else []
        return lines[y] if y < len(lines) else Content("")

    def _strip(self, line: Content, width: int, *, is_cursor: bool) -> Strip:
        style = self.get_visual_style("rows--cursor") if is_cursor else self.visual_style
        padded = Content("▌" if is_cursor else " ") + line + " "
        parts = padded.truncate(width, pad=True).render(style, end="", parse_style=self._look)
        return Strip([Segment(text, look.rich_style) for text, look in parts], width)

    def _look(self, name: str | Style) -> Style:
        """Return how the screen draws what is called so: `.match`, for one."""
        if isinstance(name, Style):
            return name
        return self.screen.get_visual_style(name.removeprefix("."), partial=True)
