"""The dialog that adds a folder, with completion of its path."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option
from textual.worker import Worker, get_current_worker

from store import StoreError, safe_line, safe_text

from ..messages import failure
from ..widgets.text_box import TextBox

MOST_COMPLETIONS = 200


def completions(typed: str) -> list[str]:
    """Return the folders that `typed` may become, each ending in `/`. Empty if unreadable.

    Names that are not safe to show are left out: the text box shows its text as it is.
    """
    parent, _, start = typed.rpartition("/")
    base = Path(f"{parent}/" if parent or typed.startswith("/") else ".").expanduser()
    try:
        with os.scandir(base) as entries:
            names = [e.name for e in entries if e.is_dir() and safe_line(e.name) == e.name]
    except (OSError, RuntimeError):
        return []
    shown = names if start.startswith(".") else [name for name in names if name[0] != "."]
    fitting = [name for name in shown if name.casefold().startswith(start.casefold())]
    prefix = typed[: len(typed) - len(start)]
    return [f"{prefix}{name}/" for name in sorted(fitting, key=str.casefold)[:MOST_COMPLETIONS]]


class PathInput(TextBox):
    """The text box for a path; the list below it is steered from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "screen.complete", "Complete", priority=True),
        Binding("down", "screen.highlight(1)", "Next folder", show=False),
        Binding("up", "screen.highlight(-1)", "Previous folder", show=False),
    ]


class AddFolder(ModalScreen[None]):
    """Adds a folder, unless the user thinks better of it."""

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    @dataclass
    class Completed(Message):
        """The folders that the path may become."""

        typed: str
        paths: list[str]

    @dataclass
    class Ended(Message):
        """The folder was added, or could not be."""

        problem: str | None

    def __init__(self, add: Callable[[Path], object]) -> None:
        super().__init__()
        self._add = add
        self._paths: list[str] = []

    def compose(self) -> ComposeResult:
        """Put the completions under the path, and what is wrong under these."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Add a folder"
            dialog.border_subtitle = "tab complete · enter add · esc cancel"
            yield PathInput("~/", id="path")
            paths = OptionList(id="paths", compact=True)
            paths.can_focus = False
            yield paths
            yield Label(id="problem")

    def on_mount(self) -> None:
        """Start with what is in the home folder."""
        self.complete("~/")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say("")
        for anew in ("//", "/~"):  # as in other path boxes, `/` and `~` after a `/` start over
            if anew in event.value:
                event.input.value = event.value[event.value.rindex(anew) + 1 :]
                return
        self.complete(event.value)

    @work(thread=True, exclusive=True, group="complete", exit_on_error=False)
    def complete(self, typed: str) -> None:
        """Look up folders; a slow disk must not block typing."""
        worker = get_current_worker()
        paths = completions(typed)
        if not worker.is_cancelled:
            self.post_message(self.Completed(typed, paths))

    @on(Completed)
    def _list(self, message: Completed) -> None:
        if message.typed == self.query_one("#path", Input).value:
            listed = self.query_one("#paths", OptionList)
            listed.set_options(Option(Content(path)) for path in message.paths)
            self._paths = message.paths
            listed.highlighted = 0 if message.paths else None

    def action_highlight(self, rows: int) -> None:
        """Choose another completion."""
        listed = self.query_one("#paths", OptionList)
        if listed.highlighted is not None:
            listed.highlighted = (listed.highlighted + rows) % listed.option_count

    def action_complete(self) -> None:
        """Take the highlighted completion."""
        index = self.query_one("#paths", OptionList).highlighted
        if index is not None:
            box = self.query_one("#path", Input)
            box.value = self._paths[index]
            box.cursor_position = len(box.value)

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_complete()

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._say("Adding…")
            self.add(Path(event.value.strip()).expanduser())

    @work(thread=True, exclusive=True, group="add", exit_on_error=False)
    def add(self, path: Path) -> None:
        """Register the folder; it is read later, by the app."""
        problem = None
        try:
            self._add(path)
        except (ValueError, OSError, RuntimeError, StoreError) as error:
            problem = str(error)
        self.post_message(self.Ended(problem))

    @on(Ended)
    def _end(self, message: Ended) -> None:
        if message.problem is None:
            self.dismiss()
        else:
            self._say(message.problem)

    def _say(self, sentence: str) -> None:
        self.query_one("#problem", Label).update(Content(safe_text(sentence)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what nobody thought of."""
        if failed := failure(event):
            self._say(failed.sentence)
