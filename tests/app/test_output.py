from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.printing.output import Output, Style, Styled, path_fields
from tests.app.fakes import Terminal

BOLD = "\x1b[1mloud\x1b[0m\n"


def written(stream: io.StringIO, environ: Mapping[str, str], color: str = "auto") -> str:
    Output(stream, environ, color).line(Styled("loud", Style.BOLD))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("terminal", "environ", "color", "colored"),
    [
        (True, {}, "auto", True),
        (False, {}, "auto", False),
        (True, {"TERM": "dumb"}, "auto", False),
        (True, {"NO_COLOR": "1"}, "auto", False),
        (True, {"NO_COLOR": ""}, "auto", True),
        (False, {"CLICOLOR_FORCE": "1"}, "auto", True),
        (False, {"CLICOLOR_FORCE": "0"}, "auto", False),
        (False, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, "auto", False),
        (False, {"NO_COLOR": "1"}, "always", True),
        (True, {"CLICOLOR_FORCE": "1"}, "never", False),
    ],
)
def test_colour_follows_flag_then_environment_then_terminal(
    terminal: bool, environ: dict[str, str], color: str, colored: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert written(stream, environ, color) == (BOLD if colored else "loud\n")


@given(st.text(), st.text())
def test_no_text_can_write_a_control_character(plain: str, styled: str) -> None:
    stream = io.StringIO()
    out = Output(stream, {}, "never")
    out.line(plain, Styled(styled, Style.BOLD))
    out.text(plain)
    out.cells([plain, styled])
    bad = [sign for sign in stream.getvalue() if not sign.isprintable() and sign in CONTROLS]
    assert not bad


CONTROLS = {chr(code) for code in [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2066]}


def test_a_line_stays_a_line() -> None:
    stream = io.StringIO()
    Output(stream, {}).line("a\nb\r\nc\u2028d")
    assert stream.getvalue() == "a b c d\n"


def test_a_cell_cannot_make_a_second_one() -> None:
    stream = io.StringIO()
    Output(stream, {}).cells(["a\tb", "c"])
    assert stream.getvalue() == "a b\tc\n"


def test_text_ends_with_one_line_break() -> None:
    stream = io.StringIO()
    out = Output(stream, {})
    out.text("one")
    out.text("two\n")
    assert stream.getvalue() == "one\ntwo\n"


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_ascii_that_every_reader_takes(value: dict[str, str]) -> None:
    stream = io.StringIO()
    Output(stream, {}).json(value, indent=None)
    line = stream.getvalue()
    assert line.isascii()
    assert line.endswith("}\n")
    assert "\x1b" not in line
    json.loads(line.encode())
    assert not any("\ud800" <= sign <= "\udfff" for sign in json.dumps(json.loads(line)))


def test_a_stream_that_cannot_write_our_marks_gets_question_marks() -> None:
    raw = io.BytesIO()
    out = Output(io.TextIOWrapper(raw, encoding="ascii"), {})
    out.line("● good")
    out.flush()
    assert raw.getvalue() == b"? good\n"


def test_a_path_that_is_not_utf_8_comes_with_its_bytes() -> None:
    path = Path(os.fsdecode(b"/notes/caf\xe9.md"))
    assert path_fields(path) == {
        "path": "/notes/caf\\xe9.md",
        "path_bytes": "L25vdGVzL2NhZukubWQ=",
    }
    assert path_fields(Path("/notes/café.md")) == {"path": "/notes/café.md"}
