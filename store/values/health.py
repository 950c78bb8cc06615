"""Damage of the index, and its repair."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class IndexPart(StrEnum):
    """A part of the index that can be checked and repaired by itself."""

    DATABASE = "database"
    CATALOGUE = "catalogue"
    CODES = "codes"
    HUBS = "hubs"
    GRAPH = "graph"
    POSTINGS = "postings"
    CACHE = "cache"
    EXTRACTED = "extracted text"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is damaged."""

    part: IndexPart
    what: str
    """A sentence for people, without a full stop."""
    chunks: tuple[int, int] = (0, 0)
    """From this chunk id to before that one, files are to be indexed again."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did; the next index run does the rest."""

    forgotten: int
    """Files that are to be indexed again."""
    moved_to: Path | None = None
    """Where the old database lies, if a new one had to be started."""
