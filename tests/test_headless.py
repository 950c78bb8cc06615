"""The core works without the screen and without the command line.

Import contracts see what is written at the top of a file; only running it sees the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples" / "notes"
FORBIDDEN = """
import sys

class Forbidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"argparse", "textual", "tui"} or name.startswith("app.cli"):
            raise ImportError(f"the core must not import {name}")

sys.meta_path.insert(0, Forbidden())
from pathlib import Path
from app.user.paths import Paths
from app.user.settings import Settings

paths = Paths.find({"THIMBLE_HOME": sys.argv[1]})
settings = Settings(paths, ask_server="none")
"""
ENGINE = """
from app.engine.engine import Engine
from store import Query

with Engine(settings) as engine:
    engine.add_folder(Path(sys.argv[2]))
    assert engine.index(lambda progress: None).indexed > 10
    results = engine.find(Query("my waterproof clothing is soaking up water"))
    assert results.hits[0].path.name == "reproof-raincoat.md"
    assert engine.preview(results.hits[0]).text
    *_, answer = engine.ask(Query("how do I make my raincoat waterproof again"))
    assert answer.found
    assert engine.why(results.hits[0].path).indexed
"""
AGENTS = """
import asyncio
from app.agents.server import make_server
from app.engine.engine import Engine

with Engine(settings) as engine:
    call = make_server(engine).call_tool("search", {"query": "raincoat", "recent": True})
    found = asyncio.run(call).structured_content
    assert found["hits"][0]["source"].endswith("reproof-raincoat.md")
"""
DAEMON = """
from app.daemon.main import run

raise SystemExit(run(paths))
"""
CLIENT = """
import time
from app.daemon.client import find_daemon
from app.daemon.remote_engine import RemoteEngine
from store import NO_DAEMON, Query

for _ in range(200):
    if client := find_daemon(settings):
        break
    time.sleep(0.05)
engine = RemoteEngine(settings, client)
assert engine.daemon_status() != NO_DAEMON
assert engine.find(Query("raincoat")).hits
"""


def start(code: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FORBIDDEN + code, str(home), str(SAMPLES)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"THIMBLE_HOME": str(home)},
    )


def finished(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose index was made without screen and command line."""
    home = tmp_path_factory.mktemp("headless")
    (home / "settings.toml").write_text('ask_server = "none"\n')
    finished(start(ENGINE, home))
    return home


def test_add_index_search_and_ask_need_no_screen_and_no_command_line(home: Path) -> None:
    assert (home / "index" / "thimble.db").exists()


def test_agents_are_served_without_them(home: Path) -> None:
    finished(start(AGENTS, home))


def test_the_daemon_answers_without_them(home: Path) -> None:
    daemon = start(DAEMON, home)
    try:
        finished(start(CLIENT, home))
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=20)
    assert daemon.returncode == 0
