"""The map: a tile for each topic, drawn to the current size, with one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from store import Hit, Topic, safe_line

from ..format import clip, count, elide, short_path, snippet, spread, title
from ..treemap import Tile, frame, neighbour, tiles
from .rows import Rows


class TopicMap(Widget, can_focus=True, inherit_bindings=False):
    """Topics as areas; the larger one is, the more documents are about it."""

    BORDER_TITLE = "Map"
    BINDING_GROUP_TITLE = "Map"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.deeper", "Documents"),
        Binding("left,h", "go(-1, 0)", "Left", show=False),
        Binding("right,l", "go(1, 0)", "Right", show=False),
        Binding("up,k", "go(0, -1)", "Up", show=False),
        Binding("down,j", "go(0, 1)", "Down", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Another topic is chosen now, or none."""

        topic: Topic | None

    chosen: reactive[int] = reactive(0)
    note: reactive[Content] = reactive(Content(""))
    """Shown while there are no topics."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.topics: tuple[Topic, ...] = ()

    @property
    def current(self) -> Topic | None:
        """The chosen topic."""
        return self.topics[self.chosen] if self.chosen < len(self.topics) else None

    def show(self, topics: tuple[Topic, ...]) -> None:
        """Draw these topics; the choice stays on the topic of the same name, if there is one."""
        names = [topic.name for topic in topics]
        kept = names.index(self.current.name) if self.current and self.current.name in names else 0
        self.topics = topics
        self.choose(kept)
        self.refresh()

    def choose(self, topic: int) -> None:
        """Choose a topic."""
        self.chosen = topic
        self.post_message(self.Chosen(self.current))

    def action_go(self, dx: int, dy: int) -> None:
        """Choose the topic beside the chosen one."""
        if self.topics:
            self.choose(neighbour(self._tiles(), self.chosen, dx, dy))

    def on_click(self, event: events.Click) -> None:
        """Choose the topic that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            for tile in self._tiles():
                if tile.holds(*offset):
                    self.choose(tile.topic)

    def _tiles(self) -> tuple[Tile, ...]:
        documents = [topic.documents for topic in self.topics]
        positions = [topic.position for topic in self.topics]
        return tiles(documents, positions, *self.content_size)

    def render(self) -> RenderResult:
        """Return the tiles, or the note."""
        width, height = self.content_size
        if not self.topics:
            lines = self.note.wrap(max(width - 2, 1))
            return Content("\n").join(Content(" ") + line for line in lines)
        all_tiles = self._tiles()
        rows = frame(all_tiles, width, height)
        return Content("\n").join(self._row(all_tiles, y, row) for y, row in enumerate(rows))

    def _row(self, all_tiles: Sequence[Tile], y: int, lines: str) -> Content:
        """Write on one row of the frame what belongs on the tiles that it crosses."""
        parts: list[Content | tuple[str, str]] = []
        for tile in sorted(all_tiles, key=lambda one: one.x):
            if tile.holds(tile.x, y):
                free = lines[tile.x : tile.right]
                blank = len(free) - len(free.lstrip(" "))
                parts += [self._label(tile, y, blank), (free[blank:], ".faint")]
        return Content.assemble(*parts)

    def _label(self, tile: Tile, y: int, width: int) -> Content:
        """Return what is written on a row of a tile, exactly `width` cells wide."""
        is_chosen = tile.topic == self.chosen
        rows = tile.height - (tile.bottom != self.content_size.height)
        lines = written(self.topics[tile.topic], max(width - 2, 1), rows)
        line = lines[y - tile.y] if y - tile.y < len(lines) else Content("")
        edge = "▌" if is_chosen else " "
        label = (Content(edge) + line).truncate(width, pad=True)
        return label.stylize_before(".chosen") if is_chosen else label


def written(topic: Topic, width: int, rows: int) -> list[Content]:
    """Return as much of a topic's name and number of documents as fits."""
    lines: list[str] = []
    for word in safe_line(topic.name).split():
        if lines and cell_len(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(clip(word, width))
    number = count(topic.documents, "document")
    shown = number if len(number) <= width else f"{topic.documents:,}"
    name = [Content.assemble((line, ".strong")) for line in lines]
    return [*name, Content.assemble((shown, ".faint"))][:rows]


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
