"""The start screen: query, results and the passage of the chosen hit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from store import Hit, Results, safe_line

from ..backend import Backend
from ..format import STYLES, TOO_SMALL, count, title
from ..messages import IndexState, Likened
from ..request import searched
from ..widgets.passage import PassageView
from ..widgets.query import QueryBar
from ..widgets.results import ResultList, Welcome, advice, invitation, summary
from ..widgets.rows import Rows
from ..widgets.status import StatusLine
from ..widgets.text_box import TextBox
from .searching import Searching

GLANCE_S = 0.06
"""How long typing rests before the passage of an instant answer is shown."""
MODES_TIP = "words, meaning, both, exact, regex"
OF_SEARCHING = {
    *("open", "copy_passage", "copy_path", "filter", "mode", "recent"),
    *("query", "ask", "map"),
}
OF_A_HIT = {"similar", "why"}


class SearchScreen(Searching):
    """Search as you type. The query keeps the focus until the user reads or gives commands."""

    AUTO_FOCUS = "#query"
    BINDING_GROUP_TITLE = "Search"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "ask", "Ask", id="ask"),
        Binding("M", "map", "Map", id="map", show=False, tooltip="of topics"),
        Binding("f", "filter", "Filter", id="filter"),
        Binding("F", "clear", "Clear filters and marks", id="clear", show=False),
        Binding("m", "mode", "Mode", id="mode", show=False, tooltip=MODES_TIP),
        Binding("R", "recent", "Newer first", id="recent", show=False, tooltip="or not"),
        Binding("t", "similar", "More like this", id="similar", show=False),
        Binding("w", "why", "Why this hit", id="why", show=False),
        Binding("slash", "query", "Query", id="query", show=False),
        Binding("escape", "back", "Back", show=False),
    ]

    results = getters.query_one(ResultList)
    passage = getters.query_one(PassageView)
    status_line = getters.query_one(StatusLine)

    def __init__(self, backend: Backend, clock: Callable[[], float]) -> None:
        super().__init__(backend, clock)
        self._has_hit = False
        self._reading: Timer | None = None
        """Set while typing: a passage is shown once its hit has been in sight for a moment."""
        self._refusal = ""
        """Why there is no answer, if the query cannot be answered as it is."""
        self._like: Hit | None = None
        """The hit whose like is listed, instead of the answer."""

    @property
    def hit(self) -> Hit | None:
        """The chosen hit."""
        return self.results.current

    @property
    def hits(self) -> Sequence[Hit]:
        """The marked hits, else the chosen one."""
        return tuple(self.results.marked.values()) or super().hits

    def compose(self) -> ComposeResult:
        """Stack the query, the two panes, the status line and the footer."""
        yield QueryBar()
        with Container(id="first-run"):
            yield Welcome()
        with Container(id="panes"):
            yield ResultList(self._clock, id="results")
            yield PassageView(self._backend, self._clock)
        yield StatusLine()
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Follow the index from now on."""
        self.query_bar.show(self.request, is_searching=False)
        self.watch(self.app, "index_state", self._follow_index)
        self.read_history()

    def on_resize(self) -> None:
        """In a window that was too small nothing could have the focus."""
        if self.focused is None and self.is_current:
            self.call_after_refresh(self.query_one("#query").focus)

    # The index

    def _follow_index(self, old: IndexState, new: IndexState) -> None:
        self.status_line.state = new
        self._welcome(new)
        self._explain()
        has_ended = old.progress is not None and new.progress is None
        if self.request.text and (has_ended or old.status != new.status):
            self.ask_again()

    def _welcome(self, state: IndexState) -> None:
        is_first_run = state.status is not None and not state.status.folders
        if is_first_run != self.has_class("-first-run"):
            self.set_class(is_first_run, "-first-run")
            self.refresh_bindings()
            self.query_one("#welcome" if is_first_run else "#query").focus()

    def _index_state(self) -> IndexState:
        state: IndexState = self.app.index_state  # type: ignore[attr-defined]
        return state

    def folder_names(self) -> Collection[str]:
        """Return the names of the folders."""
        status = self._index_state().status
        return [f.folder.name for f in status.folders] if status else []

    # Answers

    def show_answer(self, answer: Results | None, *, same_question: bool) -> None:
        """List the hits of an answer."""
        self._refusal = ""
        self._like = None if not same_question else self._like
        if self._like is None:
            self.results.answer(answer.hits if answer else (), same_question=same_question)
            self._explain()

    def show_refusal(self, sentence: str) -> None:
        """Put the reason where the hits would be."""
        self._refusal = safe_line(sentence)
        self._explain()

    def _explain(self) -> None:
        state, answer = self._index_state(), self._answer
        if self._like is not None:
            return
        marked = self.results.marked
        marks = f"{count(len(marked), 'mark')} · " if marked else ""
        if self._refusal:
            self.results.note = Content.assemble((self._refusal, ".warn"))
        else:
            self.results.note = advice(self._answer_to, state) if answer else invitation(state)
        self.results.label("Results", marks + summary(answer, state) if answer else "")

    @on(Rows.Moved)
    def _follow_cursor(self) -> None:
        hit = self.results.current
        if (hit is not None) != self._has_hit:
            self._has_hit = hit is not None
            self.refresh_bindings()
        self._explain()
        if self._reading is not None:
            self._reading.stop()
        if self.is_asking and not self.results.is_chosen:
            self._reading = self.set_timer(GLANCE_S, self._glance)
        else:
            self._reading = None
            self.passage.follow(hit, len(self.results.items))

    def _glance(self) -> None:
        if self._reading is not None:  # a timer that was due when it was stopped calls as well
            self.passage.glance(self.results.current, len(self.results.items))

    # Reading

    @on(Input.Submitted, "#query")
    def action_read(self) -> None:
        """Go one step deeper: to the passage."""
        box = self.query_one("#query", TextBox)
        if searched(box.value) != box.value.strip():
            box.value += " "  # ends a filter that was still being typed
        elif self.results.current is not None:
            self.results.is_chosen = True
            self.remember()
            self.passage.focus()

    def action_choose(self, rows: int) -> None:
        """Choose another hit from wherever the focus is; above an empty query lies the past."""
        is_typing = self.focused is not None and self.focused.id == "query"
        if is_typing and (not self.request.text or self.is_in_the_past):
            self.action_recall(-rows)
        else:
            self.results.step(rows)

    # Commands

    def action_back(self) -> None:
        """Go one step back: from the keys panel, from hits like another, else to the results."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif self._like is not None and self.focused is self.results:
            self._like = None
            self.show_answer(self._answer, same_question=False)
        else:
            self.query_one("#welcome" if self.has_class("-first-run") else "#results").focus()

    def action_query(self) -> None:
        """Go back to typing."""
        self.query_one("#query").focus()

    def action_clear(self) -> None:
        """Search everything again, and forget which hits were marked."""
        self.results.marked.clear()
        self.results.refresh()
        self.request = replace(self.request, chips=())
        self._explain()

    def on_likened(self, message: Likened) -> None:
        """List documents like a hit until the user goes back or types."""
        self._like = message.hit
        found = f"{len(message.results.hits):,} · esc back"
        self.results.label(f"Like {title(message.hit)}", found)
        self.results.note = Content("Nothing else is like it.")
        self.results.answer(message.results.hits, same_question=False)
        self.results.focus()

    def action_ask(self) -> None:
        """Ask for an answer instead of passages."""
        from .ask import AskScreen  # most searches need no answer

        self.app.push_screen(AskScreen(self._backend, self.request, self.folder_names()))

    def action_map(self) -> None:
        """Look at what there is instead of asking for something."""
        from .map import MapScreen  # most searches need no map

        self.app.push_screen(MapScreen(self._backend, self._clock, self.find_similar))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide searching while there are no folders."""
        if self.has_class("-first-run") and action in OF_SEARCHING:
            return False
        if action in OF_A_HIT and self.hit is None:
            return None
        return super().check_action(action, parameters)
