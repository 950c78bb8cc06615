"""Formats that are texts, read in place: subtitles, calendars and address books."""

from __future__ import annotations

import pytest

from indexer.formats.readers import plain, read_document

SUBTITLES = """1
00:00:01,000 --> 00:00:02,500
<i>Where is</i> the {\\an8}ferry?

2
00:00:03,000 --> 00:00:04,000
- It left.
- At noon?
"""
WEBVTT = """WEBVTT - tides

NOTE made by hand

intro
00:01.000 --> 00:02.500 align:start
<v Ada>Low <c.loud>water</c> at five
"""
CALENDAR = """BEGIN:VCALENDAR
PRODID:-//x//y
BEGIN:VEVENT
UID:123@example.org
DTSTART;TZID=Europe/Berlin:20260105T100000
DTEND:20260106
SUMMARY:Boat\\, club
 house meeting
DESCRIPTION:Bring oars\\nand food
ATTENDEE;CN="Ada L":mailto:ada@example.org
ORGANIZER:mailto:bert@example.org
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
"""
CARD = """BEGIN:VCARD
VERSION:3.0
FN:Ada Lovelace
ORG:Engines;Analysis
item1.TEL;TYPE=cell:+49 30 1234
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
 AAQABAAD
END:VCARD
"""


@pytest.mark.parametrize(
    ("name", "source", "text"),
    [
        ("film.srt", SUBTITLES, "Where is the ferry?\n\n- It left.\n- At noon?"),
        ("film.vtt", WEBVTT, "Low water at five"),
        (
            "club.ics",
            CALENDAR,
            "from 2026-01-05 10:00\nto 2026-01-06\nBoat, clubhouse meeting\nBring oars\nand food"
            "\nAda L\nbert@example.org",
        ),
        ("ada.vcf", CARD, "Ada Lovelace\nEngines Analysis\n+49 30 1234"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_only_what_people_wrote_is_read(name: str, source: str, text: str, ends: str) -> None:
    document = read_document(source.replace("\n", ends).encode(), name)
    blocks = [plain(document.kind, document.text[one.start : one.end]) for one in document.blocks]
    assert "\n\n".join(filter(None, blocks)) == text


def test_each_event_is_a_block() -> None:
    event = "BEGIN:VEVENT\nSUMMARY:one\nEND:VEVENT\n"
    document = read_document(f"BEGIN:VCALENDAR\n{event * 3}END:VCALENDAR\n".encode(), "x.ics")
    texts = [plain("calendar", document.text[one.start : one.end]) for one in document.blocks]
    assert [one for one in texts if one] == ["one"] * 3


@pytest.mark.parametrize("unit", ['a;b="', ";", "X;Y:", ';"";'])
def test_hostile_properties_are_given_up_at_once(unit: str) -> None:
    assert plain("calendar", unit * 20_000) == ""
