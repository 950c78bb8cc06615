"""A line of text that the user types or pastes."""

from __future__ import annotations

from textual.widgets import Input

from ..safe import safe_line


class TextBox(Input):
    """Textual's input without a blinking cursor: nothing moves while the user is thinking.

    What is pasted passes the same gate as what is read, since it often comes from a document.
    """

    def __init__(self, value: str = "", *, placeholder: str = "", id: str) -> None:  # noqa: A002
        super().__init__(value, placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a range; everything typed or pasted comes through here."""
        super().replace(safe_line(text), start, end)

    def put(self, text: str) -> None:
        """Set the whole text, with the cursor at its end."""
        self.value = safe_line(text)
        self.cursor_position = len(self.value)
