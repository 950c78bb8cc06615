"""Real daemons: started as users start them, each with an index of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from app.daemon import control
from app.daemon.client import Client
from app.daemon.lock import DaemonLock
from app.daemon.methods import REPORT
from app.daemon.remote_engine import RemoteEngine
from app.user.paths import Paths
from app.user.settings import Settings
from store import DaemonReport, Mode, Query

PATIENCE_S = 30.0


class Running:
    """An index with a folder of notes, and its daemon, which may be started and stopped."""

    def __init__(self, root: Path) -> None:
        self.notes = root / "notes"
        self.notes.mkdir()
        self.paths = Paths.find(os.environ)
        self.settings = Settings(self.paths)
        self.client = Client(self.settings)
        self.engine = RemoteEngine(self.settings, self.client)
        self.lock = DaemonLock(self.paths)

    def start(self) -> DaemonReport:
        """Start the daemon."""
        return control.start(self.settings)[0]

    def stop(self) -> None:
        """Stop it, if it runs."""
        control.stop(self.settings)

    def report(self) -> DaemonReport:
        """Ask the daemon for its state."""
        return self.client.ask(REPORT, None)

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send the daemon a signal and wait for its end; returns its pid."""
        owner = self.lock.owner()
        assert owner is not None
        os.kill(owner.pid, number)
        self.wait_until(lambda: not self.lock.is_held())
        return owner.pid

    def write(self, name: str, text: str) -> Path:
        """Write a note."""
        path = self.notes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def sync(self) -> None:
        """Have everything indexed."""
        self.engine.index(lambda progress: None)

    def found(self, word: str) -> list[str]:
        """Return the names of the files that have a word, by the daemon."""
        answers = [*self.engine.search(Query(word, mode=Mode.EXACT, limit=50))]
        return sorted(hit.path.name for hit in answers[-1].hits) if answers else []

    def wait_until(self, condition: Any, silence_s: float = PATIENCE_S) -> float:
        """Wait for something that the daemon does by itself; returns how long it took."""
        started = monotonic()
        while not condition():
            assert monotonic() - started < silence_s, "it did not happen"
            sleep(0.02)
        return monotonic() - started


@pytest.fixture(autouse=True)
def quick_temper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs tests is busy, and may be a laptop."""
    monkeypatch.setenv("THIMBLE_LOAD_CEILING", "0")
    monkeypatch.setenv("THIMBLE_BATTERY_FLOOR", "0")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@pytest.fixture
def running(own_home: Path, tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    try:
        control.stop(made.settings)
    finally:
        if made.lock.is_held():
            made.kill()


@pytest.fixture
def daemon(running: Running) -> Running:
    """A daemon that runs and has an empty folder."""
    running.start()
    running.engine.add_folder(running.notes)
    running.sync()
    return running


def thimble(*argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "app", *argv], capture_output=True, text=True, **options
    )


def thimble_json(*argv: str) -> dict[str, Any]:
    """Run a command and return its JSON."""
    answer: dict[str, Any] = json.loads(thimble(*argv).stdout)
    return answer
