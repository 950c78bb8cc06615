"""The terminal app: theme, keys, which screen is shown, and the work that outlives a screen."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import HelpPanel
from textual.worker import Worker, get_current_worker

from store import Folder

from .backend import Backend, Progress
from .commands import commands
from .messages import Changed, Failed, Indexed, IndexState, Progressed, StatusRead, failure
from .screens.add_folder import AddFolder
from .screens.dialogs import Problem
from .screens.library import LibraryScreen
from .screens.search import SearchScreen

WAITING_PAUSE_S = 15.0
"""How often to look whether another process is done with the index."""
COUNTS_PAUSE_S = 2.0
"""How often counts are read again while indexing."""
WIDTHS: list[tuple[int, str]] | None = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-flat"), (15, "-short"), (30, "-tall")]
STARTING = Progress("scanning", 0, 0, 0, 0, 0, 0, 0.0, None)


class ThimbleApp(App[int]):
    """Holds what is known about the index, and brings the index up to date in the background."""

    TITLE = "thimble"
    CSS_PATH = "tui.tcss"
    BINDING_GROUP_TITLE = "Everywhere"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "Keys", id="keys", key_display="?"),
        Binding("f1", "keys", "Keys", show=False),
        Binding("L", "library", "Library", id="library", show=False),
        Binding("a", "add_folder", "Add a folder", id="add-folder", show=False),
        Binding("r", "check_now", "Check now", id="check-now", show=False),
        Binding("s", "pause_or_resume", "Pause or resume indexing", id="pause", show=False),
        Binding("e", "skipped", "Skipped files", id="skipped", show=False),
        Binding("ctrl+p", "command_palette", "Palette", id="palette", show=False, priority=True),
        Binding("colon", "command_palette", "Palette", show=False),
        Binding("q", "quit", "Quit", id="quit", show=False),
        Binding("ctrl+c", "quit", "Quit", show=False, system=True),
    ]

    index_state: reactive[IndexState] = reactive(IndexState())

    def __init__(self, backend: Backend, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.backend = backend
        self.clock = clock
        self._writing = threading.Lock()
        """Held by whoever changes the index: only one worker at a time does."""
        self._counted_at_s = 0.0
        """Where in the run its counts were last read."""

    def get_default_screen(self) -> Screen[None]:
        """Start with searching."""
        return SearchScreen(self.backend, self.clock)

    def on_mount(self) -> None:
        """Look at the index; it is brought up to date as soon as it is known to hold folders."""
        self.read_status()
        self.set_interval(WAITING_PAUSE_S, self._look_again)

    def _look_again(self) -> None:
        status = self.index_state.status
        if status is None or (status.writer and not self.index_state.progress):
            self.read_status()

    # Work in the background

    @work(thread=True, exclusive=True, group="status", exit_on_error=False)
    def read_status(self) -> None:
        """Read what the index holds."""
        worker = get_current_worker()
        status = self.backend.status()
        if not worker.is_cancelled:
            self.post_message(StatusRead(status))

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def index(self) -> None:
        """Bring the index up to date; a run that is going on gives way first."""
        worker = get_current_worker()

        def report(progress: Progress) -> None:
            if not worker.is_cancelled:
                self.post_message(Progressed(progress))

        with self._writing:
            if worker.is_cancelled:
                return
            self.backend.index(report, lambda: worker.is_cancelled)
        status = self.backend.status()
        if not worker.is_cancelled:
            self.post_message(Indexed(status))

    def add(self, path: Path) -> None:
        """Register a folder. Called from a worker of the dialog; raises what the backend raises."""
        self._change(lambda: self.backend.add_folder(path))

    @work(thread=True, group="remove", exit_on_error=False)
    def remove(self, folder: Folder) -> None:
        """Forget a folder."""
        self._change(lambda: self.backend.remove_folder(folder))

    def _change(self, change: Callable[[], object]) -> None:
        """Change the folders while no run is going on, then look for changes again."""
        self.call_from_thread(self.workers.cancel_group, self, "index")
        try:
            with self._writing:
                change()
        finally:
            self.post_message(Changed())

    # What the background says

    def on_status_read(self, message: StatusRead) -> None:
        """Remember what the index holds; the first time, bring it up to date."""
        is_first = self.index_state.status is None
        self.index_state = replace(self.index_state, status=message.status)
        if is_first and message.status.folders:
            self._start_indexing()

    def on_progressed(self, message: Progressed) -> None:
        """Remember how far the run is; its counts are read less often."""
        if self.index_state.is_paused:
            return
        self.index_state = replace(self.index_state, progress=message.progress)
        if message.progress.elapsed_s - self._counted_at_s >= COUNTS_PAUSE_S:
            self._counted_at_s = message.progress.elapsed_s
            self.read_status()

    def on_indexed(self, message: Indexed) -> None:
        """The index is up to date."""
        self.index_state = IndexState(message.status, checked_at=self.clock())

    def on_changed(self) -> None:
        """Files or folders may have changed."""
        self.read_status()
        self._start_indexing()

    def on_failed(self, message: Failed) -> None:
        """Say what happened: once in a dialog, from then on in the status line."""
        if message.group == "index":
            self.index_state = replace(self.index_state, progress=None)
        if message.is_busy:
            if message.group != "status":
                self.read_status()
        elif message.sentence != self.index_state.problem:
            self.index_state = replace(self.index_state, problem=message.sentence)
            self.push_screen(Problem(message.sentence))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell the user about work that failed."""
        if failed := failure(event):
            self.post_message(failed)

    # Commands

    def _start_indexing(self) -> None:
        self._counted_at_s = 0.0
        self.index_state = replace(
            self.index_state, progress=STARTING, is_paused=False, problem=None
        )
        self.index()

    def action_check_now(self) -> None:
        """Look for changed files."""
        self._start_indexing()

    def action_pause_or_resume(self) -> None:
        """Stop reading files, or go on where it stopped."""
        if self.index_state.is_paused:
            self._start_indexing()
        else:
            self.workers.cancel_group(self, "index")
            self.index_state = replace(self.index_state, progress=None, is_paused=True)
            self.read_status()

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """Hide `pause` when there is nothing to pause."""
        if action != "pause_or_resume":
            return True
        return self.index_state.progress is not None or self.index_state.is_paused

    def watch_index_state(self, old: IndexState, new: IndexState) -> None:
        """Keep the footer in step with what can be done."""
        if (old.progress is None) != (new.progress is None) or old.is_paused != new.is_paused:
            self.refresh_bindings()

    def action_add_folder(self) -> None:
        """Ask for a folder to search."""
        self.push_screen(AddFolder(self.add))

    def action_library(self) -> None:
        """Show the folders and what was skipped."""
        if not isinstance(self.screen, LibraryScreen):
            self.push_screen(LibraryScreen(self.backend, self.clock, self.remove))

    def action_skipped(self) -> None:
        """Show which files were skipped, and why."""
        self.push_screen(LibraryScreen(self.backend, self.clock, self.remove, focus="#skipped"))

    def action_keys(self) -> None:
        """Show or hide all keys."""
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
