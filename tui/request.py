"""What the user asks for, and how filters are typed: `type:pdf in:notes since:2w rent`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from store import Filters, Mode, Query

_VALUE = r'(?:"[^"\n]*"|[^\s"]+)'
_DONE = re.compile(rf"(?<!\S)(?P<name>type|in|since):(?P<value>{_VALUE})(?=\s)\s*")
_BEGUN = re.compile(r'(?<!\S)(?:type|in|since):(?:"[^"\n]*"?|\S*)$')


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on, as it is typed and shown: `type:pdf`."""

    name: str
    value: str

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{self.name}:{value}"


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: the text and everything that narrows it."""

    text: str = ""
    mode: Mode = Mode.HYBRID
    chips: tuple[Chip, ...] = ()
    recent: bool = False
    """Whether newer files rank a little higher."""

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is on."""
        return bool(self.chips)

    @property
    def typed(self) -> str:
        """The request as one would type it, without the mode."""
        return " ".join([*map(str, self.chips), self.text]).strip()

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of one kind of filter, in the order they were given."""
        return tuple(chip.value for chip in self.chips if chip.name == name)

    def with_chips(self, added: Collection[Chip]) -> Request:
        """Return the request narrowed further; there is only one `since`."""
        if any(chip.name == "since" for chip in added):
            kept = [chip for chip in self.chips if chip.name != "since"]
        else:
            kept = list(self.chips)
        return replace(self, chips=tuple(dict.fromkeys([*kept, *added])))

    def without(self, chip: Chip) -> Request:
        """Return the request with one filter taken off."""
        return replace(self, chips=tuple(one for one in self.chips if one != chip))

    def query(
        self, folders: Collection[str], moment: Callable[[str], float], limit: int = 10
    ) -> Query:
        """Return what is asked for, as the program understands it; see `filters`."""
        filters = self.filters(folders, moment)
        return Query(self.text, limit, self.mode, filters, recent=self.recent)

    def filters(self, folders: Collection[str], moment: Callable[[str], float]) -> Filters:
        """Return the filters as the store understands them.

        `in:` names one of `folders`, else a part of a path. `moment` turns `2w` into seconds
        since the epoch and raises StoreError if it cannot.
        """
        places, since = self.values("in"), self.values("since")
        return Filters(
            folders=tuple(place for place in places if place in folders),
            paths=tuple(place for place in places if place not in folders),
            types=self.values("type"),
            since=moment(since[-1]) if since else None,
        )


def take_chips(typed: str) -> tuple[str, tuple[Chip, ...]]:
    """Split what was typed into the rest and the filters that are typed to their end."""
    chips: list[Chip] = []
    for match in _DONE.finditer(typed):
        value = match["value"].strip('"').strip()
        values = re.split(r",+", value.lower()) if match["name"] == "type" else [value]
        chips += [Chip(match["name"], one.lstrip(".")) for one in values if one.lstrip(".")]
    return (_DONE.sub("", typed) if chips else typed), tuple(chips)


def searched(typed: str) -> str:
    """Return what of a typed text is searched for: not a filter that is still being typed."""
    return _BEGUN.sub("", typed).strip()
