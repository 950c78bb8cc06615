"""What the tools do, apart from the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import Unreadable
from store import Filters, Folder, Hit, Mode, Passage, Query, clean_query, safe_line, safe_text

from ..engine.folders import find_folder
from .answers import Found, Hits, IndexedFolder, IndexStatus, Missing, Text, Texts
from .ids import Target, document_id, find, passage_id

if TYPE_CHECKING:
    from ..daemon import AnyEngine

MODES = tuple(Mode)
_LONGEST = 20_000
"""Characters of text in one answer."""
_LONGEST_OF_MANY = 4_000


class Tools:
    """Answers questions. May be used by many threads at once."""

    def __init__(self, engine: AnyEngine) -> None:
        self._engine = engine

    def search(
        self,
        query: str,
        limit: int,
        mode: str,
        folders: Sequence[str],
        types: Sequence[str],
        *,
        recent: bool,
    ) -> Hits:
        """Return hits, best first."""
        known = self._engine.folders()
        names = tuple(find_folder(known, name).name for name in folders)
        filters = Filters(folders=names, types=tuple(types))
        results = self._engine.find(
            Query(clean_query(query), limit, Mode(mode), filters, recent=recent)
        )
        return Hits(tuple(_found(hit, known) for hit in results.hits))

    def get(self, given: str, around: int, offset: int) -> Text:
        """Return the text at an id. Raises ValueError if there is none."""
        place = self._place(given)
        passages = self._read(place)
        if place.start is None:
            text = "\n\n".join(one.text for one in passages)
            first = passages[0]
        else:
            at = _nearest(passages, place.start)
            part = passages[max(0, at - around) : at + around + 1]
            text, first = "\n\n".join(one.text for one in part), part[0]
        end = offset + _LONGEST
        return Text(
            id=given,
            document=document_id(place.path),
            source=_source(place.path, self._engine.folders()),
            line=first.line,
            text=safe_text(text[offset:end]),
            next_offset=end if len(text) > end else None,
        )

    def multi_get(self, ids: Sequence[str]) -> Texts:
        """Return the texts at some ids, each shortened; what is wrong with one is told there."""
        return Texts(tuple(map(self._one_of_many, ids)))

    def similar(self, given: str, limit: int) -> Hits:
        """Return passages of other documents that are like what an id stands for."""
        place = self._place(given)
        passages = self._read(place)
        if place.start is not None:
            passages = passages[(at := _nearest(passages, place.start)) : at + 1]
        texts = [one.indexed_text for one in passages]
        results = self._engine.similar_to(place.path, texts, limit)
        known = self._engine.folders()
        return Hits(tuple(_found(hit, known) for hit in results.hits))

    def status(self) -> IndexStatus:
        """Return counts, and the folders by name."""
        status = self._engine.status()
        return IndexStatus(
            files=status.files,
            passages=status.chunks,
            skipped=status.skipped,
            failed=status.failed,
            indexing=status.writer is not None,
            folders=tuple(
                IndexedFolder(one.folder.name, one.files, one.folder.online)
                for one in status.folders
            ),
        )

    def _place(self, given: str) -> Target:
        place = find(given, self._engine.documents())
        if place is None:
            raise ValueError(f"nothing with the id {given!r} is indexed; search gives ids")
        return place

    def _read(self, place: Target) -> tuple[Passage, ...]:
        try:
            return self._engine.read(place.path)
        except OSError:
            raise ValueError("the document is gone since it was indexed") from None
        except Unreadable as error:
            raise ValueError(f"the document cannot be read now: {error.reason}") from None

    def _one_of_many(self, given: str) -> Text | Missing:
        try:
            text = self.get(given, around=0, offset=0)
        except (ValueError, OSError) as error:
            return Missing(given, str(error))
        shortened = len(text.text) > _LONGEST_OF_MANY
        next_offset = _LONGEST_OF_MANY if shortened else text.next_offset
        return replace(text, text=text.text[:_LONGEST_OF_MANY], next_offset=next_offset)


def _nearest(passages: Sequence[Passage], start: int) -> int:
    return min(range(len(passages)), key=lambda at: abs(passages[at].span.start - start))


def _found(hit: Hit, folders: Sequence[Folder]) -> Found:
    return Found(
        id=passage_id(hit.path, hit.start),
        document=document_id(hit.path),
        source=_source(hit.path, folders),
        title=safe_line(hit.title),
        heading=safe_line(hit.heading),
        line=hit.line,
        page=hit.page,
        score=round(hit.score, 4),
        text=safe_text(hit.text),
        fresh=hit.fresh,
    )


def _source(path: Path, folders: Sequence[Folder]) -> str:
    """Return where a document is for people: its folder's name and the path in it."""
    for folder in folders:
        if path.is_relative_to(folder.path):
            inside = path.relative_to(folder.path)
            return safe_line(f"{folder.name}/{inside}")
    return safe_line(path.name)
