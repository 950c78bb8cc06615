"""The map of the collection: what there is, for those who do not know what to ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Footer, Static
from textual.worker import Worker, get_current_worker

from store import Hit, safe_line

from ..backend import Backend
from ..format import STYLES, TOO_SMALL, count
from ..messages import IndexState, TopicsRead, failure
from ..widgets.passage import PassageView
from ..widgets.rows import Rows
from ..widgets.status import StatusLine
from ..widgets.topic_map import DocumentList, TopicMap
from .hit_screen import HitScreen

NEED_A_DOCUMENT = {"similar", "deeper"}


class MapScreen(HitScreen):
    """Topics, the documents in the middle of one, and the passage of a document."""

    AUTO_FOCUS = "#map"
    BINDING_GROUP_TITLE = "Map of the collection"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "similar", "More like this", id="similar"),
        Binding("escape", "back", "Back"),
    ]

    map = getters.query_one(TopicMap)
    documents = getters.query_one(DocumentList)
    passage = getters.query_one(PassageView)

    def __init__(
        self, backend: Backend, clock: Callable[[], float], find_similar: Callable[[Hit], object]
    ) -> None:
        """Make it; `find_similar` is told of the document that others are to be like."""
        super().__init__(backend)
        self._clock = clock
        self._find_similar = find_similar
        self._drawn: tuple[int, int] | None = None
        """Files and passages in the index when the map was drawn."""

    @property
    def hit(self) -> Hit | None:
        """The chosen document, which is the most central one unless the user chose another."""
        return self.documents.current

    @property
    def is_reading(self) -> bool:
        """Whether a passage is shown in the place of the map."""
        return self.has_class("-reading")

    def compose(self) -> ComposeResult:
        """Put the map, or a passage, beside the documents; the status line and the footer below."""
        with Container(id="panes"):
            yield TopicMap(id="map")
            yield PassageView(self._backend, self._clock)
            yield DocumentList(id="documents")
        yield StatusLine()
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Draw the map, and follow the index from now on."""
        self.map.note = Content("Looking at what your documents are about…")
        self.watch(self.app, "index_state", self._follow_index)
        if self._drawn is None:
            self.read_topics()

    def _follow_index(self, _: IndexState, state: IndexState) -> None:
        self.query_one(StatusLine).state = state
        counts = (state.status.files, state.status.chunks) if state.status else None
        if (
            counts is not None
            and counts != self._drawn
            and (self._drawn is None or state.progress is None)
        ):
            self._drawn = counts
            self.read_topics()

    @work(thread=True, exclusive=True, group="topics", exit_on_error=False)
    def read_topics(self) -> None:
        """Read what the documents are about."""
        worker = get_current_worker()
        topics = self._backend.topics()
        if not worker.is_cancelled:
            self.post_message(TopicsRead(topics))

    def on_topics_read(self, message: TopicsRead) -> None:
        """Draw the map."""
        state: IndexState = self.app.index_state  # type: ignore[attr-defined]
        total = sum(topic.documents for topic in message.topics)
        so_far = " so far" if state.is_indexing else ""
        counts = f"{count(len(message.topics), 'topic')} · {count(total, 'document')}{so_far}"
        self.map.border_subtitle = counts if total else None
        self.map.note = Content(_why_empty(state))
        self.map.show(message.topics)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass a failure on to the app."""
        if failed := failure(event):
            self.map.note = Content("The map cannot be drawn now.")
            self.post_message(failed)

    @on(TopicMap.Chosen)
    def _list_documents(self, message: TopicMap.Chosen) -> None:
        topic = message.topic
        central = topic.central if topic else ()
        if central != self.documents.items:
            self.documents.show(central, 0)
        self.documents.border_title = Content(safe_line(topic.name)) if topic else "Documents"
        shown = (
            f"{len(central):,} most central of {topic.documents:,}" if topic and central else None
        )
        self.documents.border_subtitle = shown
        gone = "The files in the middle of this topic are gone or cannot be read now."
        self.documents.note = Content(gone if topic else "")
        self.refresh_bindings()

    @on(Rows.Moved)
    def _follow_cursor(self) -> None:
        self.refresh_bindings()
        if self.is_reading:
            self.passage.follow(self.hit, len(self.documents.items))

    # Commands

    def action_deeper(self) -> None:
        """Go one step deeper: from a topic to its documents, from a document to its passage."""
        if self.hit is None:
            return
        if self.map.has_focus:
            self.documents.focus()
        else:
            self.add_class("-reading")
            self.passage.follow(self.hit, len(self.documents.items))
            self.passage.focus()

    def action_back(self) -> None:
        """Go one step back: close the keys panel, the passage, leave the documents, the map."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif self.is_reading:
            self.remove_class("-reading")
            self.documents.focus()
        elif self.documents.has_focus:
            self.map.focus()
        else:
            self.dismiss()

    def action_choose(self, rows: int) -> None:
        """Choose another document while reading."""
        self.documents.step(rows)

    def action_similar(self) -> None:
        """Go back to searching, for documents like the chosen one."""
        if self.hit is not None:
            self._find_similar(self.hit)
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what needs a document while there is none."""
        if action in NEED_A_DOCUMENT and self.hit is None:
            return None
        return super().check_action(action, parameters)


def _why_empty(state: IndexState) -> str:
    """Return what stands where the map would be, if there is nothing to map."""
    if state.progress is not None:
        return "The first files are being read; the map is drawn when they are."
    if state.status is not None and not state.status.folders:
        return "No folders yet: a adds one."
    return "Your folders hold no file that can be searched: e says why."
