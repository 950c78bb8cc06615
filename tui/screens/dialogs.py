"""Small dialogs: a sentence, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from store import Folder, safe_text

from ..format import short_path


class Problem(ModalScreen[None]):
    """Says why the index cannot be used, and what to do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss(None)", "Close"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        """Show the sentence."""
        with Vertical(classes="dialog -problem") as dialog:
            dialog.border_title = "Something went wrong"
            dialog.border_subtitle = "esc close · q quit"
            yield Label(Content(safe_text(self._sentence)))


class RemoveFolder(ModalScreen[None]):
    """Asks before a folder is forgotten."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(None)", "Keep"),
        Binding("y", "remove", "Remove"),
        Binding("left", "app.focus_previous", "Other button", show=False),
        Binding("right", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, folder: Folder, remove: Callable[[Folder], object]) -> None:
        super().__init__()
        self._remove = remove
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Say what happens, and that the files stay."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Remove a folder"
            dialog.border_subtitle = "y remove · n keep"
            yield Label(Content(f"Forget {short_path(self._folder.path)}?"))
            yield Label("It can no longer be searched. Its files are untouched.")
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="keep", compact=True)
                yield Button("Remove", id="remove", compact=True)

    @on(Button.Pressed, "#keep")
    def _keep(self) -> None:
        self.dismiss()

    @on(Button.Pressed, "#remove")
    def action_remove(self) -> None:
        """Forget the folder."""
        self._remove(self._folder)
        self.dismiss()
