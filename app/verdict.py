"""The answer to why a file is indexed or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a file is or is not indexed."""

    path: Path
    indexed: bool
    reason: str
    """One sentence for people, naming the rule, setting or error that decided."""
    chunks: int = 0
