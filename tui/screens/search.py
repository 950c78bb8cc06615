"""The start screen: query, results and the passage of the chosen hit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Footer, HelpPanel, Input, Static
from textual.worker import Worker, get_current_worker

from store import Hit, Results

from ..backend import Backend
from ..format import MODES, STYLES, TOO_SMALL
from ..messages import Answered, IndexState, Request, failure
from ..widgets.passage import PassageView
from ..widgets.query import QueryBar
from ..widgets.results import ResultList, advice, invitation, summary
from ..widgets.rows import Rows
from ..widgets.status import StatusLine
from ..widgets.welcome import Welcome
from .filters import FilterDialog
from .hit_screen import HitScreen

TYPING_PAUSE_S = 0.08
"""How long typing must rest before a search starts."""
SLOW_S = 0.15
"""A search that takes longer says so."""
LIMIT = 50
"""Most hits listed."""
OF_SEARCHING = {"open", "copy_passage", "copy_path", "filter", "mode", "query"}


class SearchScreen(HitScreen):
    """Search as you type. The query keeps the focus until the user reads or gives commands."""

    AUTO_FOCUS = "#query"
    BINDING_GROUP_TITLE = "Search"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", "Filter", id="filter"),
        Binding("m", "mode", "Mode", id="mode", tooltip="words, meaning, both, exact, regex"),
        Binding("slash", "query", "Query", id="query", show=False),
        Binding("escape", "back", "Back", show=False),
    ]

    request: reactive[Request] = reactive(Request(), init=False)
    query_bar = getters.query_one(QueryBar)
    results = getters.query_one(ResultList)
    passage = getters.query_one(PassageView)
    status_line = getters.query_one(StatusLine)

    def __init__(self, backend: Backend, clock: Callable[[], float]) -> None:
        super().__init__(backend)
        self._clock = clock
        self._answer: Results | None = None
        self._answer_to = Request()
        self._has_hit = False
        self._pending: list[Timer] = []
        """The pause after a key, or the wait before a search is called slow."""

    @property
    def hit(self) -> Hit | None:
        """The chosen hit."""
        return self.results.current

    def compose(self) -> ComposeResult:
        """Stack the query, the two panes, the status line and the footer."""
        yield QueryBar()
        with Container(id="first-run"):
            yield Welcome()
        with Container(id="panes"):
            yield ResultList(id="results")
            yield PassageView(self._backend, self._clock)
        yield StatusLine(self._clock)
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Follow the index from now on."""
        self.query_bar.show(self.request, is_searching=False)
        self.watch(self.app, "index_state", self._follow_index)

    # The index

    def _follow_index(self, old: IndexState, new: IndexState) -> None:
        self.status_line.state = new
        self._welcome(new)
        self._explain()
        has_ended = old.progress is not None and new.progress is None
        if self.request.text and (has_ended or old.status != new.status):
            self._ask()

    def _welcome(self, state: IndexState) -> None:
        is_first_run = state.status is not None and not state.status.folders
        if is_first_run != self.has_class("-first-run"):
            self.set_class(is_first_run, "-first-run")
            self.refresh_bindings()
            self.query_one("#welcome" if is_first_run else "#query").focus()

    def _explain(self) -> None:
        state, answer = self._index_state(), self._answer
        self.results.note = advice(self._answer_to, state) if answer else invitation(state)
        self.results.border_subtitle = Content(summary(answer, state)) if answer else None

    def _index_state(self) -> IndexState:
        state: IndexState = self.app.index_state  # type: ignore[attr-defined]
        return state

    # Asking and answering

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        self.request = replace(self.request, text=event.value.strip())

    def watch_request(self, request: Request) -> None:
        """Ask once typing rests; an empty query shows nothing."""
        self._stop_asking()
        self.query_bar.show(request, is_searching=False)
        if request.text:
            self._pending.append(self.set_timer(TYPING_PAUSE_S, self._ask))
        else:
            self._show(None)

    def _ask(self) -> None:
        self._stop_asking()
        say_so = partial(self.query_bar.show, self.request, is_searching=True)
        self._pending.append(self.set_timer(SLOW_S, say_so))
        self.search(self.request)

    @property
    def is_asking(self) -> bool:
        """Whether typing has not rested yet, or the exact answer has not come."""
        return bool(self._pending)

    def _stop_asking(self) -> None:
        self.workers.cancel_group(self, "search")
        while self._pending:
            self._pending.pop().stop()

    @work(thread=True, exclusive=True, group="search", exit_on_error=False)
    def search(self, request: Request) -> None:
        """Post the instant answer, then the exact one, unless the user has typed on."""
        worker = get_current_worker()
        filters = request.filters(self._clock())
        answers = self._backend.search(
            request.text, mode=request.mode, filters=filters, limit=LIMIT
        )
        for results in answers:
            if worker.is_cancelled:
                return
            self.post_message(Answered(request, results))

    def on_answered(self, message: Answered) -> None:
        """Show an answer, unless the user has asked something else since."""
        if message.request != self.request:
            return
        if message.results.exact:
            self._stop_asking()
            self.query_bar.show(self.request, is_searching=False)
        if message.results.exact or message.results.hits:
            self._show(message.results)

    def _show(self, answer: Results | None) -> None:
        is_same = self._answer_to == self.request
        self._answer, self._answer_to = answer, self.request
        self.results.answer(answer.hits if answer else (), same_question=is_same)
        self._explain()

    @on(Rows.Moved)
    def _follow_cursor(self) -> None:
        hit = self.results.current
        if (hit is not None) != self._has_hit:
            self._has_hit = hit is not None
            self.refresh_bindings()
        self.passage.follow(hit, len(self.results.items))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass a failed search on to the app."""
        if failed := failure(event):
            self._stop_asking()
            self.query_bar.show(self.request, is_searching=False)
            self.post_message(failed)

    # Commands

    @on(Input.Submitted, "#query")
    def action_read(self) -> None:
        """Go one step deeper: to the passage."""
        if self.results.current is not None:
            self.results.is_chosen = True
            self.passage.focus()

    def action_back(self) -> None:
        """Go one step back: close the keys panel, else leave passage or query for the results."""
        if self.query(HelpPanel):
            self.app.action_hide_help_panel()
        else:
            self.query_one("#welcome" if self.has_class("-first-run") else "#results").focus()

    def action_query(self) -> None:
        """Go back to typing."""
        self.query_one("#query").focus()

    def action_choose(self, rows: int) -> None:
        """Choose another hit from wherever the focus is."""
        self.results.step(rows)

    def action_mode(self) -> None:
        """Match by words and meaning, words, meaning, or exact text in turn."""
        modes = list(MODES)
        following = modes[(modes.index(self.request.mode) + 1) % len(modes)]
        self.request = replace(self.request, mode=following)

    def action_filter(self) -> None:
        """Ask what to narrow the search to."""
        status = self._index_state().status
        names = [f.folder.name for f in status.folders] if status else []
        self.app.push_screen(FilterDialog(self.request, names), self._narrow)

    def _narrow(self, request: Request | None) -> None:
        if request is not None:
            self.request = request

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide searching while there are no folders."""
        if self.has_class("-first-run") and action in OF_SEARCHING:
            return False
        return super().check_action(action, parameters)
