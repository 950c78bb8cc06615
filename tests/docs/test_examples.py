"""What the papers tell people to type is right: it parses, and the sessions they show are real."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.describe import describe
from app.cli.main import main
from app.cli.printing.diagnostics import UsageError
from docs.site import page_text

ROOT = Path(__file__).parent.parent.parent
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_INLINE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|(?<=[\s;(:]))thimble (?=[a-z-])")
_FIRST = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ )*thimble ")
_ENDS = {"|", "||", "&", "&&", ";", ">", ">>", "<", ")"}
"""Where a command ends and the shell goes on."""


def commands_in(paper: Path) -> Iterator[str]:
    """Yield what follows `thimble` on each line of code and in each piece of code in a text."""
    text = page_text(paper)
    shown = [block for _, block in _FENCE.findall(text)]
    lines = [line for block in shown for line in block.splitlines()]
    for piece in [*lines, *_INLINE.findall(_FENCE.sub("", text))]:
        found = [*_COMMAND.finditer(piece)]
        if found:  # in the command of another program, the last is the one that it starts
            one = found[0 if _FIRST.match(piece.strip()) else -1]
            yield re.sub(r"\s{3,}.*", "", piece[one.end() :])


def words_of(command: str) -> list[str]:
    """Return the words of a command up to where the shell takes over."""
    lexer = shlex.shlex(command.replace("\\|", "|"), posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    try:
        words = [*lexer]
    except ValueError:  # half of a quotation, inside the quotation of an outer command
        words = command.split()
    end = next((at for at, word in enumerate(words) if word in _ENDS), len(words))
    return words[:end]


def complaint(words: list[str]) -> str:
    """Return what the parser has against a command; empty if nothing."""
    try:
        build_parser().parse_args(words)
    except UsageError as error:
        names_a_command = not any(word.startswith("-") for word in words)
        is_short = names_a_command and "are required" in str(error)
        return "" if is_short else str(error)
    except SystemExit:  # --help
        return ""
    return ""


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_command_parses(paper: Path) -> None:
    complaints = {command: complaint(words_of(command)) for command in commands_in(paper)}
    assert {command: why for command, why in complaints.items() if why} == {}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_option_that_is_named_exists(paper: Path) -> None:
    known = {flag for command in describe(build_parser()).walk() for flag in command.flags}
    pieces = _INLINE.findall(_FENCE.sub("", page_text(paper)))
    named = {piece.split()[0] for piece in pieces if piece.startswith("--")}
    assert named - known == set()


@pytest.mark.parametrize("command", ["search --folders notes", "seach rent", "index -x | cat"])
def test_a_renamed_command_or_option_is_noticed(command: str) -> None:
    assert complaint(words_of(command))


def test_the_papers_hold_many_commands() -> None:
    assert sum(len([*commands_in(paper)]) for paper in PAPERS) > 60


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the checkout `~/thimble`, which is the current folder."""
    folder = tmp_path / "thimble"
    shutil.copytree(ROOT / "samples", folder / "samples")
    monkeypatch.chdir(folder)
    for name, value in (
        ("HOME", str(tmp_path)),
        ("THIMBLE_HOME", str(tmp_path / "index")),
        ("COLUMNS", "80"),
        ("TERM", "xterm"),
        ("NO_COLOR", "1"),
    ):
        monkeypatch.setenv(name, value)
    return folder


def run(command: str, home: Path) -> str:
    """Return what a person sees after typing a command."""
    shown = Terminal()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        assert main(shlex.split(command)[1:]) == 0
    text = re.sub(r"\r?[^\n]*\x1b\[K\r?", "", shown.getvalue())
    return timeless(text.replace(str(home), "~")).rstrip()


def timeless(text: str) -> str:
    return re.sub(r"\d+\.\d s\b", "0.0 s", text)


def test_the_sessions_of_the_tutorial_are_real(checkout: Path) -> None:
    blocks = [b for kind, b in _FENCE.findall(page_text(ROOT / "docs" / "tutorial.md"))]
    sessions = [block for block in blocks if block.startswith("$ ")]
    assert len(sessions) > 5
    for session in sessions:
        command, _, expected = session.removeprefix("$ ").partition("\n")
        seen = run(command, checkout.parent)
        if expected.rstrip().endswith("…"):
            expected = expected.rstrip().removesuffix("…")
            seen = seen[: len(expected)]
        assert seen.rstrip() == timeless(expected).rstrip(), command


def test_the_session_on_the_first_page_is_real(checkout: Path) -> None:
    ((_, session), *_) = _FENCE.findall(page_text(ROOT / "docs" / "index.md"))
    command, _, expected = session.removeprefix("$ ").partition("\n")
    run("thimble add samples", checkout.parent)
    assert run(command, checkout.parent) == expected.rstrip()
