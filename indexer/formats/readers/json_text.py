"""JSON as nested items, without its brackets and quotation marks."""

from __future__ import annotations

import re

from . import text as plain_text
from .code import read

__all__ = ["plain", "read", "unescape"]

_BARE_BRACKETS = re.compile(r"\n[\s{}\[\],]+(?=\n|\Z)")
_NOISE = re.compile(r"[{}\[\]\"]")
_ESCAPE = re.compile(
    r"\\(?:u(?P<unit>[0-9a-fA-F]{4})(?:\\u(?P<second>[dD][c-fC-F][0-9a-fA-F]{2}))?"
    r"|(?P<other>[^\n]))"
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "\n"}


def plain(fragment: str) -> str:
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
