"""Saved searches: kept in a private file, with what each has found already.

A hit is new if its passage was not among the best fifty when the search was saved or last run. So
an edited passage counts as new, and one that only moved up the list, as others went, does not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from store import Filters, Hit, Query, Results, make_private, write_private

_LOOKED_AT = 50
_REPORTED = 10
"""Of the best hits, so many may be reported as new."""
_REMEMBERED = 1000
"""Passages a search remembers, the latest ones."""

Find = Callable[[Query], Results]
"""Returns the exact answer."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search and what it has found."""

    name: str
    query: str
    filters: Filters = field(default_factory=Filters)
    seen: tuple[str, ...] = ()
    """Digests of the passages found, the oldest first."""

    def look(self, find: Find) -> tuple[SavedSearch, list[Hit]]:
        """Search; return the search with what it knows now, and the hits that are new."""
        hits = find(Query(self.query, _LOOKED_AT, filters=self.filters)).hits
        by_digest = {_digest(hit): hit for hit in hits}
        known = set(self.seen)
        best = {_digest(hit) for hit in hits[:_REPORTED] if "words" in hit.found_by}
        new = [hit for digest, hit in by_digest.items() if digest in best - known]
        seen = [one for one in self.seen if one not in by_digest] + list(by_digest)
        return replace(self, seen=tuple(seen[-_REMEMBERED:])), new


def load_saved(home: Path) -> dict[str, SavedSearch]:
    """Return the saved searches by name. Raises ValueError if their file is none of ours."""
    path = _file(home)
    try:
        rows = json.loads(path.read_text("utf-8"))["searches"]
        searches = [_from_fields(row) for row in rows]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a file of saved searches ({error}); move it away") from None
    return {one.name: one for one in searches}


def store_saved(home: Path, searches: Mapping[str, SavedSearch]) -> None:
    """Replace the file of saved searches in one step; only its owner can read it."""
    text = json.dumps({"schema": 1, "searches": [asdict(one) for one in searches.values()]})
    write_private(_file(make_private(home)), text.encode())


def _file(home: Path) -> Path:
    return home / "saved.json"


def _from_fields(row: Mapping[str, Any]) -> SavedSearch:
    filters: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in row["filters"].items()
    }
    return SavedSearch(str(row["name"]), str(row["query"]), Filters(**filters), tuple(row["seen"]))


def _digest(hit: Hit) -> str:
    """Return what tells a passage from others and from itself after an edit."""
    digest = blake2b(os.fsencode(hit.path), digest_size=8)
    digest.update(hit.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
