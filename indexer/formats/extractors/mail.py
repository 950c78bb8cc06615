"""A mail (EML, EMLX, a file of a Maildir) with what is attached to it.

Subject, sender, recipients and date are text too. Of a body in several forms the plain one is
read, else the HTML. Attachments go through the readers again; what is signed or encrypted is read
as far as it is readable.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from typing import BinaryIO, TypeAlias

from ..document import Unreadable
from ..encoding import decode
from ..extract import Builder, Extract
from ..readers import unix_lines
from .hypertext import add_html
from .nesting import Nested

Mail: TypeAlias = "Message[str, str]"

_MOST_DEPTH = 20
"""Of multipart in multipart, and of mails in mails."""
_HEADERS = ("From", "To", "Cc", "Date")
_MOST_HEADER_CHARS = 2_000
_SEPARATOR = re.compile(rb"From \S+ .*\d\d:\d\d")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_EMLX_COUNT = re.compile(rb"\s*(\d{1,9})\s*\n")


def extract(file: BinaryIO, name: str, nested: Nested) -> Extract:
    """Extract one mail. `name` is not needed."""
    del name
    data = file.read()
    if count := _EMLX_COUNT.match(data):
        data = data[count.end() :][: int(count[1])]
    builder = Builder("mail")
    add_mail(builder, data, nested, level=1)
    return builder.finish()


def add_mail(builder: Builder, data: bytes, nested: Nested, level: int) -> None:
    """Add a mail; its subject is a heading of this level."""
    try:
        message = message_from_bytes(data)
        _add_message(builder, message, nested, level, 0)
    except (RecursionError, MessageError) as error:
        raise Unreadable("its parts are nested too deeply", failed=True) from error


def _add_message(builder: Builder, message: Mail, nested: Nested, level: int, depth: int) -> None:
    builder.add_heading(_header(message, "Subject"), level)
    lines = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    builder.add("\n".join(lines))
    _add_part(builder, message, nested, level, depth)


def _add_part(builder: Builder, part: Mail, nested: Nested, level: int, depth: int) -> None:
    """Add a body, an attachment, or the parts of several."""
    if depth > _MOST_DEPTH:
        raise Unreadable(f"its parts are nested more than {_MOST_DEPTH} deep", failed=True)
    kind = part.get_content_type()
    if part.is_multipart():
        for inner in _chosen(part):
            if kind == "message/rfc822":
                _add_message(builder, inner, nested, level + 1, depth + 1)
            else:
                _add_part(builder, inner, nested, level, depth + 1)
        return
    name = _decoded(part.get_filename() or "")
    if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        text = _text(part)
        if kind == "text/html":
            add_html(builder, text, level)
        else:
            builder.add(unix_lines(text))
    elif name:
        builder.add_heading(name, level + 1)
        nested(builder, _payload(part), name)


def _chosen(part: Mail) -> list[Mail]:
    """Return the parts to read: of alternatives the plain text, unless it is empty."""
    parts = [inner for inner in part.get_payload() if isinstance(inner, Message)]
    if part.get_content_type() != "multipart/alternative":
        return parts
    plain = [one for one in parts if one.get_content_type() == "text/plain" and _text(one).strip()]
    return plain[:1] or parts[-1:]


def _payload(part: Mail) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Mail) -> str:
    raw = _payload(part)
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        pass
    try:
        return decode(raw).text
    except Unreadable:
        return raw.decode("latin-1")


def _header(message: Mail, name: str) -> str:
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            raw = value.encode("utf-8", "surrogateescape")  # bytes that are no ASCII, as they came
            return _decoded(_readable(raw, "utf-8"))
    return ""


def _decoded(value: str) -> str:
    """Decode the words of a header that are coded, as in `=?utf-8?q?caf=C3=A9?=`."""
    value = value[:_MOST_HEADER_CHARS]
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        _readable(word, charset) if isinstance(word, bytes) else word for word, charset in parts
    )


def _readable(word: bytes, charset: str | None) -> str:
    try:
        return word.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return word.decode("latin-1")
