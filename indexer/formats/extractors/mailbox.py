"""Mailboxes (MBOX): many mails in one file, each a part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from .mail import add_mail
from .nesting import Nested

_MOST_MESSAGE_BYTES = 128 * 2**20
_SEPARATOR = re.compile(rb"From \S+ .*\d\d:\d\d")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")


def extract(file: BinaryIO, name: str, nested: Nested) -> Extract:
    """Extract a mailbox, one mail after the other. `name` is not needed."""
    del name
    builder = Builder("mbox", "message")
    for data in _messages(file):
        builder.begin_part()
        add_mail(builder, data, nested, level=2)
    return builder.finish()


def _messages(file: BinaryIO) -> Iterator[bytes]:
    """Yield the mails of a mailbox; a line `From …` after a blank line begins the next."""
    lines: list[bytes] = []
    size, was_blank = 0, True
    for line in file:
        if was_blank and _SEPARATOR.match(line):
            if lines:
                yield _ESCAPED.sub(rb"\1", b"".join(lines))
            lines, size = [], 0
        else:
            lines.append(line)
            size += len(line)
            if size > _MOST_MESSAGE_BYTES:
                raise Unreadable("one of its mails is too large", failed=True)
        was_blank = line in (b"\n", b"\r\n")
    if lines:
        yield _ESCAPED.sub(rb"\1", b"".join(lines))
