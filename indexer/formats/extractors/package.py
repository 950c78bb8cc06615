"""ZIP packages of XML, as office files and e-books are: read in place, never unpacked to disk.

What a package may unpack to is limited, in all and against its packed size. XML is parsed as a
stream by expat; a document that declares entities is refused, so none is ever expanded and
nothing outside the package is looked at.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from typing import BinaryIO
from xml.parsers import expat

from ..document import Unreadable

_MOST_MEMBERS = 20_000
_MOST_BYTES = 256 * 2**20
_MOST_RATIO = 300
_SMALL_BYTES = 8 * 2**20
"""Up to this size a member may be packed as tightly as it likes."""
_MOST_DEPTH = 500
_PIECE_BYTES = 64 * 1024
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, struct.error, EOFError, OSError, ValueError),
    *(RuntimeError, NotImplementedError, OverflowError),
)
"""What unpacking damaged data may fail with."""

Attributes = dict[str, str]


class Handler:
    """What is done with the events of a parse; names come without their namespace."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins; `attributes` have their namespace (see `attribute`)."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Some text between tags."""


class Package:
    """An open package. Methods raise Unreadable."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise Unreadable(f"damaged: no whole ZIP package ({error})", failed=True) from error
        self.names = frozenset(self._zip.namelist())
        if len(self.names) > _MOST_MEMBERS:
            raise Unreadable(f"has more than {_MOST_MEMBERS:,} members", failed=True)
        self._unpacked = 0

    def read(self, name: str) -> bytes:
        """Return a whole member."""
        return b"".join(self._pieces(name))

    def parse(self, name: str, handler: Handler) -> None:
        """Parse a member as XML; one that is not there has no events."""
        if name in self.names:
            parse_xml(self._pieces(name), handler, name)

    def relations(self, part: str) -> dict[str, str]:
        """Return relation id → member, of a part of an Office Open XML package."""
        folder, base = posixpath.split(part)
        relations = _Relations(folder)
        self.parse(f"{folder}/_rels/{base}.rels", relations)
        return relations.targets

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 1:
                raise Unreadable("is encrypted (a password is needed)")
            with self._zip.open(info) as member:
                size = 0
                while piece := member.read(_PIECE_BYTES):
                    size += len(piece)
                    self._account(len(piece), size, info.compress_size)
                    yield piece
        except KeyError:
            raise Unreadable(f"damaged: {name} is missing", failed=True) from None
        except _BROKEN as error:
            raise Unreadable(
                f"damaged: {name} cannot be unpacked ({error})", failed=True
            ) from error

    def _account(self, more: int, size: int, packed: int) -> None:
        self._unpacked += more
        is_bomb = size > _SMALL_BYTES and size > _MOST_RATIO * max(packed, 1)
        if is_bomb or self._unpacked > _MOST_BYTES:
            raise Unreadable("unpacks to too much (a decompression bomb?)", failed=True)


def parse_xml(pieces: Iterator[bytes], handler: Handler, name: str) -> None:
    """Parse XML that comes in pieces. Raises Unreadable, naming the file `name`."""
    depth = 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise Unreadable(f"its XML is nested more than {_MOST_DEPTH} deep", failed=True)
        handler.start(tag.rpartition(" ")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(tag.rpartition(" ")[2])

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = _refuse_entity
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(f"damaged: {name} is not valid XML ({error})", failed=True) from error


def attribute(attributes: Attributes, name: str, default: str = "") -> str:
    """Return an attribute by its name without the namespace."""
    if name in attributes:
        return attributes[name]
    return next((v for k, v in attributes.items() if k.rpartition(" ")[2] == name), default)


def _refuse_entity(*_: object) -> None:
    raise Unreadable("declares XML entities, which are never expanded", failed=True)


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attribute(attributes, "TargetMode") != "External":
            target = attribute(attributes, "Target")
            path = posixpath.normpath(posixpath.join("/", self._folder, target)).lstrip("/")
            self.targets[attribute(attributes, "Id")] = path
