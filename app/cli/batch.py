"""Many queries in one run: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store import clean_query


@dataclass(frozen=True, slots=True)
class BatchQuery:
    """One line of a batch."""

    line: int
    """1-based."""
    id: object
    """Handed back as it came."""
    text: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a query."""

    line: int
    reason: str


def read_queries(lines: Iterable[bytes]) -> Iterator[BatchQuery | BadLine]:
    """Yield each query, or what is wrong with its line, as lines come; empty lines are left out."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _parse(number, line)
        except ValueError as error:
            yield BadLine(number, str(error))


def _parse(number: int, line: bytes) -> BatchQuery:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("this is not JSON in UTF-8") from None
    if not isinstance(fields, dict) or "id" not in fields:
        raise ValueError('expected an object like {"id": 1, "query": "words"}')
    text = fields.get("query", fields.get("text"))
    if not isinstance(text, str):
        raise ValueError('expected the words to search for in "query" or "text"')  # noqa: TRY004
    return BatchQuery(number, fields["id"], clean_query(text))
