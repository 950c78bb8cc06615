"""The terminal app: theme, keys, commands, and which screen is shown."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import get_current_worker

from . import themes
from .backend import Backend
from .indexing import IndexingApp
from .messages import IndexState, Preferences
from .screens.add_folder import AddFolder
from .screens.library import LibraryScreen
from .screens.search import SearchScreen

WIDTHS: list[tuple[int, str]] | None = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-flat"), (15, "-short"), (30, "-tall")]


class ThimbleApp(IndexingApp):
    """Everything that is the same on each screen."""

    TITLE = "thimble"
    CSS_PATH = "tui.tcss"
    BINDING_GROUP_TITLE = "Everywhere"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "Keys", id="keys", key_display="?"),
        Binding("f1", "keys", "Keys", show=False),
        Binding("L", "library", "Library", id="library", show=False),
        Binding("comma", "settings", "Settings", id="settings", key_display=",", show=False),
        Binding("a", "add_folder", "Add a folder", id="add-folder", show=False),
        Binding("r", "check_now", "Check now", id="check-now", show=False),
        Binding("s", "pause_or_resume", "Pause or resume indexing", id="pause", show=False),
        Binding("e", "skipped", "Skipped files", id="skipped", show=False),
        Binding("ctrl+p", "command_palette", "Palette", id="palette", show=False, priority=True),
        Binding("colon", "command_palette", "Palette", show=False),
        Binding("q", "quit", "Quit", id="quit", show=False),
        Binding("ctrl+c", "quit", "Quit", show=False, system=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, system=True),
    ]

    def __init__(self, backend: Backend, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(backend, clock=clock)
        for theme in themes.OWN:
            self.register_theme(theme)
        self.theme = themes.DEFAULT

    def get_default_screen(self) -> Screen[None]:
        """Start with searching."""
        return SearchScreen(self.backend, self.clock)

    def on_mount(self) -> None:
        """Take the user's colours and keys."""
        self.read_preferences()

    @work(thread=True, exclusive=True, group="preferences", exit_on_error=False)
    def read_preferences(self) -> None:
        """Read the user's colours and keys."""
        worker = get_current_worker()
        preferences = Preferences(self.backend.settings().get("theme", ""), self.backend.keys())
        if not worker.is_cancelled:
            self.post_message(preferences)

    def on_preferences(self, message: Preferences) -> None:
        """Use the user's colours and keys."""
        if message.theme in self.available_themes:
            self.theme = message.theme
        self.set_keymap(dict(message.keys))

    # Commands

    def action_check_now(self) -> None:
        """Look for changed files."""
        self.read_status()
        self.start_indexing()

    def action_pause_or_resume(self) -> None:
        """Stop reading files, or go on where it stopped."""
        self.pause_or_resume()

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """Hide `pause` when there is nothing to pause."""
        return self.can_pause if action == "pause_or_resume" else True

    def watch_index_state(self, old: IndexState, new: IndexState) -> None:
        """Keep the footer in step with what can be done."""
        if (old.progress is None, old.is_paused, old.is_served) != (
            new.progress is None,
            new.is_paused,
            new.is_served,
        ):
            self.refresh_bindings()

    def action_add_folder(self) -> None:
        """Ask for a folder to search."""
        self.push_screen(AddFolder(self.add))

    def action_library(self) -> None:
        """Show the folders and what was skipped."""
        if not isinstance(self.screen, LibraryScreen):
            self.push_screen(LibraryScreen(self.backend, self.remove))

    def action_skipped(self) -> None:
        """Show which files were skipped, and why."""
        self.push_screen(LibraryScreen(self.backend, self.remove, focus="#skipped"))

    def action_settings(self) -> None:
        """Show what can be chosen."""
        from .screens.settings import SettingsScreen

        self.push_screen(SettingsScreen(self.backend))

    def action_keys(self) -> None:
        """Show or hide all keys."""
        from textual.widgets import HelpPanel  # brings a Markdown parser

        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Fill the palette."""
        yield from commands(self, screen)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text; on macOS by its own tool, because its terminal ignores OSC 52."""
        if sys.platform == "darwin" and shutil.which("pbcopy"):
            subprocess.run(["pbcopy"], input=text.encode(), check=False)
        else:
            super().copy_to_clipboard(text)


_OF_THE_PALETTE = {"command_palette", "back", "dismiss(None)"}
"""Actions that make no sense as a command."""


def commands(app: App[int], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield the commands of a screen and of the app, each with its key, then the theme."""
    seen = set(_OF_THE_PALETTE)
    for node in (screen, app):
        for binding in Binding.make_bindings(type(node).BINDINGS):
            if binding.description and not binding.system and binding.action not in seen:
                seen.add(binding.action)
                run = partial(app.run_action, binding.action, default_namespace=node)
                about = f"{binding.tooltip}  key {app.get_key_display(binding)}".strip()
                yield SystemCommand(binding.description, about, run)
    yield SystemCommand("Theme", "Change the colours", app.action_change_theme)
