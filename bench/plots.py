"""Plots as SVG, small enough to read as text and the same for the same figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 170, 40, 50
_COLOURS = ("#1b6ca8", "#c8553d", "#4f772d", "#7b2d8b", "#b8860b", "#444444", "#0f8b8d")
_MARK = 3.5
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One curve."""

    name: str
    points: tuple[tuple[float, float], ...]
    """In the order they are joined."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of curves over one pair of axes."""

    name: str
    """Of its file, without suffix."""
    title: str
    x: str
    y: str
    lines: tuple[Line, ...]
    scale: Literal["linear", "log x", "log"] = "linear"
    """Which axes are logarithmic; their values must be above 0."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """From values to places on one side of the picture."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float, *, is_log: bool) -> _Axis:
        low, high = min(values), max(values)
        if is_log:
            low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
        elif low > 0 and low < high / 2:
            low = 0.0
        return cls(low, high if high > low else low + 1, start, end, is_log)

    def place(self, value: float) -> float:
        low, high = self._scaled(self.low), self._scaled(self.high)
        return self.start + (self._scaled(value) - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.is_log:
            powers = range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)
            return [10.0**power for power in powers]
        raw = (self.high - self.low) / _TICKS
        unit = 10 ** math.floor(math.log10(raw))
        step = unit * next(factor for factor in (1, 2, 5, 10) if factor * unit >= raw * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [at * step for at in range(first, last + 1)]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.is_log else value


def to_svg(plot: Plot) -> str:
    """Draw a plot. Raises ValueError if it has no points."""
    points = [point for line in plot.lines for point in line.points]
    if not points:
        raise ValueError(f"the plot {plot.name} has no points")
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    across = _Axis.of([x for x, _ in points], _LEFT, right, is_log=plot.scale != "linear")
    upward = _Axis.of([y for _, y in points], bottom, _TOP, is_log=plot.scale == "log")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 22, plot.title, extra='font-size="15" font-weight="bold"'),
        *_grid(across, upward),
        _text((_LEFT + right) / 2, _HEIGHT - 12, plot.x, extra='text-anchor="middle"'),
        f'<g transform="translate(16 {(_TOP + bottom) / 2}) rotate(-90)">'
        + _text(0, 0, plot.y, extra='text-anchor="middle"')
        + "</g>",
    ]
    for number, line in enumerate(plot.lines):
        parts += _curve(line, _COLOURS[number % len(_COLOURS)], number, across, upward)
    return "\n".join((*parts, "</svg>")) + "\n"


def _grid(across: _Axis, upward: _Axis) -> Iterator[str]:
    for value in across.ticks():
        x = across.place(value)
        yield _stroke(x, upward.start, x, upward.end, "#ddd")
        yield _text(x, upward.start + 16, _number(value), extra='text-anchor="middle"')
    for value in upward.ticks():
        y = upward.place(value)
        yield _stroke(across.start, y, across.end, y, "#ddd")
        yield _text(across.start - 6, y + 4, _number(value), extra='text-anchor="end"')


def _curve(line: Line, colour: str, number: int, across: _Axis, upward: _Axis) -> Iterator[str]:
    places = [(across.place(x), upward.place(y)) for x, y in line.points]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK}" fill="{colour}"/>'
    x, y = across.end + 14, _TOP + 8 + 20 * number
    yield _stroke(x, y, x + 18, y, colour, width=3)
    yield _text(x + 24, y + 4, line.name)


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"
