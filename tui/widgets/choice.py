"""One value out of a few, stepped through with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

V = TypeVar("V")


class Choice(Widget, Generic[V], can_focus=True):
    """A line such as `‹ all folders ›`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,l", "step(1)", "Change", key_display="←→"),
        Binding("left,h", "step(-1)", "Previous", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The user chose another value."""

        choice: Choice[Any]
        value: Any

        @property
        def control(self) -> Choice[Any]:
            """The widget, for `@on` selectors."""
            return self.choice

    index: reactive[int] = reactive(0)

    def __init__(self, options: Sequence[tuple[V, str]], value: V, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = options
        values = [option for option, _ in options]
        self.set_reactive(Choice.index, values.index(value) if value in values else 0)

    @property
    def value(self) -> V:
        """The chosen value."""
        return self._options[self.index][0]

    def render(self) -> RenderResult:
        """Return the chosen value's label between the signs that there are others."""
        return Content(f"‹ {self._options[self.index][1]} ›")

    def action_step(self, step: int) -> None:
        """Choose the next or the previous value, round and round."""
        self.index = (self.index + step) % len(self._options)
        self.post_message(self.Chosen(self, self.value))

    def on_click(self) -> None:
        """Choose the next value."""
        self.action_step(1)
