"""The query language: words, "phrases", -negation, and path: type: folder: filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import analysis
from .types import Filters, Mode, Query

_TOKEN = re.compile(
    r'(?<!\S)(?P<minus>-?)(?:(?P<field>path|type|folder):)?(?:"(?P<phrase>[^"]+)"|(?P<word>\S+))'
)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart."""

    text: str
    """What is meant: words and phrases, without negations and filters."""
    keys: tuple[int, ...]
    """Keys of the terms in `text`, repeated as often as they occur."""
    phrases: tuple[str, ...]
    """Each must occur."""
    excluded: tuple[str, ...]
    """None may occur, as words or phrases."""
    filters: Filters


def parse(query: Query) -> ParsedQuery:
    """Take a query apart. Never fails: what is not syntax is a word.

    In exact mode there is no syntax: the whole text is one phrase.
    """
    if query.mode is Mode.EXACT:
        return ParsedQuery(
            query.text, tuple(analysis.terms(query.text)), (query.text,), (), query.filters
        )
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    fields: dict[str, list[str]] = {"path": [], "type": [], "folder": []}
    for token in _TOKEN.finditer(query.text):
        value = token["phrase"] or token["word"]
        if token["field"] and not token["minus"]:
            fields[token["field"]].append(value)
        elif token["minus"] and re.match(r"\w", value):
            excluded.append(value)
        else:
            words.append(value)
            if token["phrase"]:
                phrases.append(value)
    text = " ".join(words)
    return ParsedQuery(
        text=text,
        keys=tuple(analysis.terms(text)),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
        filters=replace(
            query.filters,
            paths=(*query.filters.paths, *fields["path"]),
            types=(*query.filters.types, *_split(fields["type"])),
            folders=(*query.filters.folders, *fields["folder"]),
        ),
    )


def contains(text: str, phrase: str) -> bool:
    """Tell whether `phrase` occurs in `text` as whole words, whatever the case and spacing."""
    words = [re.escape(analysis.fold(word)) for word in phrase.split()]
    pattern = r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"
    return re.search(pattern, analysis.fold(text)) is not None


def passes(text: str, parsed: ParsedQuery) -> bool:
    """Tell whether a text holds every phrase of a query and nothing it excludes."""
    return all(contains(text, phrase) for phrase in parsed.phrases) and not any(
        contains(text, phrase) for phrase in parsed.excluded
    )


def _split(values: Sequence[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]
