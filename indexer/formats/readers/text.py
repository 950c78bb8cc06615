"""Plain text and logs: paragraphs between blank lines. Also what every other format ends with."""

from __future__ import annotations

import re

from .layout import Layout

_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|.)?")
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]*\n\s*")
_COMMENT = re.compile(r"<!--(?s:.*?)-->")
_MANY_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def read(text: str) -> Layout:
    """Lay out plain text."""
    layout = Layout(text)
    layout.add_paragraphs(0, len(text))
    return layout


def plain(fragment: str) -> str:
    r"""Return the text with `\n` line ends, without terminal escapes or undecodable bytes."""
    if "\r" in fragment:
        fragment = fragment.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in fragment:
        fragment = _ESCAPES.sub("", fragment)
    if "\0" in fragment:
        fragment = fragment.replace("\0", " ")
    return fragment if fragment.isascii() else _SURROGATES.sub("\ufffd", fragment)


def squeeze(text: str) -> str:
    """Leave at most one blank line where taking markup away has left many."""
    return _MANY_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def close_up(text: str) -> str:
    """Leave no white space around line ends but a blank line where there is one or more."""
    return _LINE_ENDS.sub(lambda ends: "\n\n" if ends[0].count("\n") > 1 else "\n", text).strip()


def without_comments(text: str) -> str:
    """Take out comments as HTML writes them. One that is not closed stays, as it may be none."""
    end = text.rfind("-->") + 3  # so that every search for an end succeeds: linear time
    return _COMMENT.sub("", text[:end]) + text[end:]
