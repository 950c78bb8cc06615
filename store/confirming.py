"""Telling by their text which chunks hold a rare term, since the index only says about where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from . import analysis, catalogue
from .sources import ReadTexts
from .types import FileRecord, FileState


def confirm(
    connection: apsw.Connection,
    read_texts: ReadTexts,
    stems: Mapping[int, str],
    key: int,
    unsure: Sequence[range],
) -> NDArray[np.int64]:
    """Return the chunks in some ranges of ids that hold a term, ascending.

    `stems` gives the beginning of the words with a key, without case and accents.
    """
    found: set[int] = set()
    for chunks in unsure:
        for record in catalogue.files_among(connection, chunks):
            found.update(_holding(record, chunks, key, stems.get(key, ""), read_texts))
    return np.array(sorted(found), dtype=np.int64)


def _holding(
    record: FileRecord, chunks: range, key: int, stem: str, read_texts: ReadTexts
) -> list[int]:
    first = record.first_chunk
    inside = range(max(0, chunks.start - first), min(len(record.spans), chunks.stop - first))
    document = read_texts(record, inside) if inside else None
    if document is None:
        return []
    places = [place for place, text in enumerate(document.texts) if _holds(text, key, stem)]
    if document.state is FileState.CHANGED:  # its chunks of now have other places
        return [first + inside.start] if places else []
    return [first + inside.start + place for place in places]


def _holds(text: str, key: int, stem: str) -> bool:
    return stem in analysis.fold(text) and key in analysis.distinct_keys(text)
