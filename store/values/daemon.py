"""What the daemon does now, for front ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .progress import Progress


class DaemonActivity(StrEnum):
    """What the daemon does."""

    OFF = "off"
    RUNNING = "running"
    PAUSED = "paused"
    LOST = "lost"
    """It was there and died."""


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """Whether a daemon runs, and what it does."""

    activity: DaemonActivity
    reason: str = ""
    """Why it is paused: `on battery`, `asked to`, …; empty otherwise."""
    pending: int = 0
    """Files waiting to be indexed."""


NO_DAEMON = DaemonStatus(DaemonActivity.OFF)


@dataclass(frozen=True, slots=True)
class DaemonReport:
    """What the daemon says about itself."""

    pid: int
    version: str
    uptime_s: float
    status: DaemonStatus
    progress: Progress | None = None
    """Of the run that is going on."""
    problem: str = ""
    """Why the last run failed, in a sentence; it is tried again."""
    polled: dict[str, str] = field(default_factory=dict)
    """Folders that cannot be watched, and why; they are looked at every minute."""
    clients: int = 0
    memory_bytes: int = 0
