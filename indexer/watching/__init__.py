"""Watching: hints that something changed. What did, the scan finds out."""

from __future__ import annotations

from .agenda import Agenda
from .watcher import RECONCILE_S, Watcher

__all__ = ["RECONCILE_S", "Agenda", "Watcher"]
