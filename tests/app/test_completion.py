from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.commands.completion import completion_script
from app.cli.describe import describe
from tests.app.conftest import Run

SHELLS = ("bash", "zsh", "fish")
BASH = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_shtab_thimble
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def test_the_script_is_data(run: Run) -> None:
    done = run("completion", "bash")
    assert (done.code, done.err) == (0, "")
    assert done.out.rstrip() == completion_script(build_parser(), "bash").rstrip()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_names_every_command_and_option(shell: str) -> None:
    script = completion_script(build_parser(), shell)
    for command in describe(build_parser()).walk():
        assert all(word in script for word in command.words)
        for option in command.options:
            assert all(flag.lstrip("-") in script for flag in option.flags)


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_the_shell_can_read_its_script(shell: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(completion_script(build_parser(), shell), encoding="utf-8")
    subprocess.run([shell, "-n", script], check=True)


def completed(words: str, folder: Path) -> list[str]:
    """What bash offers for the last of the words."""
    script = folder.parent / "thimble.bash"
    script.write_text(completion_script(build_parser(), "bash"), encoding="utf-8")
    command = BASH.format(script=script, words=words)
    done = subprocess.run(
        ["bash", "--norc", "-c", command], cwd=folder, capture_output=True, check=True, text=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    (folder / "my notes").mkdir(parents=True)
    (folder / "my queries.jsonl").touch()
    return folder


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("thimble sea", ["search"]),
        ("thimble search --mo", ["--mode"]),
        ("thimble search --mode ''", ["hybrid", "semantic", "lexical", "exact", "regex"]),
        ("thimble search rent --format j", ["json", "jsonl"]),
        ("thimble --color never config g", ["get"]),
        ("thimble config get m", ["max_file_mb"]),
        ("thimble daemon pause --co", ["--color"]),
        ("thimble completion z", ["zsh"]),
        ("thimble add my", ["my notes"]),
        ("thimble add 'my n'", ["my notes"]),
        ("thimble show my", ["my notes", "my queries.jsonl"]),
        ("thimble search --batch 'my q'", ["my queries.jsonl"]),
        ("thimble search --since ''", [""]),
    ],
)
def test_bash_offers_what_may_follow(words: str, offered: list[str], folder: Path) -> None:
    assert sorted(completed(words, folder)) == sorted(offered)
