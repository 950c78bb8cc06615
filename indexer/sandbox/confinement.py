"""Which walls stand around a sandboxed process, as it reports at its start."""

from __future__ import annotations

from dataclasses import dataclass

SYSTEM_CALLS = "system calls"
FILES = "files"
NETWORK = "network"
SIGNALS = "signals"
MEMORY = "memory"
WALLS = (SYSTEM_CALLS, FILES, NETWORK, SIGNALS, MEMORY)
"""What a process may do only as far as it needs it. On Linux since 5.13 all can stand."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """The walls that stand, each tried once by the process itself, and those that are missing."""

    standing: tuple[str, ...]
    """Some of `WALLS`, in their order."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The walls that this system does not give, in their order."""
        return tuple(wall for wall in WALLS if wall not in self.standing)

    @property
    def is_complete(self) -> bool:
        """Whether no wall is missing."""
        return not self.missing

    def __str__(self) -> str:
        return ", ".join(self.standing) or "nothing"

    @classmethod
    def parse(cls, text: str) -> Confinement:
        """Return the confinement that `str` made this text of; names nobody knows do not count."""
        named = text.split(", ")
        return cls(tuple(wall for wall in WALLS if wall in named))


class _Policy:
    """What this process has been told."""

    all_walls = False


def demand_walls(all_walls: bool) -> None:
    """Say whether documents are taken apart only where all walls stand, in this process."""
    _Policy.all_walls = all_walls


def are_enough(confinement: Confinement) -> bool:
    """Return whether documents may be taken apart inside these walls."""
    return confinement.is_complete or not _Policy.all_walls
