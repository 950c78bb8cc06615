"""One daemon for an index: started, stopped, killed, raced for, outlived."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from app import __version__
from app.daemon import control
from app.daemon.client import Client, find_daemon
from app.daemon.remote_engine import RemoteEngine
from app.engine.engine import Engine
from store import DaemonActivity
from tests.app.daemon.conftest import Running, thimble, thimble_json


def test_a_daemon_is_started_asked_and_stopped(running: Running) -> None:
    assert thimble("daemon", "status").returncode == 1
    assert "started" in thimble("daemon", "start").stderr
    assert "running already" in thimble("daemon", "start").stderr
    status = thimble_json("status", "--json")["daemon"]
    assert (status["state"], status["version"]) == ("running", __version__)
    assert "watching" in thimble("daemon").stdout
    assert thimble("daemon", "stop").returncode == 0
    assert thimble("daemon", "stop").returncode == 1
    assert thimble_json("status", "--json")["daemon"] == {"state": "off"}
    logged = thimble("daemon", "logs", "-n", "3").stdout
    assert "started" in logged
    assert "stopped" in logged


def test_everything_works_without_a_daemon(running: Running) -> None:
    running.write("one.md", "alpha")
    assert thimble("add", str(running.notes)).returncode == 0
    assert "one.md" in thimble("search", "alpha").stdout
    assert find_daemon(running.settings) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_an_idle_daemon_ends_in_order_at_a_signal(running: Running, number: int) -> None:
    running.start()
    running.kill(number)
    assert "stopped" in (running.paths.index / "daemon.log").read_text()


def test_a_signal_while_it_works_ends_it_within_five_seconds(daemon: Running) -> None:
    for index in range(300):
        daemon.write(f"{index}.md", f"note {index} " * 50)
    started = monotonic()
    daemon.kill(signal.SIGTERM)
    assert monotonic() - started <= 5.0
    daemon.start()
    daemon.sync()
    assert daemon.engine.status().files == 300


def test_a_killed_daemon_is_not_missed_and_another_takes_its_place(daemon: Running) -> None:
    daemon.write("one.md", "alpha")
    daemon.sync()
    daemon.kill()
    assert daemon.found("alpha") == ["one.md"], "the client works alone"
    assert daemon.engine.daemon_status().activity is DaemonActivity.LOST
    daemon.write("two.md", "beta")
    assert daemon.start().pid != os.getpid()
    daemon.wait_until(lambda: daemon.found("beta") == ["two.md"])
    assert daemon.engine.daemon_status().activity is DaemonActivity.RUNNING


def test_who_was_there_before_the_daemon_is_served_by_it(running: Running) -> None:
    with RemoteEngine(running.settings, Client(running.settings), was_served=False) as engine:
        assert engine.daemon_status().activity is DaemonActivity.OFF
        assert engine.status().files == 0
        running.start()
        assert engine.daemon_status().activity is DaemonActivity.RUNNING
        running.kill()
        assert engine.daemon_status().activity is DaemonActivity.LOST


def test_of_many_started_at_once_one_stays(running: Running) -> None:
    command = control.command()
    crowd = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(4)]
    running.wait_until(lambda: sum(one.poll() is None for one in crowd) == 1)
    codes = [one.poll() for one in crowd if one.poll() is not None]
    assert codes == [3] * 3
    (owner,) = [one for one in crowd if one.poll() is None]
    running.wait_until(lambda: control.report(running.settings) is not None)
    assert running.report().pid == owner.pid
    running.stop()
    owner.wait(5.0)


def test_a_socket_that_nobody_owns_is_replaced(running: Running) -> None:
    report = running.start()
    owner = running.lock.owner()
    assert owner is not None
    os.kill(report.pid, signal.SIGKILL)
    running.wait_until(lambda: not running.lock.is_held())
    assert owner.socket.exists()
    assert find_daemon(running.settings) is None
    running.start()
    assert isinstance(find_daemon(running.settings), object)
    assert running.report().pid != report.pid


def test_a_file_of_somebody_else_in_the_lock_is_no_daemon(running: Running) -> None:
    running.paths.index.mkdir(parents=True, mode=0o700)
    for content in (b"", b"junk", b"{}", b'{"pid": "x", "socket": "zz"}', b"[1]"):
        (running.paths.index / "daemon.lock").write_bytes(content)
        assert find_daemon(running.settings) is None
    running.start()


def test_an_older_daemon_makes_room_and_a_newer_one_is_left_alone(running: Running) -> None:
    running.start()
    lock = running.paths.index / "daemon.lock"
    said = json.loads(lock.read_bytes())
    lock.write_text(json.dumps({**said, "version": "99.0.0"}))
    assert find_daemon(running.settings) is None
    assert running.report().version == __version__
    lock.write_text(json.dumps({**said, "version": "0.0.9"}))
    assert find_daemon(running.settings) is None
    running.wait_until(lambda: not running.lock.is_held())


def test_other_settings_are_answered_in_process(
    daemon: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.write("one.md", "alpha")
    daemon.sync()
    other = Running.__new__(Running)
    other.__dict__.update(daemon.__dict__)
    from dataclasses import replace

    settings = replace(daemon.settings, rank_model=daemon.notes)
    engine = RemoteEngine(settings, Client(settings))
    assert engine._engine is None
    engine.folders()
    assert isinstance(engine._engine, Engine)


def test_a_daemon_asks_the_model_that_is_named_now(daemon: Running) -> None:
    daemon.write("one.md", "The boiler was repaired by Mr Alpha.")
    daemon.sync()
    assert thimble("ask", "who repaired the boiler?").returncode == 0
    assert thimble("config", "set", "ask_server", "http://127.0.0.1:9/v1").returncode == 0
    assert "the model server at 127.0.0.1:9" in thimble("ask", "who repaired the boiler?").stderr
    assert thimble("config", "set", "ask_server", "none").returncode == 0
    assert thimble("ask", "who repaired the boiler?").stderr == ""


def test_nothing_of_the_index_is_open_to_others_whatever_the_umask(
    running: Running, tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        running.start()
        running.write("one.md", "alpha")
        assert thimble("add", str(running.notes)).returncode == 0
    finally:
        os.umask(old)
    seen = [running.paths.home, *running.paths.home.rglob("*")]
    names = {path.suffix for path in seen}
    owner = running.lock.owner()
    assert owner is not None
    seen += [owner.socket, owner.socket.parent]
    assert {".db", ".lock", ".log", ".copy"} <= names
    assert [path for path in seen if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("trap", ["link", "file"])
def test_a_place_that_others_prepared_is_refused(
    running: Running, tmp_path: Path, trap: str
) -> None:
    index = running.paths.index
    index.parent.mkdir(parents=True)
    if trap == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        index.symlink_to(tmp_path / "elsewhere")
    else:
        index.write_text("")
    done = thimble("daemon", "start")
    assert done.returncode == 2
    assert str(index) in done.stderr


def test_what_stands_beside_the_daemon_is_not_imported(running: Running, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('imported')")
    done = subprocess.run(
        [sys.executable, "-m", "app", "daemon", "start"],
        cwd=running.notes,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert Path(f"/proc/{running.report().pid}/cwd").resolve() == Path("/")


def test_pausing_stops_indexing_and_asking_for_it_does_not_wait(daemon: Running) -> None:
    assert thimble("daemon", "pause").returncode == 0
    assert daemon.engine.daemon_status().activity is DaemonActivity.PAUSED
    assert daemon.engine.daemon_status().reason == "asked to"
    daemon.write("one.md", "alpha")
    daemon.wait_until(lambda: "paused (asked to)" in thimble("status").stdout)
    assert daemon.engine.status().files == 0
    daemon.sync()
    assert daemon.found("alpha") == ["one.md"]
    daemon.write("two.md", "beta")
    daemon.engine.pause(False)
    daemon.wait_until(lambda: daemon.found("beta") == ["two.md"])


def test_no_socket_listens_on_a_network(daemon: Running) -> None:
    pid = daemon.report().pid
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            inodes.add(os.readlink(link).removeprefix("socket:[").removesuffix("]"))
    networks = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [
        row.split()
        for table in networks
        if table.exists()
        for row in table.read_text().splitlines()
    ]
    assert not inodes & {row[9] for row in rows if len(row) > 9}


def test_clients_of_other_users_are_turned_away(running: Running) -> None:
    """Another user of the machine, here one that a user namespace makes, gets no answer."""
    from app.daemon import wire

    left, right = socket.socketpair()
    with left, right:
        assert wire.is_same_user(left)
        real = os.getuid
        try:
            os.getuid = lambda: 12345
            assert not wire.is_same_user(left)
        finally:
            os.getuid = real


def test_without_a_daemon_indexing_much_links_all_anew(running: Running) -> None:
    running.write("one.md", "alpha")
    assert thimble("add", str(running.notes)).returncode == 0
    for number in range(5):
        running.write(f"{number}.md", f"beta {number}")
    with Engine(running.settings) as engine:
        engine.index(lambda _: None)
        with engine._store.writer() as writer:
            assert writer.is_relinking_due
        assert thimble("index").returncode == 0
        with engine._store.writer() as writer:
            assert not writer.is_relinking_due


def test_watching_in_the_foreground_indexes_what_changes(running: Running) -> None:
    running.write("one.md", "alpha")
    assert thimble("add", str(running.notes)).returncode == 0
    command = [sys.executable, "-I", "-m", "app", "index", "--watch"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stderr is not None
        while "watching" not in watching.stderr.readline():
            pass
        running.write("two.md", "beta")
        running.wait_until(lambda: running.found("beta") == ["two.md"])
        assert "indexed 1 file" in watching.stderr.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(5.0) == 0
