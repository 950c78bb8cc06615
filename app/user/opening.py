"""How a document is opened: a text in the editor, anything else in a viewer."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from threading import Thread

from indexer import is_text
from store import Opening

from .editor import editor_command
from .paths import Given
from .settings import Settings
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


def start(opening: Opening) -> None:
    """Start the program; wait for it if it takes the terminal. Raises OSError if there is none."""
    if opening.takes_terminal:
        subprocess.run(opening.command, check=False)
        return
    nothing = subprocess.DEVNULL
    window = subprocess.Popen(
        opening.command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    Thread(target=window.wait, daemon=True).start()  # it may stay open after we have ended
