"""Reading candidates back from their source files, each file once in a search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import apsw

from ..documents import catalogue, extracts
from ..lexical import analysis
from ..lexical.bm25 import LexicalScores
from ..lexical.exact import Verified
from ..values.files import FileRecord
from ..values.passages import FileState, Passage, ReadBack, ReadText
from .candidate import Candidate


class PassageReader:
    """Current text of candidates. A changed file answers with its best passage of now."""

    def __init__(self, connection: apsw.Connection, read: ReadText, lexical: LexicalScores) -> None:
        self._connection = connection
        self._read = read
        self._lexical = lexical
        self._files: dict[int, FileRecord] = {}
        self._identities: dict[int, tuple[int, bytes]] = {}
        self._titles: dict[int, str] = {}
        self._passages: dict[int, Passage | None] = {}
        self.unchanged: set[int] = set()
        """Chunks whose text was read and is byte for byte the one that was indexed."""

    def prime(self, verified: Verified) -> None:
        """Take over what was read while phrases were looked for."""
        self._passages.update(verified.passages)
        for first_chunk, (record, title) in verified.files.items():
            self._files[first_chunk] = record
            self._titles[first_chunk] = title

    def prefetch(self, candidates: Iterable[Candidate]) -> None:
        """Read many candidates, opening each file once."""
        chunks_by_file: dict[int, list[int]] = defaultdict(list)
        for candidate in candidates:
            if candidate.chunk not in self._passages:
                record = self.file(candidate)
                chunks_by_file[record.first_chunk].append(candidate.chunk)
        for first_chunk, chunks in chunks_by_file.items():
            self._read_file(self._files[first_chunk], chunks)

    def passage(self, candidate: Candidate) -> Passage | None:
        """Return the text of a candidate, or None if its file is gone."""
        if candidate.chunk not in self._passages:
            self.prefetch([candidate])
        return self._passages[candidate.chunk]

    def identity(self, candidate: Candidate) -> tuple[int, bytes]:
        """Return the first chunk and the digest of the file that a candidate belongs to."""
        chunk = candidate.chunk
        if chunk not in self._identities:
            self._identities[chunk] = catalogue.identity_of_chunk(self._connection, chunk)
        return self._identities[chunk]

    def file(self, candidate: Candidate) -> FileRecord:
        """Return the file that a candidate belongs to."""
        first_chunk, _ = self.identity(candidate)
        if first_chunk not in self._files:
            self._files[first_chunk] = catalogue.file_of_chunk(self._connection, candidate.chunk)
        return self._files[first_chunk]

    def title(self, record: FileRecord) -> str:
        """Return the title of a file that has been read."""
        return self._titles[record.first_chunk]

    def _read_file(self, record: FileRecord, chunks: list[int]) -> None:
        kept = extracts.reader(self._connection, record)
        answer = self._read(record, [chunk - record.first_chunk for chunk in chunks], kept)
        self._titles[record.first_chunk] = answer.title
        if answer.state in (FileState.CURRENT, FileState.STALE):
            self._passages.update(zip(chunks, answer.passages, strict=True))
            self.unchanged.update(chunks)
            return
        best = self._best(answer)
        self._passages.update(dict.fromkeys(chunks, best))

    def _best(self, answer: ReadBack) -> Passage | None:
        if answer.state is FileState.MISSING or not answer.passages:
            return None

        def words(passage: Passage) -> float:
            return self._lexical.match(analysis.counts(passage.indexed_text)).words

        return max(answer.passages, key=words)
