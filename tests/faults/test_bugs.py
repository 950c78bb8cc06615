"""The tests of the promises are awake: each of a list of mistakes makes one of them fail.

The program is copied, one mistake is put into the copy, and the test that is to notice it is run
there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.bugs import BUGS, Bug

_ROOT = Path(__file__).parents[2]
_PARTS = ("app", "indexer", "store", "tui", "tests", "samples", "pyproject.toml")
_EVERYDAY = 2
"""Mistakes that are tried every day."""
_TESTS_FAILED = 1
"""Exit code of pytest."""


def _notices(bug: Bug, home: Path) -> bool:
    for part in _PARTS:
        copy = shutil.copytree if (_ROOT / part).is_dir() else shutil.copy
        copy(_ROOT / part, home / part)
    place = home / bug.file
    source = place.read_text("utf-8")
    assert source.count(bug.was) == 1, f"{bug.file} has changed; say anew what the mistake is"
    place.write_text(source.replace(bug.was, bug.wrong), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.test],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home), "HYPOTHESIS_STORAGE_DIRECTORY": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, _TESTS_FAILED), done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == _TESTS_FAILED


def _id(bug: Bug) -> str:
    return bug.name


@pytest.mark.parametrize("bug", BUGS[:_EVERYDAY], ids=_id)
def test_a_mistake_is_noticed(bug: Bug, tmp_path: Path) -> None:
    assert _notices(bug, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("bug", BUGS[_EVERYDAY:], ids=_id)
def test_every_mistake_is_noticed(bug: Bug, tmp_path: Path) -> None:
    assert _notices(bug, tmp_path)


def test_every_mistake_can_still_be_made() -> None:
    for bug in BUGS:
        assert (_ROOT / bug.file).read_text("utf-8").count(bug.was) == 1, bug.name
