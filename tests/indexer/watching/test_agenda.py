"""Many events in, few looks out, on a clock that stands still between steps."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from indexer import Agenda, Scope
from indexer.watching.agenda import LONGEST_S, SETTLE_S


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_due_if_nothing_happened() -> None:
    agenda = Agenda(Clock())
    assert agenda.due_in() is None
    assert agenda.take() == {}
    assert not agenda.wait(0.0)


def test_a_save_of_many_events_is_one_look() -> None:
    clock = Clock()
    agenda = Agenda(clock)
    for _ in range(5):
        agenda.note(1, "a")
        clock.now += SETTLE_S / 2
        assert agenda.due_in() == SETTLE_S / 2 or agenda.due_in() is not None
        assert not agenda.wait(0.0)
    clock.now += SETTLE_S / 2 + 0.001
    assert agenda.wait(0.0)
    assert agenda.take() == {1: Scope(flat=frozenset({"a"}))}
    assert agenda.due_in() is None


def test_a_file_that_never_rests_is_looked_at_all_the_same() -> None:
    clock = Clock()
    agenda = Agenda(clock)
    started = clock.now
    while not agenda.wait(0.0):
        agenda.note(1, "log")
        clock.now += SETTLE_S / 3
    assert clock.now - started <= LONGEST_S + SETTLE_S


def test_a_whole_folder_swallows_its_parts() -> None:
    agenda = Agenda(Clock())
    agenda.note(1, "a")
    agenda.look_at_all([1])
    agenda.note(1, "b", deep=True)
    agenda.note(2, "c", deep=True)
    assert agenda.wait(0.0)
    assert agenda.take() == {1: None, 2: Scope(deep=frozenset({"c"}))}


def test_very_many_places_become_the_whole_folder() -> None:
    agenda = Agenda(Clock())
    for number in range(600):
        agenda.note(1, f"d{number}")
    assert agenda.take() == {1: None}


def test_after_a_long_run_there_is_a_rest_but_not_for_what_is_urgent() -> None:
    clock = Clock()
    agenda = Agenda(clock)
    agenda.rest(10.0)
    agenda.note(1, "a")
    clock.now += LONGEST_S
    assert not agenda.wait(0.0)
    agenda.look_at_all([2])
    assert agenda.wait(0.0)


@given(st.dictionaries(st.integers(1, 3), st.sets(st.sampled_from(["", "a", "a/b", "c"]))))
def test_what_was_not_finished_is_taken_again(places: dict[int, set[str]]) -> None:
    agenda = Agenda(Clock())
    for folder_id, directories in places.items():
        for directory in directories:
            agenda.note(folder_id, directory, deep=directory == "c")
    taken = agenda.take()
    agenda.put_back(taken)
    assert agenda.take() == taken


def test_a_wait_ends_when_something_is_due_and_when_closed() -> None:
    agenda = Agenda()
    waited: list[bool] = []
    waiter = threading.Thread(target=lambda: waited.append(agenda.wait(60.0)))
    waiter.start()
    agenda.look_at_all([1])
    waiter.join(10.0)
    closer = threading.Thread(target=lambda: waited.append(agenda.wait(60.0)))
    agenda.take()
    closer.start()
    agenda.close()
    closer.join(10.0)
    assert waited == [True, False]
