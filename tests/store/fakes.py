"""A store with made-up documents: every file a list of chunks, embedded by hashing words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from store import (
    Changes,
    DocumentParts,
    DocumentTexts,
    FileRecord,
    FileState,
    Folder,
    Heading,
    IndexModel,
    NewFile,
    Passage,
    PassagePart,
    Quantiser,
    ReadBack,
    ReadKept,
    ReadText,
    ReadTexts,
    SearchModels,
    Signature,
    Span,
    Store,
    Vectors,
    Writer,
    terms,
)

DIMS = 128


def embed(texts: Sequence[str]) -> Vectors:
    """Embed texts as the normalised sum of a random vector for each word."""
    vectors = np.array(
        [sum((_word(word) for word in text.lower().split()), _word("")) for text in texts]
    )
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


@cache
def _word(word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
    return np.random.default_rng(seed).standard_normal(DIMS)


QUANTISER = Quantiser.fit(embed([f"word{number}" for number in range(400)]))


def embed_passages(
    texts: Sequence[str], before_batch: Callable[[], None] = lambda: None, /
) -> Vectors:
    """Embed texts in batches of one, as a rank model does."""
    for _ in texts:
        before_batch()
    return embed(texts)


MODELS = SearchModels("test", QUANTISER, embed, embed, embed_passages, embed, lambda: "rank")


def signature(number: int = 1) -> Signature:
    """Return a signature like no other number's."""
    return Signature(number, number, number)


@dataclass
class Library:
    """Documents in memory, and the store that indexes them."""

    root: Path
    documents: dict[str, list[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)
    looked_into: list[str] = field(default_factory=list)
    """Documents that were read to see whether they hold a word."""
    cache_percent: int = 1
    outline: tuple[Heading, ...] = ()
    extracted: set[str] = field(default_factory=set)
    """Documents whose text the store keeps, a page a chunk."""
    quantiser: Quantiser = QUANTISER

    def __post_init__(self) -> None:
        self.store = Store(self.root / "index" / "thimble.db", self.cache_percent)
        with self.store.writer() as writer:
            writer.adopt_models(IndexModel("test", code_bytes=self.quantiser.code_bytes))
            self.folder: Folder = writer.add_folder("library", self.root, (), ())

    def put(self, writer: Writer | None = None, /, **documents: list[str]) -> None:
        """Index documents: name → texts of the chunks."""
        self.documents.update(documents)
        files = tuple(self.new_file(name, texts) for name, texts in documents.items())
        vectors = embed([text for texts in documents.values() for text in texts])
        if writer is not None:
            writer.apply(self.folder, Changes(files=files), vectors, self.quantiser)
            return
        with self.store.writer() as own:
            own.apply(self.folder, Changes(files=files), vectors, self.quantiser)

    def remove(self, *names: str) -> None:
        """Forget documents."""
        paths = tuple(self.path(name) for name in names)
        with self.store.writer() as writer:
            writer.apply(self.folder, Changes(removed=paths), embed([""])[:0], self.quantiser)
        for name in names:
            del self.documents[name]

    def path(self, name: str) -> Path:
        """Return the path of a document."""
        return self.root / "texts" / f"{name}.txt"

    def new_file(self, name: str, texts: list[str]) -> NewFile:
        """Return a document as the indexer would hand it over."""
        return NewFile(
            folder_id=self.folder.id,
            path=self.path(name),
            signature=signature(),
            digest=blake2b("\0".join(texts).encode(), digest_size=16).digest(),
            kind="text",
            encoding="utf-8",
            spans=spans_of(texts),
            outline=self.outline,
            terms=tuple(np.array(terms(text), dtype=np.int64) for text in texts),
            parts=places_of(texts) if name in self.extracted else None,
            extracted="\n".join(texts).encode() if name in self.extracted else b"",
        )

    @property
    def sources(self) -> tuple[ReadText, ReadTexts]:
        """What a search reads with."""
        return self.read, self.read_texts

    def read(self, record: FileRecord, indexes: Sequence[int], kept: ReadKept) -> ReadBack:
        """Read chunks back from memory, as the indexer does from files."""
        name = record.path.stem
        self.reads.append(name)
        if name not in self.documents:
            return ReadBack(FileState.MISSING, name, ())
        texts = self.documents[name]
        if name in self.changed:
            passages = [Passage(text, "", Span(0, 1), 1, fresh=True) for text in texts]
            return ReadBack(FileState.CHANGED, name, tuple(passages))
        if record.parts is not None:
            texts = [kept(span).decode() for span in record.spans]
        spans = spans_of(texts)
        passages = [
            Passage(texts[one], "", spans[one], one + 1, True, _places(record, spans[one]))
            for one in indexes
        ]
        return ReadBack(FileState.CURRENT, name, tuple(passages))

    def read_texts(
        self, record: FileRecord, indexes: range, kept: ReadKept
    ) -> DocumentTexts | None:
        """Read texts back from memory."""
        name = record.path.stem
        self.looked_into.append(name)
        if name not in self.documents:
            return None
        texts = tuple(self.documents[name])
        if name in self.changed:
            return DocumentTexts(FileState.CHANGED, name, texts)
        return DocumentTexts(FileState.CURRENT, name, texts[indexes.start : indexes.stop])

    def read_indexed(
        self, record: FileRecord, indexes: range, kept: ReadKept
    ) -> Sequence[str] | None:
        """Read texts back from memory, or from where they are kept, if they have not changed."""
        name = record.path.stem
        if record.parts is not None:
            return [kept(span).decode() for span in record.spans[indexes.start : indexes.stop]]
        if name in self.changed or name not in self.documents:
            return None
        return self.documents[name][indexes.start : indexes.stop]


def places_of(texts: Sequence[str]) -> DocumentParts:
    """Return places as if each text were on a page of its own."""
    starts = tuple(span.start for span in spans_of(texts))
    return DocumentParts("page", starts, (), len("\n".join(texts).encode()))


def _places(record: FileRecord, span: Span) -> tuple[PassagePart, ...]:
    if record.parts is None:
        return ()
    within = record.parts.within(span.start, span.end)
    return tuple(PassagePart(at - span.start, number, f"page={number}") for at, number in within)


def spans_of(texts: Sequence[str]) -> tuple[Span, ...]:
    """Return spans as if the texts followed each other, one byte apart."""
    starts = np.cumsum([0, *(len(text.encode()) + 1 for text in texts)])
    return tuple(
        Span(int(start), len(text.encode())) for start, text in zip(starts, texts, strict=False)
    )
