"""What can be done with the chosen hit, or with the marked ones, whichever pane has the focus."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.screen import Screen

from store import Hit, StoreError, safe_line, safe_text

from ..backend import Backend
from ..format import count
from ..messages import Changed

NEED_A_HIT = {"open", "copy_passage", "copy_path", "reveal"}


class HitScreen(Screen[None]):
    """A screen on which hits can be chosen, opened and copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", id="open"),
        Binding("y", "copy_passage", "Copy", id="copy-passage"),
        Binding("Y", "copy_path", "Copy path", id="copy-path", show=False),
        Binding("O", "reveal", "Show in its folder", id="reveal", show=False),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend

    @property
    def hit(self) -> Hit | None:
        """The chosen hit."""
        raise NotImplementedError

    @property
    def hits(self) -> Sequence[Hit]:
        """What commands are for: the marked hits, else the chosen one."""
        return () if self.hit is None else (self.hit,)

    def action_copy_passage(self) -> None:
        """Copy the passages."""
        passages = [safe_text(hit.text) for hit in self.hits]
        self._copy("\n\n".join(passages), _named("passage", len(passages)))

    def action_copy_path(self) -> None:
        """Copy the paths of the files, one a line."""
        paths = [safe_line(str(hit.path)) for hit in self.hits]
        self._copy("\n".join(paths), _named("path", len(paths)))

    def _copy(self, text: str, what: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
            self.notify(f"Copied {what}", timeout=2, markup=False)

    async def action_open(self) -> None:
        """Open the files, each at its line or page; look for changes afterwards."""
        await self.open_hits(self.hits)

    async def open_hits(self, hits: Sequence[Hit]) -> None:
        """Open some hits one after the other."""
        for hit in hits:
            try:
                opening = await asyncio.to_thread(self._backend.opening, hit)
                with self.app.suspend() if opening.takes_terminal else nullcontext():
                    self._backend.start(opening)
            except (OSError, StoreError, SuspendNotSupported) as error:
                self.notify(safe_line(str(error)), severity="error", markup=False)
                return
        if hits:
            self.post_message(Changed())

    def action_reveal(self) -> None:
        """Show the chosen hit's file in its folder."""
        if self.hit is not None:
            self._reveal(self.hit.path)

    @work(thread=True, group="reveal", exit_on_error=False)
    def _reveal(self, path: Path) -> None:
        try:
            command = self._backend.reveal_command(path)
            subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        except OSError as error:
            self.app.call_from_thread(
                self.notify, safe_line(str(error)), severity="warning", markup=False
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a hit while there is none."""
        if action in NEED_A_HIT and self.hit is None:
            return None
        return super().check_action(action, parameters)


def _named(noun: str, number: int) -> str:
    return f"the {noun}" if number == 1 else count(number, noun)
