"""What must occur to the letter: phrases and regular expressions, found in the source files.

The postings say which files cannot hold a phrase: those that lack a term whose postings are all
there. The other files are read, best first, until there are enough hits. So nothing is missed
because its postings were pruned, and nothing is shown that the file does not hold. A match may
begin in one chunk and end in the next; the chunk it begins in is the hit. A match in a document's
title counts for all its chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from ..documents import catalogue, extracts
from ..values.files import FileRecord
from ..values.passages import FileState, Passage, ReadBack, ReadText, ReadTexts
from . import analysis
from .inverted_index import look_up
from .parsed_query import ParsedQuery
from .patterns import Matcher, matcher
from .segments import segments

_MOST_PASSAGES = 8
"""Of one document; the best of them becomes its hit."""


@dataclass(slots=True)
class Verified:
    """Chunks that hold what must occur, with their text of now."""

    chunks: Mask
    """By chunk id."""
    passages: dict[int, Passage] = field(default_factory=dict)
    files: dict[int, tuple[FileRecord, str]] = field(default_factory=dict)
    """First chunk → the file and its title."""


def verify(
    connection: apsw.Connection,
    parsed: ParsedQuery,
    allowed: Mask,
    scores: NDArray[np.float32],
    read: ReadText,
    read_texts: ReadTexts,
    wanted: int,
) -> Verified:
    """Find up to `wanted` documents that hold all that must occur, likely ones and new ones first.

    Raises BadQuery for a regular expression that is wrong or takes too long.
    """
    matchers: list[Matcher] = [matcher(phrase) for phrase in parsed.phrases]
    if parsed.pattern is not None:
        matchers.append(parsed.pattern)
    verified = Verified(np.zeros_like(allowed))
    for first_chunk in _candidates(connection, parsed, allowed, scores):
        record = catalogue.file_of_chunk(connection, first_chunk)
        kept = extracts.reader(connection, record)
        document = read_texts(record, range(len(record.spans)), kept)
        places = _places(document.title, document.texts, matchers, record) if document else []
        if document is None or not places:
            continue
        places = places[:_MOST_PASSAGES]
        _note(verified, record, read(record, places, kept), places)
        if len(verified.files) >= wanted:
            break
    return verified


def _places(
    title: str, texts: tuple[str, ...], matchers: list[Matcher], record: FileRecord
) -> list[int]:
    """Return which chunks of a document match everything, ascending."""
    indexes = set(range(len(texts)))
    for one in matchers:
        indexes &= one.chunks(title, texts, str(record.path))
        if not indexes:
            break
    return sorted(indexes)


def _note(verified: Verified, record: FileRecord, answer: ReadBack, places: list[int]) -> None:
    if answer.state is FileState.MISSING or not answer.passages:
        return
    if answer.state is FileState.CHANGED:  # all of today's passages, which need not be as many
        passages = [answer.passages[one] for one in places if one < len(answer.passages)][:1]
        places = [0]
    else:
        passages = list(answer.passages)
    for place, passage in zip(places, passages, strict=False):
        verified.chunks[record.first_chunk + place] = True
        verified.passages[record.first_chunk + place] = passage
        verified.files[record.first_chunk] = (record, answer.title)


def _candidates(
    connection: apsw.Connection, parsed: ParsedQuery, allowed: Mask, scores: NDArray[np.float32]
) -> Iterator[int]:
    """Yield the first chunks of the files that may hold every phrase, the likeliest first."""
    rows = connection.execute("SELECT first_chunk FROM file ORDER BY first_chunk").fetchall()
    firsts = np.array([first for (first,) in rows], dtype=np.int64)
    if not firsts.size:
        return
    possible = allowed[firsts]
    live = np.zeros_like(allowed)
    for first, chunks in connection.execute("SELECT first_chunk, chunks FROM file"):
        live[first : first + chunks] = True
    present = segments(connection)
    for key in {key for phrase in parsed.phrases for key in analysis.certain_keys(phrase)}:
        term = look_up(connection, present, key, live)
        if term.is_complete:
            holding = np.zeros(firsts.size, dtype=bool)
            holding[_files_of(firsts, term.chunks)] = True
            for unsure in term.unsure:
                holding[_files_of(firsts, np.arange(unsure.start, unsure.stop))] = True
            possible &= holding
    best = np.maximum.reduceat(scores, firsts)
    order = np.lexsort((-firsts, -best))
    yield from firsts[order[possible[order]]].tolist()


def _files_of(firsts: Ids, chunks: Ids) -> Ids:
    return np.maximum(np.searchsorted(firsts, chunks, side="right") - 1, 0)
