"""The index behind the screens: what is known about it, and the work that outlives a screen.

If a background process keeps the index up to date, the app only looks on; else it reads new and
changed files itself while it is open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual import work
from textual.app import App
from textual.reactive import reactive
from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from store import DaemonActivity, Folder, Progress

from .backend import Backend
from .messages import Changed, Failed, Indexed, IndexState, Progressed, StatusRead, failure
from .screens.dialogs import Problem

LOOK_PAUSE_S = 15.0
"""How often another process at work is looked at."""
SERVED_PAUSE_S = 2.0
"""The same while a background process has files waiting."""
COUNTS_PAUSE_S = 2.0
"""How often counts are read again while indexing."""
STARTING = Progress("scanning", 0, 0, 0, 0, 0, 0, 0.0, None)


class IndexingApp(App[int]):
    """Holds what is known about the index, and brings the index up to date."""

    index_state: reactive[IndexState] = reactive(IndexState())

    def __init__(self, backend: Backend, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.backend = backend
        self.clock = clock
        self._writing = threading.Lock()
        """Held by whoever changes the index: only one worker at a time does."""
        self._counted_at_s = 0.0
        """Where in the run its counts were last read."""
        self._look: Timer | None = None
        """Set only while another process may change the index."""

    def on_mount(self) -> None:
        """Look at the index; it is brought up to date as soon as it is known to hold folders."""
        self.read_status()

    # Work in the background

    @work(thread=True, exclusive=True, group="status", exit_on_error=False)
    def read_status(self) -> None:
        """Read what the index holds, and how the background process is."""
        worker = get_current_worker()
        status, daemon = self.backend.status(), self.backend.daemon_status()
        if not worker.is_cancelled:
            self.post_message(StatusRead(status, daemon))

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

    @work(thread=True, exclusive=True, group="pause", exit_on_error=False)
    def pause_daemon(self, paused: bool) -> None:
        """Let the background process rest, or go on."""
        self.backend.pause(paused)
        self.post_message(Changed())

    # What the background says

    def on_status_read(self, message: StatusRead) -> None:
        """Remember what the index holds; the first time, bring it up to date."""
        is_first = self.index_state.status is None
        self.index_state = replace(self.index_state, status=message.status, daemon=message.daemon)
        if is_first and message.status.folders:
            self.start_indexing()
        self._look_again_if_needed()

    def _look_again_if_needed(self) -> None:
        """Set the only timer, if another process is at work; an idle index needs none."""
        state = self.index_state
        if self._look is not None:
            self._look.stop()
            self._look = None
        if state.is_served:
            is_working = state.daemon.pending and state.daemon.activity is DaemonActivity.RUNNING
            pause = SERVED_PAUSE_S if is_working else LOOK_PAUSE_S
            self._look = self.set_timer(pause, self.read_status)
        elif state.status and state.status.writer and not state.progress:
            self._look = self.set_timer(LOOK_PAUSE_S, self.read_status)

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
        daemon = self.index_state.daemon
        self.index_state = IndexState(message.status, checked_at=self.clock(), daemon=daemon)

    def on_changed(self) -> None:
        """Files or folders may have changed."""
        self.read_status()
        self.start_indexing()

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

    # Starting and stopping

    def start_indexing(self) -> None:
        """Read new and changed files, unless a background process does."""
        if self.index_state.is_served:
            return
        self._counted_at_s = 0.0
        self.index_state = replace(
            self.index_state, progress=STARTING, is_paused=False, problem=None
        )
        self.index()

    def pause_or_resume(self) -> None:
        """Stop reading files, or go on where it stopped."""
        state = self.index_state
        if state.is_served:
            self.pause_daemon(state.daemon.activity is DaemonActivity.RUNNING)
        elif state.is_paused:
            self.start_indexing()
        else:
            self.workers.cancel_group(self, "index")
            self.index_state = replace(state, progress=None, is_paused=True)
            self.read_status()

    @property
    def can_pause(self) -> bool:
        """Whether there is anything to pause or to resume."""
        state = self.index_state
        return state.is_served or state.progress is not None or state.is_paused
