"""Telling by their text which chunks hold a rare term, since the index only says about where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from ..documents import catalogue, extracts
from ..values.files import FileRecord
from ..values.passages import DocumentTexts, FileState, ReadTexts
from . import analysis


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
    confirmed: set[int] = set()
    for chunks in unsure:
        for record in catalogue.files_among(connection, chunks):
            inside = _inside(record, chunks)
            document = read_texts(record, inside, extracts.reader(connection, record))
            if document is not None:
                first = record.first_chunk + inside.start
                confirmed.update(_holding(document, first, key, stems.get(key, "")))
    return np.array(sorted(confirmed), dtype=np.int64)


def _inside(record: FileRecord, chunks: range) -> range:
    """Return which chunks of a file are among some chunk ids."""
    first = record.first_chunk
    return range(max(0, chunks.start - first), min(len(record.spans), chunks.stop - first))


def _holding(document: DocumentTexts, first: int, key: int, stem: str) -> list[int]:
    places = [place for place, text in enumerate(document.texts) if _holds(text, key, stem)]
    if document.state is FileState.CHANGED:  # its chunks of now have other places
        return [first] if places else []
    return [first + place for place in places]


def _holds(text: str, key: int, stem: str) -> bool:
    return stem in analysis.fold(text) and key in analysis.distinct_keys(text)
