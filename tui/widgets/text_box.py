"""A line of text that the user types or pastes."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from store import safe_line

EDITING = {
    key: binding.action
    for binding in Binding.make_bindings(Input.BINDINGS)
    for key in binding.key.split(",")
    if binding.action not in {"submit", "copy"}
}
"""Keys that edit the text, to their actions."""


class TextBox(Input):
    """Textual's input without a blinking cursor: nothing moves while the user is thinking.

    What is pasted passes the same gate as what is read, since it often comes from a document.
    """

    def __init__(self, value: str = "", *, placeholder: str = "", id: str) -> None:  # noqa: A002
        super().__init__(safe_line(value), placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        """Edit in the order of typing.

        Textual runs bindings only after a key has bubbled to the app, and letters at once: typed
        ahead on a busy machine, `backspace` would delete what was typed after it.
        """
        if action := EDITING.get(event.key):
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a range; everything typed or pasted comes through here."""
        super().replace(safe_line(text), start, end)

    def put(self, text: str) -> None:
        """Set the whole text, with the cursor at its end."""
        self.value = safe_line(text)
        self.cursor_position = len(self.value)
