"""Calendars and address books (ICS and VCF): what people wrote into them, an entry a block.

Pictures, keys, identifiers and rules of repetition are left out.
"""

from __future__ import annotations

import re

from ..document import BlockKind
from . import text as plain_text
from .layout import Layout

_ENTRY = re.compile(
    r"(?mi)^BEGIN:(?P<kind>VEVENT|VTODO|VJOURNAL|VCARD)[ \t]*$(?s:.*?)(?:^END:(?P=kind)[ \t]*$|\Z)"
)
_FOLD = re.compile(r"\n[ \t]")
_PROPERTY = re.compile(
    r"(?:[\w-]{1,40}\.)?(?P<name>[\w-]{1,40})"
    r"(?P<parameters>(?:;[^;:\n\"]*(?:\"[^\"\n]*\"[^;:\n\"]*)?)*):(?P<value>[^\n]*)"
)
_KEPT = frozenset(
    [
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "COMMENT",
        "CATEGORIES",
        "FN",
        "NICKNAME",
        "ORG",
        "TITLE",
        "ROLE",
        "NOTE",
        "ADR",
        "TEL",
        "EMAIL",
        "URL",
        "BDAY",
        "ANNIVERSARY",
        "X-WR-CALNAME",
    ]
)
_PEOPLE = frozenset(("ATTENDEE", "ORGANIZER"))
_TIMES = {"DTSTART": "from", "DTEND": "to", "DUE": "due"}
_NAME = re.compile(r";CN=\"?([^;:\"\n]*)", re.I)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\dZ?)?")
_ESCAPED = re.compile(r"\\([nN,;\\])")


def read(text: str) -> Layout:
    """Lay out a calendar or an address book."""
    layout = Layout(text)
    at = 0
    for entry in _ENTRY.finditer(text):
        layout.add(at, entry.start())
        layout.add(*entry.span(), BlockKind.CODE)
        at = entry.end()
    layout.add(at, len(text))
    return layout


def plain(fragment: str) -> str:
    """Return what is to be read in a fragment, a line for each property."""
    lines: list[str] = []
    for line in _FOLD.sub("", plain_text.plain(fragment)).split("\n"):
        entry = _PROPERTY.match(line)
        if entry:
            lines += filter(None, [_shown(entry)])
        elif line[:4].upper() == "END:":
            lines.append("")
    return plain_text.close_up("\n".join(lines))


def _shown(entry: re.Match[str]) -> str:
    name, value = entry["name"].upper(), entry["value"].strip()
    if name in _PEOPLE:
        called = _NAME.search(entry["parameters"])
        return called[1] if called else value.removeprefix("mailto:").removeprefix("MAILTO:")
    if name in _TIMES:
        moment = _MOMENT.match(value)
        if not moment:
            return ""
        year, month, day, hour, minute = moment.groups()
        clock = f" {hour}:{minute}" if hour else ""
        return f"{_TIMES[name]} {year}-{month}-{day}{clock}"
    if name not in _KEPT or "ENCODING=B" in entry["parameters"].upper():
        return ""
    text = _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], value)
    return " ".join(part for part in text.split(";") if part) if name in ("ADR", "ORG") else text
