"""What the privacy page promises, looked at from outside the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """A user with one document, nothing else, and no sign of a test or of CI in the environment."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "trip.md").write_text("# Trip\n\nThe ferry leaves at nine.\n")
    (tmp_path / "home").mkdir()
    return tmp_path


def run(user: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    plain = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
    environ = {name: os.environ[name] for name in plain if name in os.environ}
    environ |= {"HOME": str(user / "home"), "THIMBLE_HOME": str(user / "thimble")}
    return subprocess.run(
        [sys.executable, "-I", "-m", "app", *argv],
        env=environ,
        cwd=user,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_only_the_index_is_written_and_no_library_reports_to_its_maker(user: Path) -> None:
    run(user, "add", "notes")
    assert "trip.md" in run(user, "search", "-l", "when does the boat leave").stdout
    assert files_of(user / "home") == set()
    assert files_of(user / "notes") == {"trip.md"}
    beside = {name for name in files_of(user / "thimble") if not name.startswith("index/")}
    assert beside == {"index", "models", "models/checksums.json"}


def test_the_index_can_be_read_by_its_owner_alone(user: Path) -> None:
    run(user, "add", "notes")
    assert (user / "thimble" / "index").stat().st_mode & 0o777 == 0o700


def test_the_index_holds_no_text(user: Path) -> None:
    run(user, "add", "notes")
    run(user, "search", "-l", "when does the boat leave")
    kept = [path for path in (user / "thimble").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        data = path.read_bytes()
        assert not any(word in data for word in (b"ferry", b"nine", b"Trip"))
