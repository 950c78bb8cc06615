"""The way in: help, version, and how little they import."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.cli.arguments import MODES, build_parser
from app.cli.describe import describe
from app.user.settings import KEYS, Settings
from store import Mode
from tests.app.conftest import Run

HEAVY = (
    *("numpy", "onnxruntime", "textual", "apsw", "tokenizers", "tomlkit", "watchdog", "rich"),
    *("dataclasses", "inspect"),  # a fifth of the time that help takes otherwise
)
PROBE = f"""
import sys
from app.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print(code, *loaded, file=sys.stderr)
"""
COMMANDS = [command.words for command in describe(build_parser()).walk()]


def test_the_version_is_the_one_of_the_package(run: Run) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]
    done = run("--version")
    assert (done.code, done.out) == (0, f"thimble {__version__}\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: {' '.join(('thimble', *words))} ")
    assert max(map(len, done.out.splitlines())) <= 100


@pytest.mark.parametrize("words", [words for words in COMMANDS if len(words) == 1], ids=str)
def test_every_command_has_a_module(words: tuple[str]) -> None:
    module = importlib.import_module(f"app.cli.commands.{words[0]}")
    assert callable(module.run)
    assert module.__doc__
    assert module.__doc__.startswith(f"`thimble {words[0]}`")


def test_the_modes_are_those_of_the_store() -> None:
    assert tuple(Mode) == MODES


def test_every_setting_has_a_field() -> None:
    assert {field.name for field in fields(Settings)} == {"paths", *KEYS}


def test_global_options_may_stand_before_or_after_the_command() -> None:
    parser = build_parser()
    before = parser.parse_args(["--color", "never", "--threads", "2", "list"])
    after = parser.parse_args(["list", "--color", "never", "--threads", "2"])
    neither = parser.parse_args(["list"])
    assert vars(before) == vars(after)
    assert (neither.color, neither.threads) == ("auto", None)


def test_the_parsers_of_other_commands_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = ArgumentParser.__init__

    def counted(parser: ArgumentParser, **wanted: Any) -> None:
        made.append(wanted["prog"])
        make(parser, **wanted)

    monkeypatch.setattr(ArgumentParser, "__init__", counted)
    build_parser().parse_args(["daemon", "logs", "-n", "3"])
    assert made == ["thimble", "thimble daemon", "thimble daemon logs"]


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["search", "--help"]], ids=str)
def test_help_and_version_import_nothing_heavy(argv: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *argv], capture_output=True, check=True, text=True
    )
    assert done.stderr == "0\n"
    assert done.stdout


def test_reading_settings_does_not_import_what_writes_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "config"], capture_output=True, check=True, text=True
    )
    assert "tomlkit" not in done.stderr
    assert "onnxruntime" not in done.stderr
    assert "textual" not in done.stderr


def test_whoever_asks_the_daemon_loads_neither_the_index_nor_readers() -> None:
    found = "[name for name in ('numpy', 'apsw', 'indexer.formats.readers') if name in sys.modules]"
    code = f"import sys; import app.daemon.remote_engine; print({found})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"
