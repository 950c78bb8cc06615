"""What thimble keeps is its user's alone, whatever the umask, and whatever was there before."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from store import write_private
from store.database.lock import WriterLock
from tests.processes import thimble


def loose(home: Path) -> list[str]:
    """Return what other users could open."""
    return [
        f"{path.relative_to(home)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (home, *home.rglob("*"))
        if path.stat().st_mode & 0o077
    ]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("The rent is due in May.")
    return folder


def run(home: Path, *argv: str, umask: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "app", *argv],
        env=os.environ | {"THIMBLE_HOME": str(home)},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_all_is_private_without_any_umask(notes: Path, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    run(home, "config", "set", "cache_percent", "100")
    run(home, "add", str(notes))
    assert "a.md" in run(home, "search", "rent")  # writes to the cache
    run(home, "saved", "add", "rent", "rent")
    assert loose(home.parent) == []


def test_what_was_open_is_closed_by_the_next_run(notes: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "add", str(notes))
    for path in (home / "index", *(home / "index").iterdir()):
        path.chmod(0o777)
    (notes / "b.md").write_text("The deposit is due in June.")
    run(home, "index")
    left = {line.split()[0] for line in loose(home / "index")}
    assert not left & {".", "thimble.db", "thimble.db-wal", "thimble.db-shm", "folders.copy"}


def test_doctor_names_and_closes_what_is_open(notes: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "add", str(notes))
    (home / "index" / "thimble.db").chmod(0o644)
    (home / "index").chmod(0o755)
    looked = thimble(home, "doctor", "--check")
    assert looked.returncode == 1
    assert f"rights: other users could open {home / 'index' / 'thimble.db'}" in looked.stdout
    mended = thimble(home, "doctor")
    assert mended.returncode == 0
    assert " files to other users" in mended.stderr
    assert loose(home) == []


def test_folders_of_others_stay_as_they_are(tmp_path: Path, notes: Path) -> None:
    """The settings may be a link into a folder of dot files."""
    home, dots = tmp_path / "home", tmp_path / "dots"
    home.mkdir(mode=0o700)
    dots.mkdir(mode=0o755)
    (dots / "thimble.toml").write_text("")
    (home / "settings.toml").symlink_to(dots / "thimble.toml")
    run(home, "config", "set", "budget", "8")
    run(home, "doctor")
    assert stat.S_IMODE(dots.stat().st_mode) == 0o755
    assert "budget = 8" in (dots / "thimble.toml").read_text()


@pytest.mark.parametrize("home", ["relh", "./a/../relh"])
def test_a_relative_home_is_the_same_for_all_processes(
    tmp_path: Path, notes: Path, home: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()

    def command(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-m", "app", *argv],
            env=os.environ | {"THIMBLE_HOME": home},
            cwd=here,
            capture_output=True,
            text=True,
            check=False,
        )

    assert command("add", str(notes)).returncode == 0
    try:
        started = command("daemon", "start")
        assert started.returncode == 0, started.stderr
        assert "a.md" in command("search", "rent").stdout
        assert command("daemon", "status").returncode == 0
    finally:
        command("daemon", "stop")
    assert [path.name for path in here.iterdir() if path.name != "a"] == ["relh"]
    assert not Path("/relh").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that is refused")
def test_a_home_on_a_read_only_disk_can_be_searched() -> None:
    """Even if no model was ever checked there."""
    with TemporaryDirectory() as name:  # the folders of pytest are closed to others
        root = Path(name)
        root.chmod(0o755)
        home, notes = root / "home", root / "notes"
        notes.mkdir()
        (notes / "a.md").write_text("The rent is due in May.")
        run(home, "add", str(notes))
        (home / "models" / "checksums.json").unlink()
        for path in (home, *home.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        for words in (["search", "rent"], ["search", "--mode", "semantic", "rent"], ["status"]):
            done = subprocess.run(
                [sys.executable, "-c", _AS_ANOTHER_USER, str(home), *words],
                cwd=Path(__file__).parents[2],
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
            assert "a.md" in done.stdout or words == ["status"]


_AS_ANOTHER_USER = """
import os, shutil, sys, tempfile
from app.cli.main import main
with tempfile.TemporaryDirectory() as name:  # what another user cannot read is imported before
    shutil.copytree(sys.argv[1], f"{name}/home")
    os.environ["THIMBLE_HOME"] = f"{name}/home"
    stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
    main(sys.argv[2:])
sys.stdout = stdout
os.environ["THIMBLE_HOME"] = sys.argv[1]
os.setuid(65534)
sys.exit(main(sys.argv[2:]))
"""


def test_a_full_disk_is_told_of_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with WriterLock(tmp_path / "writer.lock") as lock:
        lock.release()
        monkeypatch.setattr("os.write", is_full)
        lock.acquire()  # who holds it is only less known
    monkeypatch.setattr("os.fchmod", is_full)
    with pytest.raises(OSError, match=r"saved\.json") as caught:
        write_private(tmp_path / "saved.json", b"x")
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["writer.lock"]
