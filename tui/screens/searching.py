"""Asking while the user types: instant answers to every key, the exact one when typing rests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from textual import getters, on, work
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, get_current_worker

from store import BadQuery, Hit, Results

from ..backend import Backend
from ..format import MODES
from ..messages import Answered, Likened, Refused, failure
from ..request import Request, searched, take_chips
from ..widgets.query import QueryBar, QueryInput
from ..widgets.text_box import TextBox
from .filters import FilterDialog
from .hit_screen import HitScreen
from .why import WhyScreen

REST_S = 0.25
"""How long typing must rest before anything is recomputed: longer than between two keys of most
people, since what is recomputed for half a word is thrown away."""
SLOW_S = 0.15
"""A search that takes longer says so."""
LIMIT = 20
"""Most hits listed."""


class Searching(HitScreen):
    """Holds the request and the answer to it. A subclass shows them."""

    request: reactive[Request] = reactive(Request(), init=False, repaint=False)
    query_bar = getters.query_one(QueryBar)

    def __init__(self, backend: Backend, clock: Callable[[], float]) -> None:
        super().__init__(backend)
        self._clock = clock
        self._history = History(backend)
        self._answer: Results | None = None
        self._answer_to = Request()
        self._first: Results | None = None
        """The instant answer that `_answer` refines."""
        self._turn = threading.Lock()
        """Held while an instant answer is made, so that keys in a row do not compete."""
        self._stopped = threading.Event()
        """Set once the search that is going on is not wanted any more."""
        self._slow: Timer | None = None
        self.is_asking = False
        """Whether the exact answer has not come yet."""

    def folder_names(self) -> Collection[str]:
        """Return the names that `in:` can have."""
        raise NotImplementedError

    def show_answer(self, answer: Results | None, *, same_question: bool) -> None:
        """Show an answer, or that there is no question."""
        raise NotImplementedError

    def show_refusal(self, sentence: str) -> None:
        """Say why a request cannot be answered as it is."""
        raise NotImplementedError

    def on_unmount(self) -> None:
        """Let a search that waits for typing to rest end with the screen."""
        self._stopped.set()

    # Typing

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        rest, chips = take_chips(event.value)
        if chips:
            self.query_one("#query", TextBox).put(rest)
        text = searched(rest)
        if text or chips or not event.value.strip():
            self.request = replace(self.request.with_chips(chips), text=text)

    @property
    def is_in_the_past(self) -> bool:
        """Whether the query was brought back from the history and not changed since."""
        return self._history.is_at(self.request.typed)

    def action_recall(self, step: int) -> None:
        """Bring back an earlier query, or with a negative step a later one."""
        typed = self._history.step(step, self.request.typed)
        if typed is not None:
            text, chips = take_chips(typed)
            self.request = replace(self.request, text=text.strip(), chips=chips)
            self.query_one("#query", TextBox).put(text)

    @work(thread=True, group="history", exit_on_error=False)
    def read_history(self) -> None:
        """Read what was searched before."""
        self._history.read()

    def remember(self) -> None:
        """Keep the query: it led to something."""
        if self.request.text:
            self._keep(self.request.typed)

    @work(thread=True, group="history", exit_on_error=False)
    def _keep(self, typed: str) -> None:
        self._history.add(typed)

    # Narrowing

    def action_mode(self) -> None:
        """Match by words and meaning, words, meaning, or exact text in turn."""
        modes = list(MODES)
        following = modes[(modes.index(self.request.mode) + 1) % len(modes)]
        self.request = replace(self.request, mode=following)

    def action_recent(self) -> None:
        """Rank newer files a little higher, or do so no longer."""
        self.request = replace(self.request, recent=not self.request.recent)

    @on(QueryInput.BackedOut)
    def _drop_last_chip(self) -> None:
        self.action_drop_chip(-1)

    def action_drop_chip(self, index: int) -> None:
        """Take off one filter; -1 is the last one."""
        if self.request.chips:
            self.request = self.request.without(self.request.chips[index])

    def action_filter(self) -> None:
        """Ask what to narrow the search to."""
        self.app.push_screen(FilterDialog(self.request, self.folder_names()), self._narrow)

    def _narrow(self, request: Request | None) -> None:
        if request is not None:
            self.request = request

    # About a hit

    def action_why(self) -> None:
        """Explain how the chosen hit was found."""
        if self.hit is not None and self._answer is not None:
            self.app.push_screen(WhyScreen(self.hit, self._answer, self._first))

    def action_similar(self) -> None:
        """List other documents like the chosen hit."""
        if self.hit is not None:
            self.find_similar(self.hit)

    @work(thread=True, exclusive=True, group="similar", exit_on_error=False)
    def find_similar(self, hit: Hit) -> None:
        """Look for documents like a hit."""
        worker = get_current_worker()
        results = self._backend.similar(hit, limit=LIMIT)
        if not worker.is_cancelled:
            self.post_message(Likened(hit, results))

    # Asking and answering

    def watch_request(self, request: Request) -> None:
        """Ask at once; an empty query shows nothing."""
        self.query_bar.show(request, is_searching=False)
        if request.text:
            self.ask_again()
        else:
            self._stop_asking()
            self._show(None)

    def ask_again(self) -> None:
        """Ask what is asked already, of an index that may have changed."""
        self._stop_asking()
        self.is_asking = True
        self._stopped = threading.Event()
        say_so = partial(self.query_bar.show, self.request, is_searching=True)
        self._slow = self.set_timer(SLOW_S + REST_S, say_so)
        self.search(self.request, self.folder_names(), self._stopped)

    def _stop_asking(self) -> None:
        self._stopped.set()
        self.workers.cancel_group(self, "search")
        self._settle()

    def _settle(self) -> None:
        self.is_asking = False
        if self._slow is not None:
            self._slow.stop()
            self._slow = None

    @work(thread=True, exclusive=True, group="search", exit_on_error=False)
    def search(self, request: Request, folders: Collection[str], stopped: threading.Event) -> None:
        """Post the instant answer and, once typing has rested, the exact one."""
        worker = get_current_worker()
        try:
            query = request.query(folders, self._backend.moment, LIMIT)
            answers = self._backend.search(query, stopped.is_set)
            with self._turn:
                first = None if stopped.is_set() else next(answers, None)
            if first is None or worker.is_cancelled:
                return
            self.post_message(Answered(request, first))
            if first.exact or stopped.wait(REST_S):
                return
            for results in answers:
                if not worker.is_cancelled:
                    self.post_message(Answered(request, results))
        except BadQuery as error:
            if not worker.is_cancelled:
                self.post_message(Refused(request, str(error)))

    def on_answered(self, message: Answered) -> None:
        """Show an answer, unless the user has asked something else since."""
        if message.request != self.request:
            return
        if message.results.exact:
            self._settle()
            self.query_bar.show(self.request, is_searching=False)
        else:
            self._first = message.results
        if message.results.exact or message.results.hits:
            self._show(message.results)

    def on_refused(self, message: Refused) -> None:
        """Say why there is no answer, unless the user has asked something else since."""
        if message.request == self.request:
            self._settle()
            self.query_bar.show(self.request, is_searching=False)
            self._show(None)
            self.show_refusal(message.sentence)

    def _show(self, answer: Results | None) -> None:
        is_same = self._answer_to == self.request
        self._answer, self._answer_to = answer, self.request
        self.show_answer(answer, same_question=is_same)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass a failed search on to the app."""
        if failed := failure(event):
            self._settle()
            self.query_bar.show(self.request, is_searching=False)
            self.post_message(failed)


class History:
    """Earlier queries, the latest first, and where among them the user is."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._typed: list[str] = []
        self._place = -1
        """Index of the query that was brought back last; -1 before the first."""

    def read(self) -> None:
        """Read what was searched; blocks."""
        self._typed = list(self._backend.history())

    def add(self, typed: str) -> None:
        """Remember a query as the latest one; blocks."""
        self._typed = [typed, *(one for one in self._typed if one != typed)]
        self._place = -1
        self._backend.remember(typed)

    def is_at(self, typed: str) -> bool:
        """Whether `typed` is the query that was brought back last."""
        return 0 <= self._place < len(self._typed) and self._typed[self._place] == typed

    def step(self, back: int, typed: str) -> str | None:
        """Return the query `back` steps earlier, empty after the latest, None beyond the first."""
        here = self._place if self.is_at(typed) else -1
        place = here + back
        if place >= len(self._typed) or place < -1:
            return None
        self._place = place
        return self._typed[place] if place >= 0 else ""
