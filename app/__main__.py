"""Run the command line with `python -m app`."""

from __future__ import annotations

from .cli.main import entry

entry()
