"""Words in the names of files: they count as words of each chunk.

A file's name, the folders that it lies in below the one that was added, and its kind tell what it
is about: `taxes/2025/invoice-acme.pdf`, or Python, which a question about code names and code does
not. Nothing is kept of these words. All names are looked through when a word is asked for, so a
file that was renamed is found by its new name at once.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass

import apsw
import numpy as np

from ..coding.arrays import Ids
from . import analysis

_NO_WORD = "text"
"""The kind of what is just text says nothing about it."""
_WORD = re.compile(f"{analysis.WORD}|/")
_FILES = """
SELECT group_concat(first_chunk), group_concat(chunks), group_concat(directory),
       group_concat(format), group_concat(hex(name), '2F')
FROM (SELECT * FROM file ORDER BY first_chunk)
"""
"""All files in one row, in a quarter of the time that a row each takes; `2F` is a slash."""


@dataclass(frozen=True)
class FileNames:
    """What all indexed files are called.

    A file's name, each folder and each kind is a part; a file has one of each.
    """

    words: tuple[str, ...]
    """The distinct words of all parts, and the slash between these."""
    folded: tuple[str, ...]
    """The same without case and accents."""
    word_of: Ids
    """Indexes of the words, part after part."""
    part_of: Ids
    """The part that each of these is in."""
    parts_of: Ids
    """The three parts of each file, shape (3, files)."""
    first_chunks: Ids
    """Of the files, ascending."""
    chunks: Ids
    """How many each has."""

    @classmethod
    def load(cls, connection: apsw.Connection) -> FileNames:
        """Read the names of all indexed files."""
        folders = dict(connection.execute("SELECT id, path FROM directory ORDER BY id"))
        kinds = dict(connection.execute("SELECT id, kind FROM format ORDER BY id"))
        *numbers, names = connection.execute(_FILES).get
        first_chunks, chunks, folder, kind = map(_numbers, numbers)
        parts = [
            *(os.fsdecode(path).replace("/", " ") for path in folders.values()),
            *("" if kind == _NO_WORD else kind for kind in kinds.values()),
            os.fsdecode(bytes.fromhex(names or "")),
        ]
        place_of = {"/": 0}
        text = unicodedata.normalize("NFC", "/".join(parts))
        found = [place_of.setdefault(word, len(place_of)) for word in _WORD.findall(text)]
        places = np.array(found, dtype=np.int64)
        return cls(
            tuple(place_of),
            tuple(map(analysis.fold, place_of)),
            places,
            np.cumsum(places == 0),
            np.stack(
                [
                    np.searchsorted(list(folders), folder),
                    np.searchsorted(list(kinds), kind) + len(folders),
                    np.arange(first_chunks.size) + len(folders) + len(kinds),
                ]
            ),
            first_chunks,
            chunks,
        )

    def of(self, chunk: int) -> str:
        """Return the words of the name of the file that a live chunk belongs to."""
        file = int(np.searchsorted(self.first_chunks, chunk, side="right")) - 1
        parts = self.parts_of[:, file]
        starts, ends = (np.searchsorted(self.part_of, parts, side) for side in ("left", "right"))
        found = [self.word_of[start:end] for start, end in zip(starts, ends, strict=True)]
        return " ".join(self.words[place] for place in np.concatenate(found).tolist() if place)

    def chunks_with(self, key: int, stem: str) -> Ids:
        """Return the chunks of the files whose names hold a term, ascending.

        `stem` is what all words with that key contain, without case and accents.
        """
        words = [
            place
            for place, folded in enumerate(self.folded)
            if stem in folded and key in analysis.word_keys(self.words[place])
        ]
        parts = np.unique(self.part_of[np.isin(self.word_of, words)])
        files = np.isin(self.parts_of, parts).any(axis=0)
        firsts, counts = self.first_chunks[files], self.chunks[files]
        before = np.cumsum(counts) - counts
        chunks: Ids = np.arange(counts.sum()) + np.repeat(firsts - before, counts)
        return chunks


def _numbers(joined: str | None) -> Ids:
    return np.fromstring(joined or "", dtype=np.int64, sep=",")
