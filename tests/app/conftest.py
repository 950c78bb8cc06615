"""Settings and data of whoever runs the tests stay out of them; commands run in this process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli.main import main
from tests.app.fakes import FakeEngine, Terminal


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for index and settings, and a plain environment."""
    for name in [*os.environ]:
        if name.startswith("THIMBLE_") or name in ("NO_COLOR", "CLICOLOR_FORCE"):
            monkeypatch.delenv(name)
    home = tmp_path / "thimble-home"
    monkeypatch.setenv("THIMBLE_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    return home


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def run(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as in a pipe, or with `terminal=True` as on a terminal."""

    def run(*argv: str, stdin: bytes = b"", terminal: bool = False) -> Outcome:
        stream = Terminal if terminal else io.StringIO
        out, err = stream(), stream()
        typed = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        if terminal:
            monkeypatch.setattr(typed, "isatty", lambda: True, raising=False)
            monkeypatch.setenv("HOME", "/home/ada")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", typed)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(argv, open_engine=engine.open)
        return Outcome(code, out.getvalue(), err.getvalue())

    return run
