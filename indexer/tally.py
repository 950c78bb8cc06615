"""What an index run has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    phase: str = "scanning"
    """`scanning`, `indexing`, `linking` or `done`; by itself, `relinking`."""
    files_total: int = 0
    """Files to read in this run."""
    bytes_total: int = 0
    files_done: int = 0
    bytes_done: int = 0
    indexed: int = 0
    moved: int = 0
    removed: int = 0
    skipped: int = 0
    failed: int = 0
    relinked: float = 0.0
    """Share of the chunks that were embedded to link all of them anew."""
    current: Path | None = None
    started: float = field(default_factory=monotonic)
    """On the monotonic clock."""
