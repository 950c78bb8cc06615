"""First answers do not wait for exact ones, and exact ones nobody wants are not made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from store import Query, Results, Vectors
from store.search.scheduler import Cancelled, SearchScheduler
from store.values.results import Explain
from tests.store.fakes import MODELS, Library, embed_passages

PATIENCE_S = 10.0


def results(*, exact: bool) -> Results:
    return Results(Query("rent"), (), exact, Explain(), confident=True)


def answers(
    before_exact: Callable[[], object] = lambda: None,
    before_first: Callable[[], object] = lambda: None,
) -> Iterator[Results]:
    """Give an instant and an exact answer, and do something before each."""
    before_first()
    yield results(exact=False)
    before_exact()
    yield results(exact=True)


def never() -> bool:
    return False


def running(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_both_answers_come_in_order() -> None:
    assert [one.exact for one in SearchScheduler().of(answers(), never)] == [False, True]


def test_a_batch_gives_way_to_a_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.search.scheduler._LONGEST_S", PATIENCE_S)
    scheduler, order = SearchScheduler(), list[str]()
    begun, go_on = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go_on.wait(PATIENCE_S)
        order.append("first answer")

    def embed() -> None:
        scheduler.give_way(never)
        order.append("batch")

    typing = running(lambda: next(scheduler.of(answers(before_first=first), never)))
    assert begun.wait(PATIENCE_S)
    embedding = running(embed)
    embedding.join(0.1)
    assert order == []
    go_on.set()
    for one in (typing, embedding):
        one.join(PATIENCE_S)
    assert order == ["first answer", "batch"]


def test_a_batch_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.search.scheduler._LONGEST_S", 0.01)
    scheduler = SearchScheduler()
    with scheduler._at_once():
        scheduler.give_way(never)


def test_exact_answers_are_made_two_at_once_in_the_order_they_were_asked_for() -> None:
    scheduler, begun = SearchScheduler(), [threading.Event() for _ in range(5)]
    go_on = [threading.Event() for _ in begun]

    def ask(number: int) -> None:
        with scheduler._in_turn(never):
            begun[number].set()
            go_on[number].wait(PATIENCE_S)

    for number in range(len(begun)):
        running(partial(ask, number))
        while len(scheduler._exact) <= number:
            threading.Event().wait(0.001)
    for number in range(len(begun)):
        assert all(one.wait(PATIENCE_S) for one in begun[: number + 2])
        assert not any(one.is_set() for one in begun[number + 2 :])
        go_on[number].set()


def test_who_is_cancelled_while_waiting_makes_no_exact_answer() -> None:
    scheduler, cancelled = SearchScheduler(), threading.Event()
    seen: list[bool] = []
    made = scheduler.of(answers(before_exact=lambda: pytest.fail("was made")), cancelled.is_set)
    with scheduler._in_turn(never), scheduler._in_turn(never):
        waiting = running(lambda: seen.extend(one.exact for one in made))
        while len(scheduler._exact) < 3:
            threading.Event().wait(0.001)
        cancelled.set()
        waiting.join(PATIENCE_S)
    assert seen == [False]
    assert not scheduler._exact


def test_who_fails_leaves_the_turn_to_others() -> None:
    def fail() -> None:
        raise OSError

    scheduler = SearchScheduler()
    with pytest.raises(OSError):  # noqa: PT011
        [*scheduler.of(answers(before_exact=fail), never)]
    with pytest.raises(OSError):  # noqa: PT011
        [*scheduler.of(answers(before_first=fail), never)]
    assert [one.exact for one in scheduler.of(answers(), never)] == [False, True]


def test_a_cancelled_batch_ends() -> None:
    with pytest.raises(Cancelled):
        SearchScheduler().give_way(lambda: True)


def test_a_search_cancelled_after_its_first_answer_recomputes_nothing(library: Library) -> None:
    library.put(lease=["the tenant pays rent"], letter=["the rent went up"])
    embedded: list[str] = []

    def embed(texts: list[str], before_batch: Callable[[], None] = lambda: None, /) -> Vectors:
        before_batch()
        embedded.extend(texts)
        return embed_passages(texts)

    models = replace(MODELS, embed_passages=embed)  # type: ignore[arg-type]
    cancelled = threading.Event()
    found = library.store.search(
        Query("rent"), models, *library.sources, is_cancelled=cancelled.is_set
    )
    assert next(found).hits
    cancelled.set()
    assert [*found] == []
    assert embedded == []
    assert [*library.store.search(Query("rent"), models, *library.sources)][-1].exact
    assert embedded
