"""The query language: words, "phrases", -negation, and path: type: folder: filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..values.queries import Filters, Mode, Query
from . import analysis
from .expressions import Expression, expression
from .patterns import matcher

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
    pattern: Expression | None = None
    """A regular expression that must match."""
    meaning: str = ""
    """Text whose embedding stands for that of `text`, if it is not empty."""

    @property
    def embedded(self) -> str:
        """What is embedded."""
        return self.meaning or self.text

    @property
    def is_exact(self) -> bool:
        """Whether something must occur to the letter."""
        return bool(self.phrases) or self.pattern is not None


def parse(query: Query) -> ParsedQuery:
    """Take a query apart; what is not syntax is a word.

    In exact mode there is no syntax: the whole text is one phrase, and in regex mode one regular
    expression, the only one that can be wrong: then BadQuery is raised.
    """
    if query.mode is Mode.REGEX:
        return ParsedQuery(query.text, (), (), (), query.filters, expression(query.text))
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
    phrases += _lone_characters(words)
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
        meaning=query.meaning,
    )


def has_excluded(text: str, parsed: ParsedQuery) -> bool:
    """Tell whether a text holds something that a query excludes."""
    return any(matcher(phrase).occurs(text) for phrase in parsed.excluded)


def _lone_characters(words: Sequence[str]) -> list[str]:
    """Return single CJK characters, if nothing else is asked for: only pairs are indexed."""
    alone = all(len(word) == 1 and analysis.is_cjk(word) for word in words)
    return list(words) if alone else []


def _split(values: Sequence[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]
