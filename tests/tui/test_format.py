"""Values as text for people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tests.tui.fakes import HITS, HOME
from tui.format import (
    ago,
    bar,
    clip,
    count,
    duration,
    elide,
    fit,
    mark,
    one_line,
    place,
    short_path,
    snippet,
    spread,
    title,
)


def test_counts_have_thousands_and_a_singular() -> None:
    assert [count(n, "file") for n in (0, 1, 8310)] == ["0 files", "1 file", "8,310 files"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "just now"), (12, "12 s ago"), (150, "2 min ago"), (7_900_000, "3 mo ago")],
)
def test_ages_are_told_by_their_largest_unit(seconds: float, text: str) -> None:
    assert ago(seconds) == text


def test_a_duration_is_never_empty() -> None:
    assert duration(0.2) == "0 s"


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_keeps_its_width(fraction: float, width: int) -> None:
    assert bar(fraction, width).cell_length == width


def test_the_home_folder_is_a_tilde() -> None:
    assert short_path(HOME / "notes/a.md") == "~/notes/a.md"
    assert short_path(Path("/home/samuel/a.md")) == "/home/samuel/a.md"


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (40, "~/Documents/home/2024/lease.txt"),
        (30, "~/Documents/…/2024/lease.txt"),
        (24, "~/Documents/…/lease.txt"),
        (20, "…/2024/lease.txt"),
        (12, "…/lease.txt"),
        (6, "…e.txt"),
    ],
)
def test_a_long_path_keeps_its_file_name_longest(width: int, text: str) -> None:
    assert elide("~/Documents/home/2024/lease.txt", width) == text


@given(st.text(st.sampled_from("~/ab家."), min_size=1), st.integers(4, 30))
def test_an_elided_path_fits(path: str, width: int) -> None:
    assert cell_len(elide(path, width)) <= width


def test_the_right_side_of_a_line_is_never_cut() -> None:
    line = spread(Content("a long title of a document"), Content("right"), 16)
    assert line.plain == "a long t…  right"


def test_parts_that_do_not_fit_are_left_out_from_the_end() -> None:
    parts = [Content("first"), Content(""), Content("second"), Content("third")]
    assert fit(parts, 16).plain == "first    second"
    assert fit(parts, 3).plain == "fi…"


@given(st.text(st.sampled_from("ab \n\t\u2028"), max_size=30), st.data())
def test_highlights_stay_on_their_words_in_one_line(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    line, [(first, last)] = one_line(text, [(start, end)])
    assert line.split() == text.split()
    assert "".join(line[first:last].split()) == "".join(text[start:end].split())


def test_a_snippet_starts_where_its_match_can_be_seen() -> None:
    assert snippet(HITS[4], 40).plain.startswith("…")
    assert "deposit" in snippet(HITS[4], 40).plain
    assert snippet(HITS[0], 60).plain.startswith("The deposit of two")


def test_a_snippet_marks_its_matches() -> None:
    line = snippet(HITS[4], 40)
    assert [line.plain[s.start : s.end] for s in line.spans] == ["deposit"]


def test_shapes_say_what_found_a_hit() -> None:
    assert [mark(hit) for hit in HITS[:5]] == ["●", "≈", "●", "≈", "="]


def test_a_document_without_title_goes_by_its_file_name() -> None:
    assert title(HITS[5]) == "budget-2023.csv"


def test_the_place_is_a_page_else_a_heading_else_a_line() -> None:
    assert [place(hit) for hit in (HITS[0], HITS[1], HITS[5])] == ["p. 7", "§ Money", "line 42"]
    assert place(replace(HITS[5], line=12_345)) == "line 12,345"


def test_clipping_marks_the_cut() -> None:
    assert [clip("password needed", n) for n in (15, 9)] == ["password needed", "password…"]
