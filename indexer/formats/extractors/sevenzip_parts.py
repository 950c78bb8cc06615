"""What the header of a 7z archive says of the data packed in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coder:
    """A step of packing."""

    method: bytes
    properties: bytes


@dataclass(slots=True)
class Folder:
    """How some data was packed, as far as the header has told."""

    coders: tuple[Coder, ...]
    outputs: int
    sizes: tuple[int, ...] = ()
    """Of what each step unpacks to."""
    has_checksum: bool = False


@dataclass(frozen=True, slots=True)
class Streams:
    """Where packed data lies, counted from the end of the file's start, and how it was packed."""

    at: int
    sizes: tuple[int, ...]
    folders: tuple[Folder, ...]
