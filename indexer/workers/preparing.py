"""Preparing documents for the store: cutting them into chunks, finding terms, embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store import DocumentParts, Embed, Heading, Span, Vectors, terms

from ..formats.document import Unreadable
from ..reading.admission import Content
from ..reading.loading import ChunkedDocument, cut


@dataclass(frozen=True, slots=True)
class Item:
    """The content of a file."""

    name: str
    """The file's name, without folders."""
    content: Content


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the store needs of a document; see `NewFile`."""

    kind: str
    encoding: str
    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]
    terms: tuple[NDArray[np.int64], ...]
    parts: DocumentParts | None
    extracted: bytes
    vectors: Vectors
    """Embeddings of its chunks, shape (chunks, dims)."""


Outcome = Prepared | Unreadable


def prepare(items: Sequence[Item], embed: Embed) -> list[Outcome]:
    """Prepare some documents; one that cannot be read costs itself alone. Raises ModelError."""
    cuts = [_cut(cut_document) for cut_document in items]
    vectors = embed(
        [
            text
            for cut_document in cuts
            if isinstance(cut_document, ChunkedDocument)
            for text in cut_document.chunks.texts
        ]
    )
    outcomes: list[Outcome] = []
    for cut_document in cuts:
        if isinstance(cut_document, Unreadable):
            outcomes.append(cut_document)
            continue
        chunks = len(cut_document.chunks.spans)
        outcomes.append(_prepared(cut_document, vectors[:chunks]))
        vectors = vectors[chunks:]
    return outcomes


def _cut(item: Item) -> ChunkedDocument | Unreadable:
    try:
        return cut(item.content, item.name)
    except Unreadable as error:
        return error


def _prepared(loaded: ChunkedDocument, vectors: Vectors) -> Prepared:
    document, chunked = loaded.document, loaded.chunks
    return Prepared(
        kind=document.kind,
        encoding=document.encoding,
        spans=chunked.spans,
        outline=chunked.outline,
        terms=tuple(np.array(terms(text), dtype=np.int64) for text in chunked.texts),
        parts=loaded.parts,
        extracted=loaded.extracted,
        vectors=vectors,
    )
