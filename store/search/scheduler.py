"""Who computes when: first answers at once, exact ones in turn and giving way to them.

An exact answer takes every core for as long as ten first ones. Somebody who types, or many clients
at once, would wait for exact answers that nobody wants any more.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ..values.results import Results

_AT_ONCE = 2
"""Exact answers: one reads files while the cores embed for the other."""
_LOOK_S = 0.05
"""So often whoever waits asks whether the answer is still wanted."""
_LONGEST_S = 0.2
"""So long a batch gives way: first answers may never end, and some look into every file."""


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class SearchScheduler:
    """Who of one index's searches computes when, each in a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._first = 0
        self._exact: deque[object] = deque()

    def of(self, answers: Iterator[Results], is_cancelled: Callable[[], bool]) -> Iterator[Results]:
        """Yield the answers of one search, each made in its turn; no more once it is cancelled."""
        with self._at_once():
            answer = next(answers, None)
        with suppress(Cancelled):
            while answer is not None:
                yield answer
                with self._at_once() if answer.exact else self._in_turn(is_cancelled):
                    answer = next(answers, None)

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Make a first answer; others give way."""
        with self._changed:
            self._first += 1
        try:
            yield
        finally:
            with self._changed:
                self._first -= 1
                self._changed.notify_all()

    @contextmanager
    def _in_turn(self, is_cancelled: Callable[[], bool]) -> Iterator[None]:
        """Make an exact answer once those that came before are made. Raises Cancelled."""
        ticket = object()
        with self._changed:
            self._exact.append(ticket)
        try:
            with self._changed:
                while not self._changed.wait_for(lambda: self._is_next(ticket), _LOOK_S):
                    _end_if(is_cancelled)
            yield
        finally:
            with self._changed:
                self._exact.remove(ticket)
                self._changed.notify_all()

    def give_way(self, is_cancelled: Callable[[], bool]) -> None:
        """Wait a moment while first answers are made. Raises Cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: not self._first, _LONGEST_S)
        _end_if(is_cancelled)

    def _is_next(self, ticket: object) -> bool:
        return ticket in list(self._exact)[:_AT_ONCE]


def _end_if(is_cancelled: Callable[[], bool]) -> None:
    if is_cancelled():
        raise Cancelled
