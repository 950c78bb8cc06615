"""Starting with the session, and waiting for better times."""

from __future__ import annotations

import os
import plistlib
import shlex
import sys
from pathlib import Path

import pytest

from app.daemon import power, unit
from app.user.paths import Paths
from app.user.settings import Settings
from tests.app.conftest import Run


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the service manager on PATH; returns the file where it notes its words."""
    said = tmp_path / "said"
    for name in ("systemctl", "launchctl"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {shlex.quote(str(said))}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return said


def test_a_systemd_unit_is_written_started_and_taken_away(
    manager: Path, tmp_path: Path, run: Run, own_home: Path
) -> None:
    assert run("service", "status").code == 1
    assert run("service", "install").code == 0
    path = tmp_path / ".config" / "systemd" / "user" / "thimble.service"
    lines = path.read_text().splitlines()
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    assert shlex.split(start.removeprefix("ExecStart=")) == [
        *(sys.executable, "-I", "-m", "app", "daemon", "run")
    ]
    assert f'Environment="THIMBLE_HOME={own_home}"' in lines
    assert {"UMask=0077", "NoNewPrivileges=yes", "RestrictAddressFamilies=AF_UNIX"} <= {*lines}
    assert "installed, runs" in run("service").out
    assert run("service", "uninstall").code == 0
    assert not path.exists()
    assert run("service", "uninstall").code == 1
    assert manager.read_text().splitlines() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now thimble.service",
        "systemctl --user is-active --quiet thimble.service",
        "systemctl --user disable --now thimble.service",
        "systemctl --user daemon-reload",
    ]


def test_a_launchd_agent_is_written_started_and_taken_away(
    manager: Path, tmp_path: Path, run: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert run("service", "install").code == 0
    path = tmp_path / "Library" / "LaunchAgents" / "io.thimble.daemon.plist"
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"][1:] == ["-I", "-m", "app", "daemon", "run"]
    assert agent["EnvironmentVariables"] == {"THIMBLE_HOME": str(own_home)}
    assert run("service", "uninstall").code == 0
    user = f"gui/{os.getuid()}"
    assert manager.read_text().splitlines() == [
        f"launchctl bootstrap {user} {path}",
        f"launchctl bootout {user}/io.thimble.daemon",
    ]


def test_without_a_manager_the_file_is_written_all_the_same(
    manager: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    done = run("service", "install")
    assert done.code == 0
    assert "thimble daemon start" in done.err
    assert "installed:" in run("service").out


def test_what_the_manager_complains_of_is_said(manager: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "bin" / "systemctl").write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
    done = run("service", "install")
    assert (done.code, "no bus" in done.err) == (2, True)


@pytest.mark.parametrize("word", ["/a b/c", "/100%/x", '/a"b', "/a\\b", "/$HOME"])
def test_odd_paths_are_quoted_for_systemd(word: str) -> None:
    quoted = unit._quoted(word)
    assert shlex.split(quoted) == [word.replace("%", "%%").replace("$", "$$")] or "$" in word
    assert quoted.count("%") % 2 == 0


def supply(root: Path, name: str, **files: str) -> None:
    (root / name).mkdir(parents=True)
    for file, content in files.items():
        (root / name / file).write_text(content + "\n")


def test_the_battery_counts_when_it_is_used(tmp_path: Path) -> None:
    root = tmp_path / "supplies"
    assert power.battery_charge(root) is None
    supply(root, "BAT0", type="Battery", status="Discharging", capacity="42")
    supply(root, "mouse", type="Battery", status="Discharging", capacity="5", scope="Device")
    assert power.battery_charge(root) == 42
    supply(root, "AC", type="Mains", online="0")
    assert power.battery_charge(root) == 42
    (root / "AC" / "online").write_text("1")
    assert power.battery_charge(root) is None


def test_a_mac_is_asked_by_pmset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pmset"
    program.write_text('#!/bin/sh\necho "Now drawing from \'Battery Power\'"\necho " 17%; left"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert power.battery_charge() == 17
    program.write_text("#!/bin/sh\necho \"Now drawing from 'AC Power'\"\n")
    assert power.battery_charge() is None


def test_indexing_waits_on_a_low_battery_and_a_busy_machine(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths.find({"THIMBLE_HOME": str(own_home)})
    monkeypatch.setattr(power, "battery_charge", lambda: 20)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.5, 0.5, 0.5))
    assert power.reason_to_wait(Settings(paths)) == "on battery, 20 % left"
    assert power.reason_to_wait(Settings(paths, battery_floor=10)) == ""
    assert power.reason_to_wait(Settings(paths, battery_floor=0)) == ""
    monkeypatch.setattr(os, "getloadavg", lambda: (1000.0, 0.5, 0.5))
    assert "busy" in power.reason_to_wait(Settings(paths, battery_floor=0))
    assert power.reason_to_wait(Settings(paths, battery_floor=0, load_ceiling=0)) == ""
