"""Filters as they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Filters
from tui.request import Chip, Request, searched, take_chips


def moment(text: str) -> float:
    return float(len(text))


def test_a_filter_is_taken_once_it_is_typed_to_its_end() -> None:
    assert take_chips("rent type:pdf") == ("rent type:pdf", ())
    assert take_chips("rent type:pdf ") == ("rent ", (Chip("type", "pdf"),))
    chips = (Chip("type", "pdf"), Chip("type", "md"), Chip("in", "notes"))
    assert take_chips("type:pdf,.MD in:notes rent") == ("rent", chips)


def test_a_name_with_spaces_is_quoted() -> None:
    assert take_chips('in:"my notes" rent') == ("rent", (Chip("in", "my notes"),))
    assert take_chips('in:"my notes') == ('in:"my notes', ())
    assert str(Chip("in", "my notes")) == 'in:"my notes"'


@pytest.mark.parametrize("typed", ["plain words", "ratio 3:4", "http://in:8080 x", "begin:now x"])
def test_other_text_is_left_alone(typed: str) -> None:
    assert take_chips(typed) == (typed, ())


@pytest.mark.parametrize(
    ("typed", "text"),
    [("rent type:p", "rent"), ("type:", ""), ('in:"a b', ""), ("rent", "rent"), ("a in:b c",) * 2],
)
def test_a_filter_that_is_being_typed_is_not_searched_for(typed: str, text: str) -> None:
    assert searched(typed) == text


def test_filters_name_folders_else_parts_of_paths() -> None:
    chips = (Chip("in", "notes"), Chip("in", "law"), Chip("type", "md"), Chip("since", "2w"))
    filters = Request("rent", chips=chips).filters(["notes"], moment)
    assert filters == Filters(folders=("notes",), paths=("law",), types=("md",), since=2.0)
    assert Request("rent").filters(["notes"], moment) == Filters()


def test_there_is_one_since_and_no_filter_twice() -> None:
    request = Request().with_chips((Chip("since", "1d"), Chip("type", "md")))
    request = request.with_chips((Chip("since", "2w"), Chip("type", "md")))
    assert request.typed == "type:md since:2w"
    assert request.without(Chip("type", "md")).typed == "since:2w"


names = st.text("abcäö -_", min_size=1).map(str.strip).filter(bool)


@given(st.lists(names, max_size=3), st.text("abc de", max_size=9).map(str.strip))
def test_a_request_can_be_typed_again(places: list[str], text: str) -> None:
    chips = tuple(dict.fromkeys(Chip("in", place) for place in places))
    request = Request(text, chips=chips)
    rest, taken = take_chips(f"{request.typed} ")
    assert (rest.strip(), taken) == (text, chips)
