"""Settings and data: INI and TOML by their sections, JSON and YAML as nested items."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_SECTION = re.compile(r"^[ \t]*\[{1,2}(?P<heading>[^\[\]\n]+)\]{1,2}[ \t]*(?:[#;][^\n]*)?$", re.M)
_SECTION_LEVEL = 3
"""Deep enough that small sections share a chunk."""

_BARE_BRACKETS = re.compile(r"\n[\s{}\[\],]+(?=\n|\Z)")
_NOISE = re.compile(r"[{}\[\]\"]")
_ESCAPE = re.compile(
    r"\\(?:u(?P<unit>[0-9a-fA-F]{4})(?:\\u(?P<second>[dD][c-fC-F][0-9a-fA-F]{2}))?"
    r"|(?P<other>[^\n]))"
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "\n"}


def read_sections(text: str) -> Layout:
    """Lay out INI or TOML."""
    layout = Layout(text)
    layout.fill(_SECTION, heading=lambda found: (*found.span("heading"), _SECTION_LEVEL))
    return layout


def plain_json(fragment: str) -> str:
    """Return names and values without the brackets and quotation marks around them."""
    text = _BARE_BRACKETS.sub("", "\n" + plain_text.plain(fragment))
    return unescape(_NOISE.sub("", text)).strip("\n")


def unescape(text: str) -> str:
    r"""Resolve the escapes of JSON strings; `\u` halves that are alone become U+FFFD."""
    if "\\" not in text:
        return text
    return plain_text.plain(_ESCAPE.sub(_character, text))


def _character(escape: re.Match[str]) -> str:
    if escape["other"]:
        return _ESCAPED.get(escape["other"], escape["other"])
    pair = escape["unit"] + (escape["second"] or "")
    return bytes.fromhex(pair).decode("utf-16-be", "surrogatepass")
