"""What can be done with the chosen hit, whichever pane has the focus."""

from __future__ import annotations

import asyncio
import subprocess
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.screen import Screen

from store import Hit, StoreError

from ..backend import Backend
from ..messages import Changed
from ..safe import safe_line, safe_text


class HitScreen(Screen[None]):
    """A screen on which a hit can be chosen, opened and copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", id="open"),
        Binding("y", "copy_passage", "Copy", id="copy-passage"),
        Binding("Y", "copy_path", "Copy path", id="copy-path", show=False),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend

    @property
    def hit(self) -> Hit | None:
        """The chosen hit."""
        raise NotImplementedError

    def action_copy_passage(self) -> None:
        """Copy the chosen passage."""
        if self.hit is not None:
            self._copy(safe_text(self.hit.text), "the passage")

    def action_copy_path(self) -> None:
        """Copy the path of the chosen hit's file."""
        if self.hit is not None:
            self._copy(safe_line(str(self.hit.path)), "the path")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}", timeout=2, markup=False)

    async def action_open(self) -> None:
        """Open the chosen hit's file in the editor, and look for changes afterwards."""
        if self.hit is None:
            return
        try:
            command = await asyncio.to_thread(self._backend.editor_command, self.hit)
            with self.app.suspend():
                subprocess.run(command, check=False)
        except (OSError, StoreError, SuspendNotSupported) as error:
            self.notify(safe_line(str(error)), severity="error", markup=False)
        else:
            self.post_message(Changed())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a hit while there is none."""
        if action in {"open", "copy_passage", "copy_path"} and self.hit is None:
            return None
        return super().check_action(action, parameters)
