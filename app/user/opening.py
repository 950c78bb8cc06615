"""How a document is opened: a text in the editor, anything else in a viewer."""

from __future__ import annotations

from collections.abc import Mapping

from indexer import is_text
from tui import Opening

from ..paths import Given
from ..settings import Settings
from .editor import editor_command
from .viewer import viewer_command

_PAGE = "page="


def opening_of(given: Given, settings: Settings, environ: Mapping[str, str]) -> Opening:
    """Return how to open a document at a place. Raises OSError if that cannot be."""
    path, part = given.path, given.part
    if is_text(path):
        command = editor_command(path, given.line or 1, editor=settings.editor, environ=environ)
        return Opening(tuple(command), takes_terminal=True)
    number = part.removeprefix(_PAGE)
    page = int(number) if part.startswith(_PAGE) and number.isdecimal() else 1
    command = viewer_command(path, page, viewer=settings.viewer, environ=environ)
    return Opening(tuple(command), takes_terminal=False)
