"""Dividing a rectangle of cells among topics, so that those that are alike lie side by side.

The topics are halved by weight along the longer side, in the order of their places along it, and
so are the halves: a treemap whose tiles keep their neighbourhood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

_WIDE = 4
"""Columns of a tile by its rows, above which it is halved from left to right: names are wide."""
_FEWEST_ROWS = 6
"""Below so many rows it is so in any case: half of them must do for a name and a number."""
_LINES = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"
"""Line characters by the sum of the sides that they join: above 1, right 2, below 4, left 8."""
_SMALLEST = 0.65
"""Least weight of a topic, by that of the average one: a name must fit its tile."""

Position = tuple[float, float]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tile:
    """The cells of one topic: columns and rows from the upper left corner of the map."""

    topic: int
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column after it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row after it."""
        return self.y + self.height

    def holds(self, x: int, y: int) -> bool:
        """Return whether a cell belongs to it."""
        return 0 <= x - self.x < self.width and 0 <= y - self.y < self.height


def tiles(
    documents: Sequence[int], positions: Sequence[Position], width: int, height: int
) -> tuple[Tile, ...]:
    """Return a tile for each topic, in their order; together they cover `width` × `height`.

    Some are empty if there are more topics than cells.
    """
    least = _SMALLEST * sum(documents) / max(len(documents), 1)
    weights = {topic: max(number, least) for topic, number in enumerate(documents)}
    whole = Tile(-1, 0, 0, width, height)
    return tuple(sorted(_divide(whole, weights, positions), key=lambda tile: tile.topic))


def _divide(room: Tile, weights: Mapping[int, float], positions: Sequence[Position]) -> list[Tile]:
    if len(weights) < 2:
        return [Tile(topic, room.x, room.y, room.width, room.height) for topic in weights]
    axis = 0 if room.width >= room.height * _WIDE or room.height < _FEWEST_ROWS else 1
    order = sorted(weights, key=lambda topic: (positions[topic][axis], topic))
    first = _half([weights[topic] for topic in order])
    halves = [{topic: weights[topic] for topic in part} for part in (order[:first], order[first:])]
    share = sum(halves[0].values()) / sum(weights.values())
    rooms = _split(room, axis, share)
    return [
        tile
        for one, half in zip(rooms, halves, strict=True)
        for tile in _divide(one, half, positions)
    ]


def _half(weights: Sequence[float]) -> int:
    """Return how many of some weights come nearest to half of them; neither none nor all."""
    half, before, best = sum(weights) / 2, 0.0, (float("inf"), 1)
    for count, weight in enumerate(weights[:-1], 1):
        before += weight
        best = min(best, (abs(before - half), count))
    return best[1]


def _split(room: Tile, axis: int, share: float) -> tuple[Tile, Tile]:
    x, y, width, height = room.x, room.y, room.width, room.height
    if axis == 0:
        cut = round(width * share)
        return Tile(-1, x, y, cut, height), Tile(-1, x + cut, y, width - cut, height)
    cut = round(height * share)
    return Tile(-1, x, y, width, cut), Tile(-1, x, y + cut, width, height - cut)


def neighbour(all_tiles: Sequence[Tile], current: int, dx: int, dy: int) -> int:
    """Return the topic on whose tile one comes by leaving that of `current`; itself at an edge.

    One leaves from the middle of the side that `dx` (-1, 0, 1) or `dy` points to.
    """
    tile = all_tiles[current]
    x = tile.x + (tile.width // 2 if not dx else tile.width if dx > 0 else -1)
    y = tile.y + (tile.height // 2 if not dy else tile.height if dy > 0 else -1)
    return next((one.topic for one in all_tiles if one.holds(x, y)), current)


def frame(all_tiles: Sequence[Tile], width: int, height: int) -> list[str]:
    """Return the lines between tiles, row by row; blank where a tile is to be written on.

    The lines take the last column and the last row of a tile, but none along the edges.
    """
    lines = {
        (x, y)
        for tile in all_tiles
        for x in range(tile.x, tile.right)
        for y in range(tile.y, tile.bottom)
        if x == tile.right - 1 != width - 1 or y == tile.bottom - 1 != height - 1
    }
    edge = {(x, y) for x in (-1, width) for y in range(height)}
    edge |= {(x, y) for y in (-1, height) for x in range(width)}
    return ["".join(_line(lines, edge, x, y) for x in range(width)) for y in range(height)]


def _line(lines: Set[Cell], edge: Set[Cell], x: int, y: int) -> str:
    if (x, y) not in lines:
        return " "
    sides = (((x, y - 1), 1), ((x + 1, y), 2), ((x, y + 1), 4), ((x - 1, y), 8))
    return _LINES[sum(bit for beside, bit in sides if beside in lines or beside in edge)]
