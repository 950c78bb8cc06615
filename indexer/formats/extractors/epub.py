"""EPUB: the chapters in reading order, each laid out as HTML.

Books with rights management are not read.
"""

from __future__ import annotations

import posixpath
from typing import BinaryIO
from urllib.parse import unquote

from ..document import Unreadable
from ..encoding import decode
from ..extract import Builder, Extract
from .hypertext import add_html
from .package import Attributes, Handler, Package, attribute

_CONTAINER = "META-INF/container.xml"
_RIGHTS = frozenset(("META-INF/rights.xml", "META-INF/sinf.xml"))


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract an e-book. `name` is not needed."""
    del name
    package = Package(file)
    if _CONTAINER not in package.names:
        raise Unreadable("damaged: no book in it", failed=True)
    if _RIGHTS & package.names:
        raise Unreadable("is encrypted (rights management)")
    container = _Container()
    package.parse(_CONTAINER, container)
    if container.path not in package.names:
        raise Unreadable("damaged: its list of chapters is missing", failed=True)
    book = _Book()
    package.parse(container.path, book)
    builder = Builder("epub", "chapter")
    builder.add_title(book.title)
    folder = posixpath.dirname(container.path)
    for chapter in book.chapters:
        path = posixpath.normpath(posixpath.join(folder, unquote(chapter)))
        if path in package.names:
            builder.begin_part()
            add_html(builder, decode(package.read(path)).text)
    return builder.finish()


class _Container(Handler):
    def __init__(self) -> None:
        self.path = ""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "rootfile" and not self.path:
            self.path = attribute(attributes, "full-path")


class _Book(Handler):
    """The title, and the members that are chapters, in order."""

    def __init__(self) -> None:
        self.title = ""
        self.chapters: list[str] = []
        self._items: dict[str, str] = {}
        self._in_title = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._in_title = name == "title" and not self.title
        if name == "item" and "html" in attribute(attributes, "media-type"):
            self._items[attribute(attributes, "id")] = attribute(attributes, "href")
        elif name == "itemref":
            chapter = self._items.get(attribute(attributes, "idref"))
            self.chapters += [chapter] if chapter else []

    def end(self, name: str) -> None:
        del name
        self._in_title = False

    def text(self, data: str) -> None:
        if self._in_title:
            self.title += data
