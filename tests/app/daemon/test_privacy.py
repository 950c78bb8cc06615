"""Nothing leaves the machine, and what is forgotten is gone from every file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.daemon import control
from store import Mode, Query, StoreError
from tests.app.daemon.conftest import Running, thimble

CANARIES = [f"xyzzy{letter}plugh" for letter in "abcdefgh"]


def traces(home: Path) -> list[str]:
    """Return which canaries are in which file, as text or in hexadecimal."""
    found = []
    for path in [*home.rglob("*"), *Path("/tmp").glob("thimble-*/*")]:
        if not path.is_file():
            continue
        content = path.read_bytes().lower()
        for canary in CANARIES:
            raw = canary.encode()
            if (
                raw in content
                or raw.hex().encode() in content
                or canary.encode("utf-16-le") in content
            ):
                found.append(f"{canary} in {path.name}")
    return found


def plant(root: Path) -> None:
    """Write canaries into texts, headings, names of files and names of folders."""
    (root / CANARIES[0]).mkdir(parents=True)
    (root / CANARIES[0] / "a.md").write_text(f"# {CANARIES[1]}\n\nThe word {CANARIES[2]} is here.")
    (root / f"{CANARIES[3]}.md").write_text(f"Only {CANARIES[4]} knows. " * 40)
    (root / f"{CANARIES[5]}.pem").write_text("skipped by its name")
    (root / "kept.md").write_text("nothing to hide")


def ask_for_all(running: Running) -> None:
    """Search for every canary, which also fills the cache."""
    for canary in CANARIES:
        assert [*running.engine.search(Query(canary))]


@pytest.mark.parametrize("with_daemon", [True, False], ids=["daemon", "alone"])
def test_deleted_documents_leave_no_trace(running: Running, *, with_daemon: bool) -> None:
    if with_daemon:
        running.start()
    plant(running.notes)
    running.engine.add_folder(running.notes)
    running.sync()
    ask_for_all(running)
    assert traces(running.paths.home)
    for path in sorted(running.notes.rglob("*xyzzy*"), reverse=True):
        for inner in [*path.iterdir()] if path.is_dir() else []:
            inner.unlink()
        path.rmdir() if path.is_dir() else path.unlink()
    running.sync()
    running.stop()
    assert traces(running.paths.home) == []
    assert running.found("nothing to hide") == ["kept.md"]


@pytest.mark.parametrize("with_daemon", [True, False], ids=["daemon", "alone"])
def test_a_purged_folder_leaves_no_trace(
    running: Running, tmp_path: Path, *, with_daemon: bool
) -> None:
    if with_daemon:
        running.start()
    root = tmp_path / CANARIES[6]
    plant(root)
    other = tmp_path / "other"
    other.mkdir()
    (other / "stays.md").write_text("this one stays")
    running.engine.add_folder(root, name=CANARIES[7])
    running.engine.add_folder(other)
    running.sync()
    ask_for_all(running)
    assert traces(running.paths.home)
    done = thimble("remove", "-y", "--purge", CANARIES[7])
    assert done.returncode == 0, done.stderr
    running.stop()
    assert traces(running.paths.home) == []
    assert running.found("this one stays") == ["stays.md"]


def test_the_log_holds_no_text_no_name_and_no_query(daemon: Running) -> None:
    plant(daemon.notes / "x")
    (daemon.notes / "broken.ipynb").write_text(f"{{ {CANARIES[0]}")
    daemon.sync()
    ask_for_all(daemon)
    with pytest.raises(StoreError):
        [*daemon.engine.search(Query(f"({CANARIES[0]}", mode=Mode.REGEX))]
    daemon.engine.why(Path(f"/nowhere/{CANARIES[1]}"))
    log = (daemon.paths.index / "daemon.log").read_text()
    assert "indexed" in log
    assert "xyzzy" not in log


def test_everything_works_where_there_is_no_network(running: Running) -> None:
    """In a namespace without interfaces nothing fails, since nothing asks for a network."""
    running.write("one.md", "alpha beta")
    script = f"""
import socket, subprocess, sys
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except OSError as error:
    assert error.errno == 101, error  # no route: the namespace holds
run = lambda *words: subprocess.run([sys.executable, "-I", "-m", "app", *words], check=True)
run("add", {str(running.notes)!r})
run("search", "alpha")
run("daemon", "start")
run("search", "alpha")
run("index")
run("status")
run("doctor", "--check")
run("daemon", "stop")
"""
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-I", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("one.md") == 2
    assert control.report(running.settings) is None


def test_a_crash_leaves_no_memory_behind(daemon: Running) -> None:
    limits = Path(f"/proc/{daemon.report().pid}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]
