"""The screen: shows and asks, never computes. Importing this package does not import Textual."""

from __future__ import annotations

from .backend import Backend

__all__ = ["Backend", "run"]


def run(backend: Backend) -> int:
    """Open the terminal app and return its exit code when the user leaves."""
    from .app import ThimbleApp  # Textual takes 150 ms to import; only this needs it

    return ThimbleApp(backend).run() or 0
