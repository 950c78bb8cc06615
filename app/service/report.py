"""What the daemon says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui import Progress, Service


@dataclass(frozen=True, slots=True)
class Report:
    """The state of the daemon."""

    pid: int
    version: str
    uptime_s: float
    service: Service
    progress: Progress | None = None
    """Of the run that is going on."""
    problem: str = ""
    """Why the last run failed, in a sentence; it is tried again."""
    polled: dict[str, str] = field(default_factory=dict)
    """Folders that cannot be watched, and why; they are looked at every minute."""
    clients: int = 0
    memory_bytes: int = 0
