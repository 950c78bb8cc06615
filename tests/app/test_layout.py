from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.printing.layout import columns, print_table, shorten, wrap
from app.cli.printing.output import Output, Part, Style, Styled
from app.cli.printing.quantities import count, duration, percent, size
from tests.app.fakes import Terminal


def plain(line: list[Part]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in line)


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert columns("plain") == 5
    assert columns("日本") == 4
    assert columns("e\u0301") == 1


def test_shortening_keeps_the_start_or_the_end() -> None:
    assert shorten("deposit", 7) == "deposit"
    assert shorten("deposit", 4) == "dep…"
    assert shorten("deposit", 4, keep_end=True) == "…sit"
    assert shorten("日本語", 4) == "日…"
    assert shorten("deposit", 0) == ""


@given(st.text(), st.integers(0, 30))
def test_what_was_shortened_fits(text: str, width: int) -> None:
    assert columns(shorten(text, width)) <= width


def test_matched_words_are_bold_wherever_lines_break() -> None:
    text = "The deposit is returned"
    assert wrap(text, (0, len(text)), [(4, 11)], 12, 9) == [
        ["The", " ", Styled("deposit", Style.BOLD)],
        ["is", " ", "returned"],
    ]


def test_a_match_may_be_part_of_a_word() -> None:
    assert wrap("redeposited", (0, 11), [(2, 9)], 40, 1) == [
        ["re", Styled("deposit", Style.BOLD), "ed"]
    ]


def test_only_the_wanted_part_is_shown() -> None:
    (line,) = wrap("One. Two  three. Four.", (5, 16), [], 40, 1)
    assert plain(line) == "Two three."


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    lines = wrap("aaa bbb ccc ddd eee", (0, 19), [], 8, 2)
    assert [plain(line) for line in lines] == ["aaa bbb", "ccc ddd …"]


@given(st.text(st.sampled_from("ab 日\u0301é\n"), max_size=80), st.integers(8, 30))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, (0, len(text)), [], width, 1000)
    assert "".join(map(plain, lines)).replace(" ", "") == "".join(text.split())
    assert all(columns(plain(line)) <= width for line in lines)


def test_a_table_for_people_is_aligned() -> None:
    out = Terminal()
    rows = [["notes", "1,204", "/n"], ["日記", "7", "/d"]]
    print_table(Output(out, {"NO_COLOR": "1"}), ("name", ">files", "folder"), rows)
    assert out.getvalue() == (
        "name   files  folder\n"  #
        "notes  1,204  /n\n"
        "日記       7  /d\n"
    )


def test_a_table_in_a_pipe_is_cells_alone() -> None:
    out = io.StringIO()
    print_table(Output(out, {}), ("name", ">files"), [["notes", "1,204"], ["a\tb", "7"]])
    assert out.getvalue() == "notes\t1,204\na b\t7\n"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (count(1204), "1,204"),
        (count(1, "file"), "1 file"),
        (count(0, "file"), "0 files"),
        (size(999), "999 B"),
        (size(1000), "1.0 kB"),
        (size(999_949), "999.9 kB"),
        (size(999_950), "1.0 MB"),
        (size(11_800_000), "11.8 MB"),
        (duration(0.04), "0.0 s"),
        (duration(59.94), "59.9 s"),
        (duration(59.96), "1 min"),
        (duration(200), "3 min"),
        (duration(7500), "2 h 5 min"),
        (duration(7200), "2 h"),
        (percent(8, 100), "8.0 %"),
        (percent(8, 0), "–"),
    ],
)
def test_quantities_read_well(shown: str, expected: str) -> None:
    assert shown == expected
