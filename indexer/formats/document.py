"""The values between reading and chunking: a document and its blocks, in characters of its text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from store import Heading, Span


class Unreadable(Exception):
    """This file cannot be indexed; the reason is one line for people. The run goes on."""

    def __init__(self, reason: str, *, failed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failed = failed
        """True when something is wrong with the file; False when it is not one we read."""


class UnreadableHere(Unreadable):
    """Nothing is wrong with the file, but with where the program runs; every run tries again."""


class BlockKind(StrEnum):
    """What a block is, as far as cutting needs to know."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CODE = "code"
    """A fenced block, a function, a table: kept whole if it fits into one chunk."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that is better not cut. Offsets are characters of the source text."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    """Of a heading: 1 to 6."""


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded source file. `text` encodes back to exactly the file's bytes (after its BOM)."""

    kind: str
    encoding: str
    """Codec name; with `bom_length` and surrogateescape it maps `text` to bytes and back."""
    bom_length: int
    text: str
    blocks: tuple[Block, ...]
    """Ascending, not overlapping; characters outside every block are not indexed."""
    headings: tuple[tuple[int, int, int], ...]
    """(start, end, level) of heading texts without their markup; level 0 is the title."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of a document, in bytes of the source file."""

    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]
    texts: tuple[str, ...]
    """Plain text of each chunk with its title and heading path: what is embedded and indexed."""
