"""How far an index run has come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AwayFolder:
    """A folder, or one inside, that a run could not look into; what is indexed of it stays."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index run has come; each one reported replaces the one before."""

    phase: str = "scanning"
    """`scanning`, `indexing`, `linking` or `done`; `relinking` comes by itself."""
    files_done: int = 0
    files_total: int = 0
    """Files to read in this run, as far as known."""
    bytes_done: int = 0
    bytes_total: int = 0
    skipped: int = 0
    failed: int = 0
    elapsed_s: float = 0.0
    current: Path | None = None
    indexed: int = 0
    """Files whose chunks were made in this run."""
    moved: int = 0
    """Files found again at another place or under another date; nothing was embedded."""
    removed: int = 0
    away: tuple[AwayFolder, ...] = ()
    relinked: float = 0.0
    """How far relinking has come, from 0 to 1."""

    @property
    def remaining_s(self) -> float | None:
        """Estimated seconds to go, None while unknown."""
        if not self.bytes_done or self.elapsed_s < 0.5:
            return None
        return self.elapsed_s * (self.bytes_total - self.bytes_done) / self.bytes_done
