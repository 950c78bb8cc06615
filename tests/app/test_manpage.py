from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.describe import describe
from app.cli.manpage import man_page

PAGE = Path(__file__).parents[2] / "docs" / "thimble.1"


def test_the_man_page_is_that_of_this_program() -> None:
    assert PAGE.read_text("utf-8") == man_page(build_parser()), "run: make man"


def test_the_man_page_names_every_command_and_option() -> None:
    page = PAGE.read_text("utf-8").replace("\\-", "-")
    for command in describe(build_parser()).walk():
        assert " ".join(("thimble", *command.words)) in page
        for option in command.options:
            assert all(flag in page for flag in option.flags)


@pytest.mark.skipif(shutil.which("man") is None, reason="no man here")
def test_man_can_read_it() -> None:
    done = subprocess.run(
        ["man", "--warnings", "-l", str(PAGE)],
        capture_output=True,
        check=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MANPAGER": "cat"},
    )
    assert "private search and answers" in done.stdout
    assert done.stderr == ""
