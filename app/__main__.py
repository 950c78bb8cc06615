"""Run the command line with `python -m app`."""

from __future__ import annotations

from .cli import entry

entry()
