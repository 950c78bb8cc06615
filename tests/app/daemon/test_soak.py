"""A daemon that runs for long, with files changing and people asking: it stays as it was."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from store import Mode, Query
from tests.app.daemon.conftest import Running, thimble

_ROUNDS = int(os.environ.get("THIMBLE_FAULTS_ROUNDS", "1"))
_SHORT_S = 15.0
_LONG_S = 600.0 * _ROUNDS
_FILES = 60
_GROWTH_BYTES = 48 << 20
"""What a daemon may take more at the end than halfway."""
_MOST_BYTES = 350 << 20
_GROWTH_FILES = 24
"""Files it may hold open more: the index twice for each thread that answers, of which a slow
machine needs some more. What is lost with each question would be as many as there are questions."""


class Soak:
    """Changes notes and asks for them, and knows which word stands in which note."""

    def __init__(self, daemon: Running) -> None:
        self._daemon = daemon
        self._random = Random(5)
        self._number = 0
        self.words: dict[str, str] = {}

    def go_on(self, seconds: float) -> None:
        """Go on for so long."""
        ends = monotonic() + seconds
        while monotonic() < ends:
            self.step()
            sleep(0.05)

    def step(self) -> None:
        """Write, rename or delete a note, or ask."""
        name = f"{self._random.randrange(4)}/{self._random.randrange(_FILES // 4)}.md"
        kind = self._random.random()
        if kind < 0.5 or name not in self.words:
            self._number += 1
            self.words[name] = f"soaked{self._number}word"
            self._daemon.write(name, f"# A note\n\nIt holds {self.words[name]}.\n")
        elif kind < 0.7:
            (self._daemon.notes / name).unlink()
            del self.words[name]
        elif kind < 0.8:
            to = name.replace(".md", "-renamed.md")
            (self._daemon.notes / name).rename(self._daemon.notes / to)
            self.words[to] = self.words.pop(name)
        else:
            [*self._daemon.engine.search(Query(self._random.choice(["a note", "what it holds"])))]

    def wrong(self) -> list[str]:
        """Return the notes that are not found by their word, or not alone."""
        return [
            name
            for name, word in self.words.items()
            if self._daemon.found(word) != [Path(name).name]
        ]


def soak(daemon: Running, seconds: float) -> None:
    run = Soak(daemon)
    run.go_on(seconds / 2)  # until it is warm
    before, held = daemon.report(), _open_files(daemon)
    run.go_on(seconds / 2)
    daemon.wait_until(lambda: run.wrong() == [], 60.0)
    after = daemon.report()
    assert after.pid == before.pid
    assert after.problem == ""
    assert after.memory_bytes < min(before.memory_bytes + _GROWTH_BYTES, _MOST_BYTES)
    daemon.wait_until(lambda: _open_files(daemon) <= held + _GROWTH_FILES)
    assert daemon.engine.status().files == len(run.words)
    assert [*daemon.engine.search(Query("what it holds", mode=Mode.HYBRID))]
    daemon.stop()
    assert thimble("doctor").returncode == 0
    assert "everything is up to date" in thimble("index").stderr


def _open_files(daemon: Running) -> int:
    held = Path(f"/proc/{daemon.report().pid}/fd")
    return len([*held.iterdir()]) if held.is_dir() else 0


def test_a_daemon_stays_as_it_was_for_seconds(daemon: Running) -> None:
    soak(daemon, _SHORT_S)


@pytest.mark.faults
def test_a_daemon_stays_as_it_was_for_minutes(daemon: Running) -> None:
    soak(daemon, _LONG_S)
