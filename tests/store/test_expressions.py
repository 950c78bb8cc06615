"""Regular expressions are within limits, whatever they are."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from time import monotonic

import pytest

from store import BadQuery
from store.lexical import expressions
from store.lexical.expressions import Expression, expression

BOMBS = [
    "(((a{1,1000}){1,1000}){1,1000}){1,1000}",
    "((((((((((a{0,100}){0,100}){0,100}){0,100}){0,100}){0,100}){0,100}){0,100}){0,100}){0,100})",
    "(?:(?:(?:(?:x{500}){500}){500}){500}){500}",
    r"(a+)+$",
    r"(?:(?R)|a)*b",
    r"(\w+\s?)*\d$",
    "(?:a|aa|aaa|aaaa)*$",
    r"((?:a*)*)*\1{50}b",
    r"(?i)(?:s|ss|ß)*x{e<=20}",
    "a{e<=500}",
]
TEXTS = ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ssssssssssssssss " * 40, "b")


def memory_of_children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(expressions, "TIME_LIMIT_S", 1.0)
    monkeypatch.setattr(expressions._Budget, "__init__", lambda self: setattr(self, "left_s", 1.0))
    return 1.0


@pytest.mark.parametrize("pattern", BOMBS)
def test_no_expression_takes_more_time_or_memory_than_it_may(pattern: str, short: float) -> None:
    started = monotonic()
    with suppress(BadQuery):
        made = expression(pattern)
        made.chunks("", TEXTS, "a.txt")
        made.highlights(TEXTS[0])
    assert monotonic() - started < short + 3.0
    assert memory_of_children() < 1.3 * 2**30
    assert expression("b").chunks("", TEXTS, "a.txt") == {1}, "the next one works"


def test_the_limit_is_for_all_that_a_search_reads() -> None:
    made = expression("needle")
    made._budget.left_s = 0.05

    def search() -> None:
        for number in range(100_000):
            made.chunks("", ("hay " * 50,), f"{number}.txt")

    told = r"took longer than 5 s, the last in .*\.txt; make it simpler"
    with pytest.raises(BadQuery, match=told):
        search()


def test_a_process_that_died_costs_one_search() -> None:
    made = expression("b+")
    looker = expressions._processes()._children
    for child in looker:
        if child._child._process is not None:
            os.kill(child._child._process.pid, signal.SIGKILL)
            child._child._process.wait()
    assert made.chunks("", ("a", "bb"), "a.txt") == {1}


def test_what_is_wrong_is_told() -> None:
    with pytest.raises(BadQuery, match=r"not a regular expression: .*missing"):
        expression("(a")
    with pytest.raises(BadQuery, match=r"longer than 1,000"):
        expression("a" * 1001)


def test_matches_are_found_where_they_begin() -> None:
    made = Expression(r"two\s+three|FOUR")
    assert made.chunks("", ("one two", "three", "four five"), "a.txt") == {0, 2}
    assert made.chunks("the four seasons", ("one", "two"), "a.txt") == {0, 1}
    assert made.highlights("a four and a Four") == ((2, 6), (13, 17))
