"""The screen: shows and asks, never computes. Importing this package does not import Textual."""

from __future__ import annotations

from .backend import (
    OFF,
    Answer,
    Backend,
    Exchange,
    Preview,
    Progress,
    Sentence,
    Service,
    ServiceState,
)
from .opening import Opening, start
from .safe import safe_line, safe_text

__all__ = [
    "OFF",
    "Answer",
    "Backend",
    "Exchange",
    "Opening",
    "Preview",
    "Progress",
    "Sentence",
    "Service",
    "ServiceState",
    "run",
    "safe_line",
    "safe_text",
    "start",
]


def run(backend: Backend) -> int:
    """Open the terminal app and return its exit code when the user leaves."""
    from .app import ThimbleApp  # Textual takes 150 ms to import; only this needs it

    return ThimbleApp(backend).run() or 0
