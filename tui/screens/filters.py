"""The dialog that narrows a search to a folder, to file types, to recent files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..format import AGES
from ..messages import Request
from ..safe import safe_line
from ..widgets.choice import Choice
from ..widgets.text_box import TextBox


class FilterDialog(ModalScreen[Request | None]):
    """Returns the narrowed request, or None if the user thought better of it."""

    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Search"),
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
        Binding("ctrl+r", "clear", "Clear"),
    ]

    def __init__(self, request: Request, folders: Sequence[str]) -> None:
        super().__init__()
        self._request = request
        self._folders = folders

    def compose(self) -> ComposeResult:
        """One line for each way to narrow."""
        folders = [(None, "all folders"), *((name, safe_line(name)) for name in self._folders)]
        ages = [(None, "any time"), *AGES.items()]
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Search only"
            dialog.border_subtitle = "←→ change · enter search · ctrl+r clear · esc cancel"
            with Grid(id="filters"):
                yield Label("Folder")
                yield Choice[str | None](folders, self._request.folder, id="folder")
                yield Label("Types")
                types = ", ".join(self._request.types)
                yield TextBox(types, placeholder="all, or: md, pdf", id="types")
                yield Label("Changed")
                yield Choice[int | None](ages, self._request.days, id="days")

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Search with these filters."""
        text = self.query_one("#types", Input).value
        types = tuple(part.lstrip(".").lower() for part in text.replace(",", " ").split())
        folder: str | None = self.query_one("#folder", Choice).value
        days: int | None = self.query_one("#days", Choice).value
        self.dismiss(replace(self._request, folder=folder, types=types, days=days))

    def action_clear(self) -> None:
        """Search everything again."""
        self.dismiss(self._request.without_filters())
