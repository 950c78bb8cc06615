"""Programs of the user's that show a document."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread


@dataclass(frozen=True, slots=True)
class Opening:
    """How a document is opened."""

    command: tuple[str, ...]
    takes_terminal: bool
    """True for an editor, which may need the terminal; False for what opens a window."""


def start(opening: Opening) -> None:
    """Start the program; wait for it if it takes the terminal. Raises OSError if there is none."""
    import subprocess  # commands that print need not load it

    if opening.takes_terminal:
        subprocess.run(opening.command, check=False)
        return
    nothing = subprocess.DEVNULL
    window = subprocess.Popen(
        opening.command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    Thread(target=window.wait, daemon=True).start()  # it may stay open after we have ended
