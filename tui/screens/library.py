"""The library: the folders, what is being read now, and what was skipped and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, get_current_worker

from store import Folder, FolderStatus

from ..backend import Backend
from ..format import STYLES, TOO_SMALL, count, elide, short_path, spread
from ..messages import IndexState, SkippedRead, failure
from ..widgets.rows import Rows
from ..widgets.run_line import RunLine
from ..widgets.skipped import FindBox, SkippedList
from ..widgets.status import StatusLine
from .dialogs import RemoveFolder


class FolderList(Rows[FolderStatus]):
    """The folders with what the index holds of each."""

    BORDER_TITLE = "Folders"
    BINDING_GROUP_TITLE = "Folders"

    def draw(self, item: FolderStatus, width: int) -> Sequence[Content]:
        """Return path and counts in one line."""
        counts = [count(item.files, "file"), count(item.chunks, "passage")]
        left_out = item.skipped + item.failed
        right = Content("   ".join(counts + ([f"{left_out:,} skipped"] if left_out else [])))
        if not item.folder.online:
            right = Content.assemble(("offline", ".warn"), "   ", right)
        path = elide(short_path(item.folder.path), max(width - right.cell_length - 2, 8))
        return [spread(Content.assemble((path, ".strong")), right, width)]


class LibraryScreen(Screen[None]):
    """What is indexed, and what is not."""

    BINDING_GROUP_TITLE = "Library"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "app.add_folder", "Add"),
        Binding("x", "remove", "Remove", id="remove"),
        Binding("r", "app.check_now", "Check now", show=False),
        Binding("s", "app.pause_or_resume", "Pause"),
        Binding("e", "skipped", "Skipped", tooltip="files"),
        Binding("slash", "filter", "Find in skipped files", id="find-skipped", show=False),
        Binding("escape", "back", "Search"),
    ]

    folders = getters.query_one(FolderList)
    skipped = getters.query_one(SkippedList)

    def __init__(
        self,
        backend: Backend,
        remove: Callable[[Folder], object],
        focus: str = "#folders",
    ) -> None:
        super().__init__()
        self._backend = backend
        self._remove = remove
        self._first_focus = focus

    def compose(self) -> ComposeResult:
        """Stack folders, the run, skipped files, the status line and the footer."""
        yield FolderList(id="folders")
        yield RunLine(id="run")
        with Vertical(id="left-out"):
            yield FindBox(placeholder="Part of a path or a reason", id="find")
            yield SkippedList(id="skipped")
        yield StatusLine()
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Follow the index from now on."""
        self.folders.note = Content("No folders yet: a adds one.")
        self.skipped.note = Content("Every file that was looked at can be searched.")
        self.watch(self.app, "index_state", self._follow_index)
        self.query_one(self._first_focus).focus()

    def _follow_index(self, old: IndexState, new: IndexState) -> None:
        self.query_one(StatusLine).state = new
        self.query_one(RunLine).progress = new.progress if new.is_indexing else None
        if new.status is not None and new.status.folders != self.folders.items:
            last = max(len(new.status.folders) - 1, 0)
            self.folders.show(new.status.folders, min(self.folders.cursor, last))
        if old.status != new.status or not self.skipped.items:
            self.read_skipped()

    @work(thread=True, exclusive=True, group="skipped", exit_on_error=False)
    def read_skipped(self) -> None:
        """Read which files were skipped, and why."""
        worker = get_current_worker()
        files = self._backend.skipped()
        if not worker.is_cancelled:
            self.post_message(SkippedRead(files))

    def on_skipped_read(self, message: SkippedRead) -> None:
        """List the skipped files."""
        self.skipped.list_files(message.files)

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        self.skipped.find(event.value)

    @on(Input.Submitted, "#find")
    def _found(self) -> None:
        self.skipped.focus()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass a failure on to the app."""
        if failed := failure(event):
            self.post_message(failed)

    def action_remove(self) -> None:
        """Forget the folder under the cursor, once confirmed."""
        if status := self.folders.current:
            self.app.push_screen(RemoveFolder(status.folder, self._remove))

    def action_skipped(self) -> None:
        """Go to the skipped files."""
        self.skipped.focus()

    def action_filter(self) -> None:
        """List only skipped files whose path or reason holds what is typed."""
        self.query_one(FindBox).focus()

    def action_back(self) -> None:
        """Close the keys panel, else leave the box, else go back to searching."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif self.query_one(FindBox).has_focus:
            self.query_one(FindBox).put("")
            self.skipped.focus()
        else:
            self.dismiss()
