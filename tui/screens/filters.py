"""The dialog that narrows a search to a folder, to file types, to recent files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from store import safe_line

from ..format import AGES
from ..request import Chip, Request
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

    def __init__(self, request: Request, folders: Collection[str]) -> None:
        super().__init__()
        self._request = request
        self._folders = folders

    def compose(self) -> ComposeResult:
        """One line for each way to narrow."""
        places, since = self._request.values("in"), self._request.values("since")
        known = [*self._folders, *(place for place in places if place not in self._folders)]
        folders = [(None, "all folders"), *((name, safe_line(name)) for name in known)]
        known_ages = {**AGES, **{age: f"since {age}" for age in since if age not in AGES}}
        ages = [(None, "any time"), *known_ages.items()]
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Search only"
            dialog.border_subtitle = "←→ change · enter search · ctrl+r clear · esc cancel"
            with Grid(id="filters"):
                yield Label("Folder")
                yield Choice[str | None](folders, places[0] if places else None, id="folder")
                yield Label("Types")
                types = ", ".join(self._request.values("type"))
                yield TextBox(types, placeholder="all, or: md, pdf", id="types")
                yield Label("Changed")
                yield Choice[str | None](ages, since[-1] if since else None, id="since")

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Search with these filters."""
        text = self.query_one("#types", Input).value
        types = [part.lstrip(".").lower() for part in text.replace(",", " ").split()]
        folder: str | None = self.query_one("#folder", Choice).value
        since: str | None = self.query_one("#since", Choice).value
        chips = [Chip("in", folder)] if folder else []
        chips += [Chip("type", one) for one in types if one]
        chips += [Chip("since", since)] if since else []
        self.dismiss(replace(self._request, chips=tuple(dict.fromkeys(chips))))

    def action_clear(self) -> None:
        """Search everything again."""
        self.dismiss(replace(self._request, chips=()))
