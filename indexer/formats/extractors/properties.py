"""The title that an Office Open XML package states about itself."""

from __future__ import annotations

from ..extract import Builder
from .package import Attributes, Handler, Package

_PLACEHOLDERS = ("powerpoint presentation", "pptx presentation", "untitled", "microsoft word")


def add_title(package: Package, builder: Builder) -> None:
    """Let the text begin with the title, unless a program made it up."""
    stated = Title()
    package.parse("docProps/core.xml", stated)
    title = stated.title.strip()
    if not title.lower().startswith(_PLACEHOLDERS):
        builder.add_title(title)


class Title(Handler):
    """Collects the title among the properties of a document."""

    def __init__(self) -> None:
        self.title = ""
        self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Notice whether what follows is the title."""
        del attributes
        self._inside = name == "title"

    def end(self, name: str) -> None:
        """Notice that the title is over."""
        del name
        self._inside = False

    def text(self, data: str) -> None:
        """Take a part of the title."""
        if self._inside:
            self.title += data
