"""The program: commands, settings, wiring."""

from __future__ import annotations

__version__ = "0.1.0"
