"""What a model writes is shown as plain text: no link, no image, no markup, no escape sequence.

A passage may hold instructions, and a model may follow them. An image or a link whose address
carries words of other documents is the known way out for them, so no address is shown that the
sources do not hold, and none in a form that a terminal would make a link of.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, clipboard, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b."
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HIDDEN = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_IMAGE = re.compile(r"!\[([^\]]*)\](?:\([^)]*\)?|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)?|\[[^\]]*\])")
_DEFINITION = re.compile(r"^\s*\[[^\]]+\]:\s*\S.*$", re.MULTILINE)
_TAG = re.compile(r"<(?:!--.*?-->|/?[A-Za-z!?][^<>]{0,1000}>)", re.DOTALL)
_PROGRAM = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(
    r"(?:(?<![\w:/])//(?=[\w-]+\.\w)|[a-z0-9+.-]{0,20}://"
    r"|\b(?:www\.|mailto:|data:|javascript:|tel:))[^\s<>\"'）】]*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\*\*|__|`+|^\s{0,3}#{1,6}\s+|^\s*>\s?", re.MULTILINE)
_REMOVED = "(link removed)"


def plain(text: str, sources: str) -> str:
    """Return a model's text with nothing left in it but text.

    Args:
        text: as the model wrote it.
        sources: the text of the cited passages; an address that stands there may be said,
            without its scheme.
    """
    for hidden in (_ESCAPE, _CONTROL, _HIDDEN):
        text = hidden.sub("", text)
    before = ""
    while text != before:  # what is taken out may have held two halves apart
        before = text
        text = _TAG.sub("", _PROGRAM.sub("", _DEFINITION.sub("", text)))
        text = _LINK.sub(_label, _IMAGE.sub("", text))
    return _MARKS.sub("", _ADDRESS.sub(lambda found: _address(found.group(), sources), text))


def _label(link: re.Match[str]) -> str:
    """Keep a citation that was written as a link, and the words of any other."""
    return f"[{link[1]}]" if link[1].isdigit() else link[1]


def _address(address: str, sources: str) -> str:
    end = len(address.rstrip(".,;:!?)]"))
    known = address[:end] in sources and "://" in address
    return (address[:end].partition("://")[2] if known else _REMOVED) + address[end:]
