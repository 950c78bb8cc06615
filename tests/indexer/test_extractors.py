"""Every format gives its words and where they are, or a reason, whatever the bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.formats.document import Unreadable
from indexer.formats.extract import Builder, Extract
from indexer.formats.extractors import extract
from indexer.formats.recognise import HEAD_BYTES, recognise
from tests.indexer import making

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
MAIL = making.mail("Boat trip", "We sail on Friday.", ("plan.pdf", making.pdf("The tide is early")))

SAMPLES: dict[str, bytes] = {
    "paper.pdf": making.pdf("First words", "Second words", "Third words"),
    "letter.docx": making.docx("Dear Ada", heading="Greetings", table=("Apples", "12")),
    "talk.pptx": making.pptx(("Opening", "Hello all"), ("Results", "It works"), notes="Breathe"),
    "costs.xlsx": making.xlsx({"Costs": [["Rent", 45000.0]], "Income": [["Salary"]]}),
    "note.odt": making.opendocument("<text:h>Plan</text:h><text:p>Sow<text:s/>beans</text:p>"),
    "table.ods": making.opendocument(
        '<table:table table:name="Birds"><table:table-row><table:table-cell><text:p>Wren</text:p>'
        "</table:table-cell><table:table-cell><text:p>3</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    ),
    "show.odp": making.opendocument(
        "<draw:page><text:p>One</text:p></draw:page><draw:page><text:p>Two</text:p></draw:page>"
    ),
    "book.epub": making.epub("The Sea", "<h1>Ebb</h1><p>Low &amp; calm</p>", "<p>Flood comes</p>"),
    "old.rtf": rb"{\rtf1\ansi{\fonttbl\f0 Arial;}\f0 Caf\'e9 {\b bold} words\par Next line\par}",
    "trip.eml": MAIL,
    "old.doc": making.doc("First \x13 HYPERLINK x \x14linked\x15 words", "Café"),
    "old.ppt": making.ppt("Opening", "Results"),
    "old.xls": making.xls(("Rent", "450"), ("Food", "200")),
    "old.msg": making.msg("Keys", "They are under the mat."),
    "all.mbox": making.mbox(making.mail("One", "Alpha"), making.mail("Two", "Beta")),
    "things.zip": making.zipped({"photos/cat.jpg": b"", "notes.txt": b"hidden words"}),
    "things.tar.gz": making.tar("a/b.txt", "c.txt", packed=True),
    "box.7z": making.sevenzip("a/b.txt", "c.txt"),
    "box.rar": making.rar("a/b.txt", "c.txt"),
    "2026-01-05.json": making.slack(("ada", "Lunch at <https://x.org|noon>?"), ("bert", "Yes")),
    "conversations.json": making.chatgpt("Bread", ("user", "How long?"), ("assistant", "An hour")),
    "result.json": b'{"name": "Bert", "type": "personal_chat", "messages": [{"type": "message",'
    b' "date": "2026-01-05T10:00:00", "from": "Bert", "text": ["Hi ", {"text": "there"}]}]}',
}


def read(name: str, data: bytes) -> Extract:
    kind = recognise(name, data[:HEAD_BYTES])
    assert kind is not None
    found = extract(kind, io.BytesIO(data), name)
    found.document()
    return found


def parts(found: Extract) -> list[str]:
    """Return the text of each part on one line."""
    ends = (*found.starts[1:], len(found.text))
    pairs = zip(found.starts, ends, strict=True)
    return [" ".join(found.text[start:end].split()) for start, end in pairs]


def words(found: Extract) -> str:
    return " ".join(found.text.split())


def test_each_page_of_a_pdf_is_a_part() -> None:
    found = read("paper.pdf", SAMPLES["paper.pdf"])
    assert (found.kind, found.unit) == ("pdf", "page")
    assert parts(found) == ["First words", "Second words", "Third words"]


def test_pages_without_text_still_count() -> None:
    assert parts(read("x.pdf", making.pdf("", "", "Here"))) == ["", "", "Here"]


def test_word_files_have_headings_by_the_names_of_their_styles_and_tables_row_by_row() -> None:
    found = read("letter.docx", SAMPLES["letter.docx"])
    assert found.text == "Greetings\n\nDear Ada\n\nApples | 12\n\n"
    assert found.headings == ((0, 9, 1),)


def test_slides_have_titles_and_notes() -> None:
    found = read("talk.pptx", SAMPLES["talk.pptx"])
    assert parts(found) == ["Opening Hello all", "Results It works Breathe"]
    assert [found.text[start:end] for start, end, _ in found.headings] == ["Opening", "Results"]


def test_sheets_have_names_and_dates_are_shown_as_dates() -> None:
    found = read("costs.xlsx", SAMPLES["costs.xlsx"])
    assert found.names == ("Costs", "Income")
    assert parts(found) == ["Costs Rent | 2023-03-15", "Income Salary"]


@pytest.mark.parametrize(
    ("name", "unit", "text"),
    [
        ("note.odt", "", "Plan Sow beans"),
        ("table.ods", "sheet", "Birds Wren | 3"),
        ("show.odp", "slide", "One Two"),
        ("old.rtf", "", "Café bold words Next line"),
        ("old.doc", "", "First linked words Café"),
        ("old.ppt", "slide", "Opening Results"),
        ("old.xls", "sheet", "Sheet 1 Rent | 450 Food | 200"),
        ("old.msg", "", "Keys They are under the mat."),
    ],
)
def test_other_office_files_are_read(name: str, unit: str, text: str) -> None:
    found = read(name, SAMPLES[name])
    assert (found.kind, found.unit, words(found)) == (name[-3:], unit, text)


def test_a_book_has_its_title_and_chapters() -> None:
    found = read("book.epub", SAMPLES["book.epub"])
    assert parts(found) == ["Ebb Low & calm", "Flood comes"]
    assert found.headings[0] == (0, 7, 0)


def test_a_mail_is_read_with_what_is_attached() -> None:
    found = read("trip.eml", SAMPLES["trip.eml"])
    assert words(found).startswith("Boat trip From: Ada <ada@example.org> To: bert@example.org")
    assert "We sail on Friday." in found.text
    assert "plan.pdf\n\nThe tide is early" in found.text


def test_attachments_of_attachments_are_read_to_a_depth() -> None:
    data = making.mail("innermost", "deepest words")
    for depth in range(6):
        data = making.mail(f"level {depth}", f"words {depth}", ("inner.eml", data))
    found = read("x.eml", data)
    assert "words 5" in found.text
    assert "words 2" in found.text
    assert "deepest" not in found.text


def test_every_mail_of_a_mailbox_is_a_part() -> None:
    found = read("all.mbox", SAMPLES["all.mbox"])
    assert found.unit == "message"
    assert [one.split()[0] for one in parts(found)] == ["One", "Two"]
    assert "Beta" in parts(found)[1]


def test_a_mail_needs_no_suffix() -> None:
    for name in ("1712345678.M1P2.host:2,S", "Inbox"):
        assert recognise(name, MAIL[:HEAD_BYTES]) == "mail"
    assert recognise("Inbox", SAMPLES["all.mbox"][:HEAD_BYTES]) == "mbox"
    assert recognise("notes", b"From: here on\nwe walk\n") is None


def test_headers_and_bodies_in_odd_codings_are_read() -> None:
    raw = b"Subject: =?utf-8?q?caf=C3=A9?= bill\nFrom: J\xc3\xb8rn <j@x>\n"
    raw += b"Content-Type: text/plain; charset=no-such\n\nna\xc3\xafve\n"
    assert words(read("x.eml", raw)) == "café bill From: Jørn <j@x> naïve"


def test_comments_on_a_page_belong_to_it() -> None:
    found = read("paper.pdf", making.pdf("First", "Second", comment="Ask Ada"))
    assert parts(found) == ["First Ask Ada", "Second Ask Ada"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_7z_archive_is_listed_from_its_header_packed_or_not(packed: bool) -> None:
    found = read("box.7z", making.sevenzip(*(f"{n}/café.txt" for n in range(40)), packed=packed))
    assert words(found).split().count("7/café.txt") == 1
    assert words(found).count("café.txt") == 40


@pytest.mark.parametrize("name", ["things.zip", "things.tar.gz", "box.7z", "box.rar"])
def test_archives_are_listed_and_not_unpacked(name: str) -> None:
    found = read(name, SAMPLES[name])
    assert found.text.startswith(name)
    assert ("photos/cat.jpg" if name.endswith("zip") else "a/b.txt") in found.text
    assert "hidden" not in found.text


def test_chats_are_read_message_by_message() -> None:
    lunch = read("2026-01-05.json", SAMPLES["2026-01-05.json"])
    assert parts(lunch)[0] == "ada, 2023-11-14 22:13: Lunch at noon?"
    bread = read("conversations.json", SAMPLES["conversations.json"])
    assert words(bread).startswith("Bread user, 2023-11-14 22:13: How long?")
    assert parts(bread)[1].endswith("An hour")
    assert (
        words(read("result.json", SAMPLES["result.json"]))
        == "Bert Bert, 2026-01-05 10:00: Hi there"
    )


def test_any_other_json_is_a_text() -> None:
    assert recognise("conversations.json", b'{"setting": 1}') is None
    assert recognise("data.json", SAMPLES["conversations.json"]) is None


def test_a_browser_history_is_read_page_by_page(tmp_path: Path) -> None:
    data = making.firefox_history(tmp_path, ("Tides", "https://tides.org/"), ("Maps", "https://m/"))
    found = read("places.sqlite", data)
    assert (
        parts(found)[0] == "Tides https://tides.org/ last visited 2023-11-14 22:13, 2 times in all"
    )
    assert recognise("other.sqlite", data[:HEAD_BYTES]) is None
    with pytest.raises(Unreadable, match="no history that can be read"):
        read("places.sqlite", data[: len(data) // 2] + bytes(len(data) // 2))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.pdf", making.pdf(""), r"no text in it \(a scan\?\)"),
        ("x.pdf", PNG + bytes(200), "damaged: PDFium cannot open it"),
        ("x.docx", SAMPLES["letter.docx"][:200], "damaged: no whole ZIP package"),
        ("x.odt", making.opendocument("", encrypted=True), "is encrypted"),
        ("x.docx", making.zipped({"a": b""}), "no office document"),
        (
            "x.epub",
            making.zipped({"META-INF/container.xml": "<a/>"}),
            "chapters is missing",
        ),
        ("x.xlsx", making.xlsx({"Empty": []}), "no text in it"),
        ("x.zip", making.zipped({}), "an empty archive"),
        ("x.doc", making.doc("secret", flags=0x100), "is encrypted"),
        ("x.docx", making.ole({"EncryptedPackage": b"x"}), "is encrypted"),
        ("x.doc", making.ole({"Contents": b"x"}), "OLE container of another program"),
        ("x.xls", b"\0" * 20, "damaged: cannot be read"),
        ("x.rtf", b"\0" * 20, "damaged: not an RTF document"),
        ("result.json", b'{"messages": [', "damaged: not valid JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # archives hold the time of day
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(name, data)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE])
def test_no_xml_entity_is_expanded(doctype: str) -> None:
    with pytest.raises(Unreadable, match="declares XML entities"):
        read("x.docx", making.docx("&a;", doctype=doctype))
    with pytest.raises(Unreadable, match="declares XML entities"):
        read("x.epub", making.epub("x", "</body></html>" + doctype + "&a;"))


def test_bombs_are_refused_while_they_unpack() -> None:
    with pytest.raises(Unreadable, match="unpacks to too much"):
        read("x.docx", making.docx("A " * (8 << 20)))
    nested = "<text:p>" * 600
    with pytest.raises(Unreadable, match="nested more than"):
        read("x.odt", making.opendocument(nested))


def test_no_control_character_leaves_an_extractor() -> None:
    builder = Builder("x")
    builder.add("bell\x07 esc\x1b[31m nul\0 del\x7f c1\x9b line\r\nend\ud800")
    assert builder.finish().text == "bell  esc [31m nul  del  c1  line\nend\n\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"starts": (5, 2)},
        {"headings": ((0, 99, 1),)},
        {"headings": ((0, 3, 9),)},
        {"names": ("one", "two", "three")},
        {"text": "esc\x1b[2J"},
    ],
)
def test_an_answer_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    fields = {"kind": "x", "text": "some text", "starts": (0, 4), "unit": "page"}
    with pytest.raises(ValueError, match=r"offsets|names|cannot be"):
        Extract(**{**fields, **changes}).document()


def mutated(data: bytes, random: Random) -> bytes:
    """Return bytes with something cut, changed, repeated or put in."""
    at = random.randrange(len(data) + 1)
    some = data[at : at + random.choice((1, 8, 100))]
    kinds: list[Callable[[], bytes]] = [
        lambda: data[:at],
        lambda: data[:at] + random.randbytes(len(some)) + data[at + len(some) :],
        lambda: data[:at] + some * 50 + data[at:],
        lambda: data[:at] + data[at + len(some) :],
    ]
    return random.choice(kinds)()


def read_or_refuse(name: str, data: bytes) -> None:
    kind = recognise(name, data[:HEAD_BYTES])
    if kind is not None:
        with suppress(Unreadable):
            extract(kind, io.BytesIO(data), name).document()


EVERYDAY, ALL = 8, 3000


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(range(EVERYDAY), id="everyday"),
        pytest.param(range(EVERYDAY, ALL), id="all", marks=pytest.mark.faults),
    ],
)
@pytest.mark.parametrize("name", SAMPLES)
def test_mutations_give_text_or_a_reason(name: str, rounds: range) -> None:
    for seed in rounds:
        random = Random(f"{name} {seed}")
        data = mutated(SAMPLES[name], random)
        for _ in range(seed % 4):
            data = mutated(data, random)
        read_or_refuse(name, data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*SAMPLES]), st.binary(max_size=2000))
def test_random_bytes_give_text_or_a_reason(name: str, data: bytes) -> None:
    read_or_refuse(name, SAMPLES[name][:12] + data)


@pytest.mark.parametrize("name", ["letter.docx", "costs.xlsx", "note.odt", "book.epub"])
def test_mutations_inside_a_package_give_text_or_a_reason(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name])) as package:
        members = {one: package.read(one) for one in package.namelist()}
    random = Random(zlib.crc32(name.encode()))
    for _ in range(40):
        victim = random.choice([*members])
        read_or_refuse(name, making.zipped({**members, victim: mutated(members[victim], random)}))
