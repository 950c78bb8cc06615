"""Small documents of many formats, made by hand."""

from __future__ import annotations

import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from xml.sax.saxutils import escape

import apsw

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def pdf(*pages: str, comment: str = "") -> bytes:
    """Return a PDF with a line of text on each page, and a comment on all of them."""
    note = f"<< /Type /Annot /Subtype /Text /Rect [9 9 99 99] /Contents ({comment}) >>"
    kids = " ".join(f"{10 + 2 * at} 0 R" for at in range(len(pages)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for at, text in enumerate(pages):
        content = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode() if text else b""
        objects[10 + 2 * at] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {11 + 2 * at} 0 R "
            f"/Annots [{note if comment else ''}] /Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[11 + 2 * at] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = {}
    for number in sorted(objects):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1))
    for number in range(1, max(objects) + 1):
        used = (
            b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00001 f \n"
        )
        out.write(used)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (max(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def relations(*targets: str) -> str:
    """Return relations r1, r2, … to these targets."""
    inside = "".join(
        f'<Relationship Id="r{number}" Type="t" Target="{target}"/>'
        for number, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELS}">{inside}</Relationships>'


def docx(
    *paragraphs: str, heading: str = "", table: tuple[str, ...] = (), doctype: str = ""
) -> bytes:
    """Return a Word document."""
    body = (
        f'<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>{heading}</w:t></w:r></w:p>'
    )
    body += "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    if table:
        cells = "".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in table)
        body += f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    style = '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    return zipped(
        {
            "word/document.xml": f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{_W}">'
            f"<w:body>{body}</w:body></w:document>",
            "word/styles.xml": f'<w:styles xmlns:w="{_W}">{style}</w:styles>',
        }
    )


def pptx(*slides: tuple[str, str], notes: str = "") -> bytes:
    """Return a presentation of (title, text) slides; the notes are of the last."""

    def part(tag: str, shapes: str) -> str:
        return f'<p:{tag} xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}">{shapes}</p:{tag}>'

    def shape(text: str, kind: str = "body") -> str:
        place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>'
        return f"<p:sp>{place}<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>"

    ids = "".join(f'<p:sldId id="{at}" r:id="r{at}"/>' for at in range(1, len(slides) + 1))
    members = {
        "ppt/presentation.xml": part("presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": relations(
            *(f"slides/slide{at}.xml" for at in range(1, len(slides) + 1))
        ),
        "ppt/notesSlides/notesSlide1.xml": part("notes", shape(notes)),
        f"ppt/slides/_rels/slide{len(slides)}.xml.rels": relations(
            "../notesSlides/notesSlide1.xml"
        ),
    }
    for at, (title, text) in enumerate(slides, 1):
        members[f"ppt/slides/slide{at}.xml"] = part("sld", shape(title, "title") + shape(text))
    return zipped(members)


def xlsx(sheets: dict[str, list[list[str | float]]]) -> bytes:
    """Return a workbook; numbers are shown as dates."""
    names = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(sheets, 1)
    )
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{_S}" xmlns:r="{_R}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *(f"worksheets/sheet{at}.xml" for at in range(1, len(sheets) + 1))
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_S}"><cellXfs><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
    }
    strings: list[str] = []
    for at, rows in enumerate(sheets.values(), 1):
        shown = ""
        for row in rows:
            shown += "<row>"
            for cell in row:
                if isinstance(cell, str):
                    shown += f'<c t="s"><v>{len(strings)}</v></c>'
                    strings.append(f"<si><t>{escape(cell)}</t></si>")
                else:
                    shown += f'<c s="0"><v>{cell}</v></c>'
            shown += "</row>"
        sheet = f'<worksheet xmlns="{_S}"><sheetData>{shown}</sheetData></worksheet>'
        members[f"xl/worksheets/sheet{at}.xml"] = sheet
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{_S}">{"".join(strings)}</sst>'
    return zipped(members)


def opendocument(body: str, *, encrypted: bool = False) -> bytes:
    """Return an OpenDocument file; `body` may use the prefixes text, table and draw."""
    prefixes = "".join(f' xmlns:{one}="{_ODF}:{one}:1.0"' for one in ("text", "table", "draw"))
    key = "<encryption-data/>" if encrypted else ""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": f"<manifest>{key}</manifest>",
            "content.xml": f"<content{prefixes}>{body}</content>",
        }
    )


def epub(title: str, *chapters: str) -> bytes:
    """Return a book whose chapters are HTML bodies."""
    items = "".join(
        f'<item id="c{at}" href="text/c{at}.xhtml" media-type="application/xhtml+xml"/>'
        for at in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(len(chapters)))
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container><rootfiles>"
        '<rootfile full-path="book/content.opf"/></rootfiles></container>',
        "book/content.opf": f"<package><metadata><title>{title}</title></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for at, chapter in enumerate(chapters):
        members[f"book/text/c{at}.xhtml"] = f"<html><body>{chapter}</body></html>"
    return zipped(members)


def mail(subject: str, text: str, attached: tuple[str, bytes] | None = None) -> bytes:
    """Return a mail, with a file attached."""
    message = EmailMessage()
    message["From"] = "Ada <ada@example.org>"
    message["To"] = "bert@example.org"
    message["Subject"] = subject
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    message.set_content(text)
    if attached:
        name, data = attached
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mbox(*mails: bytes) -> bytes:
    """Return a mailbox."""
    return b"".join(b"From ada@example.org Mon Jan  5 10:00:00 2026\n" + m + b"\n\n" for m in mails)


def tar(*names: str, packed: bool = False) -> bytes:
    """Return an archive of empty files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return out.getvalue()


def sevenzip(*names: str, packed: bool = True) -> bytes:
    """Return a 7z archive of empty files; 7-Zip packs the header, as here."""
    every = (1 << len(names)) - 1 << -len(names) % 8
    bits = every.to_bytes((len(names) + 7) // 8, "big")
    listed = b"\0" + "".join(f"{name}\0" for name in names).encode("utf-16-le")
    parts = (b"\x0e", bits), (b"\x0f", bits), (b"\x11", listed)
    files = b"".join(mark + _7z_number(len(part)) + part for mark, part in parts)
    header = b"\x01\x05" + _7z_number(len(names)) + files + b"\0\0"
    data = b""
    if packed:
        lzma1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}
        data = lzma.compress(header, lzma.FORMAT_RAW, filters=[lzma1])
        coder = b"\x01\x23\x03\x01\x01\x05" + struct.pack("<BI", 93, 1 << 16)
        header = (
            b"\x17\x06\0\x01\x09" + _7z_number(len(data)) + b"\0"
            b"\x07\x0b\x01\0" + coder + b"\x0c" + _7z_number(len(header)) + b"\0\0"
        )
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    signature = b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start))
    return signature + start + data + header


def _7z_number(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([0x80 | number >> 8, number & 0xFF])


def rar(*names: str) -> bytes:
    """Return a RAR archive (format 4) of empty files."""
    files = b"".join(
        _rar_block(
            0x74,
            struct.pack("<IIBIIBBHI", 0, 0, 3, 0, 0x21, 20, 0x30, len(name), 0o100644)
            + name.encode(),
        )
        for name in names
    )
    return b"Rar!\x1a\x07\0" + _rar_block(0x73, bytes(6)) + files + _rar_block(0x7B, b"")


def _rar_block(kind: int, fields: bytes) -> bytes:
    checked = struct.pack("<BHH", kind, 0x8000 if kind == 0x74 else 0, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(checked) & 0xFFFF) + checked


def slack(*messages: tuple[str, str]) -> bytes:
    """Return a day of a Slack channel from (author, text) pairs."""
    rows = [
        {"type": "message", "ts": f"{1_700_000_000 + at}.5", "user": author, "text": text}
        for at, (author, text) in enumerate(messages)
    ]
    return json.dumps(rows).encode()


def chatgpt(title: str, *messages: tuple[str, str]) -> bytes:
    """Return an export of one conversation of (role, text) messages."""
    mapping = {
        f"n{at}": {
            "message": {
                "author": {"role": role},
                "create_time": 1_700_000_000 + at,
                "content": {"parts": [text]},
            }
        }
        for at, (role, text) in enumerate(messages)
    }
    return json.dumps([{"title": title, "mapping": mapping}]).encode()


def firefox_history(folder: Path, *pages: tuple[str, str]) -> bytes:
    """Return a history of (title, address) pages, as Firefox keeps it."""
    path = folder / "made.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute(
        "CREATE TABLE moz_places (title TEXT, url TEXT, last_visit_date INT, visit_count INT)"
    )
    for at, (title, address) in enumerate(pages):
        row = (title, address, 1_700_000_000_000_000 - at, 2)
        connection.execute("INSERT INTO moz_places VALUES (?, ?, ?, ?)", row)
    connection.close()
    data = path.read_bytes()
    path.unlink()
    return data


def ole(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE container of some streams; each is filled up to 4,096 bytes."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    data = {name: content + bytes(-len(content) % 4096) for name, content in streams.items()}
    entries = -(-(len(data) + 1) // 4)
    fat = [0xFFFFFFFD, *range(2, entries + 1), end]
    directory = _ole_entry("Root Entry", 5, 1, end, 0)
    for at, (name, content) in enumerate(data.items(), 1):
        following = at + 1 if at < len(data) else free
        directory += _ole_entry(name, 2, free, len(fat), len(content), following)
        sectors = len(content) // 512
        fat += [*range(len(fat) + 1, len(fat) + sectors), end]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    head += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat)
    return (
        head
        + table.ljust(512, b"\xff")
        + directory.ljust(entries * 512, b"\0")
        + b"".join(data.values())
    )


def _ole_entry(
    name: str, kind: int, child: int, start: int, size: int, following: int = 0xFFFFFFFF
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack(
        "<HBBIII36xIQ", len(raw), kind, 1, 0xFFFFFFFF, following, child, start, size
    )
    return raw.ljust(64, b"\0") + links


def doc(*paragraphs: str, flags: int = 0) -> bytes:
    """Return a document of Word 97."""
    text = "".join(f"{one}\r" for one in paragraphs).encode("cp1252")
    stream = struct.pack("<6H", 0xA5EC, 0, 0, 0, 0, flags).ljust(1024, b"\0") + text
    plan = struct.pack("<IIHIH", 0, len(text), 0, 2 * 1024 | 1 << 30, 0)
    clx = b"\x02" + struct.pack("<I", len(plan)) + plan
    stream = stream[:0x1A2] + struct.pack("<II", 0, len(clx)) + stream[0x1AA:]
    return ole({"WordDocument": stream, "0Table": clx})


def ppt(*slides: str) -> bytes:
    """Return a presentation of PowerPoint 97."""

    def record(kind: int, content: bytes, version: int = 0) -> bytes:
        return struct.pack("<HHI", version, kind, len(content)) + content

    texts = b"".join(
        record(0x03F3, bytes(20)) + record(0x0FA0, text.encode("utf-16-le")) for text in slides
    )
    outline = record(0x0FF0, texts, version=0xF)
    return ole({"PowerPoint Document": record(0x03E8, outline, version=0xF)})


def xls(*rows: tuple[str, ...]) -> bytes:
    """Return a sheet of Excel 2."""
    out = struct.pack("<HHHH", 0x0009, 4, 2, 0x10)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            raw = struct.pack("<HH3xB", number, column, len(cell)) + cell.encode()
            out += struct.pack("<HH", 0x0004, len(raw)) + raw
    return out + struct.pack("<HH", 0x000A, 0)


def msg(subject: str, text: str) -> bytes:
    """Return a message of Outlook."""
    return ole(
        {
            "__properties_version1.0": bytes(32),
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_1000001F": text.encode("utf-16-le"),
        }
    )
