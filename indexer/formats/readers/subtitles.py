"""Subtitles (SRT and WebVTT): what is said, without numbers, times and styles."""

from __future__ import annotations

import re

from . import text as plain_text
from .html import strip_tags
from .layout import Layout

_CUES_AT_ONCE = 12
_CUE = re.compile(r"\n[ \t]*\n\s*")
_TIMES = re.compile(
    r"(?m)^(?:[^\n]{0,80}\n)?[ \t]*(?:\d+:)?\d\d:\d\d[.,]\d{1,3}[ \t]*-->[^\n]*$"
    r"|^(?:WEBVTT|NOTE|STYLE|REGION)\b[^\n]*$"
)
_VOICE = re.compile(r"</?(?:c|v|lang|ruby|rt|\d\d:\d\d)[^<>\n]{0,200}>|\{\\[^{}\n]{0,40}\}")


def read(text: str) -> Layout:
    """Lay out subtitles: some cues make a block."""
    layout = Layout(text)
    gaps = [*_CUE.finditer(text)][_CUES_AT_ONCE - 1 :: _CUES_AT_ONCE]
    starts = [0, *(gap.end() for gap in gaps)]
    ends = [*(gap.start() for gap in gaps), len(text)]
    for start, end in zip(starts, ends, strict=True):
        layout.add(start, end)
    return layout


def plain(fragment: str) -> str:
    """Return the words of a fragment."""
    text = _TIMES.sub("", plain_text.plain(fragment))
    return plain_text.close_up(strip_tags(_VOICE.sub("", text)))
