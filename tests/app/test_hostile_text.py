"""Documents and file names are data: nothing in them reaches the terminal as a command."""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.printing.diagnostics import Diagnostics
from app.cli.printing.progress import ProgressLine
from store import Answer, FileExplanation, Sentence, StoreDamaged
from tests.app.conftest import Outcome, Run
from tests.app.fakes import DONE, LEASE, NOTES, FakeEngine, Terminal, skipped

ATTACKS = [
    "\x1b[2J",  # clears the screen
    "\x1b]52;c;ZXZpbA==\x07",  # writes to the clipboard
    "\x9b31m",  # the one-character form of ESC [
    "\x90q\x9c",
    "\u202egpj.exe",  # shown right to left
    "\u2066x\u2069",
    "a\nthimble: all is well",
    "a\rb",
    "\u2028x",
    os.fsdecode(b"caf\xe9"),
]
LINK = re.compile(r"\x1b\]8;;(?:file:///[!-~]*)?\x1b\\")
HARMLESS = "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[K\r", "\x1b[K"
COMMANDS = [
    ["map"],
    ["map", "--json"],
    ["search", "x"],
    ["search", "-l", "x"],
    ["search", "--json", "x"],
    ["search", "--jsonl", "x"],
    ["search", "--format", "csv", "x"],
    ["search", "--format", "md", "x"],
    ["search", "--format", "xml", "x"],
    ["search", "-C", "1", "x"],
    ["ask", "x"],
    ["ask", "--json", "x"],
    ["list"],
    ["list", "--json"],
    ["status", "--skipped"],
    ["status", "--skipped", "--json"],
    ["why", "x"],
    ["add", "x"],
    ["remove", "-y", "evil"],
    ["index"],
]


@pytest.fixture(params=ATTACKS)
def attack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def evil(engine: FakeEngine, attack: str) -> FakeEngine:
    """An engine with the attack in every text that it hands out."""
    path = Path("/notes") / attack
    text = f"{attack} deposit {attack}"
    engine.known = [
        replace(NOTES, name="evil", path=path, include=(attack,), exclude=(attack,)),
        replace(NOTES, name=attack),
    ]
    engine.hits = (
        replace(
            LEASE,
            path=path,
            title=attack,
            heading=attack,
            text=text,
            highlights=((0, len(text)),),
            snippet=(0, len(text)),
            duplicates=(path,),
        ),
    )
    engine.answers = (
        Answer(
            question=attack,
            sentences=(Sentence(text, (1,), supported=False),),
            sources=engine.hits,
            found=True,
            backend=attack,
            done=True,
            notice=attack,
        ),
    )
    engine.skipped_files = (skipped(path, attack),)
    engine.explanation = FileExplanation(path, indexed=False, reason=attack)
    engine.writer = attack
    engine.topic = attack
    return engine


def assert_harmless(done: Outcome) -> None:
    for stream in (done.out, done.err):
        stream = LINK.sub("", stream)
        for own in HARMLESS:
            stream = stream.replace(own, "")
        bad = {sign for sign in stream if sign < " " and sign not in "\n\t"}
        bad |= {sign for sign in stream if "\x7f" <= sign <= "\x9f"}
        bad |= set(stream) & {"\u202e", "\u2066", "\u2069"}
        assert not bad
        stream.encode()  # no lone surrogates


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.usefixtures("evil")
def test_no_command_passes_an_attack_on(run: Run, command: list[str], terminal: bool) -> None:
    assert_harmless(run(*command, terminal=terminal))


@pytest.mark.usefixtures("evil")
def test_one_hit_is_one_line_whatever_its_file_is_called(run: Run) -> None:
    assert run("search", "x").out.count("\n") == 1
    assert run("search", "-l", "x").out.count("\n") == 1
    assert len(json.loads(run("search", "--json", "x").out)["hits"]) == 1


@pytest.mark.usefixtures("evil")
@pytest.mark.parametrize("command", [["list"], ["remove", "-y", "zzz"], ["search", "x"]])
def test_no_document_can_speak_for_thimble(run: Run, command: list[str]) -> None:
    done = run(*command)
    lines = (done.out + done.err).splitlines()
    assert "thimble: all is well" not in lines


def test_errors_are_harmless_too(run: Run, engine: FakeEngine, attack: str) -> None:
    for error in (OSError(5, "Input/output error", attack), ValueError(attack), KeyError(attack)):
        engine.error = error
        assert_harmless(run("search", "x", terminal=True))
    engine.error = StoreDamaged(attack)
    assert_harmless(run("status"))


def test_even_a_traceback_is_harmless(
    run: Run, engine: FakeEngine, attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_DEBUG", "1")
    engine.error = RuntimeError(attack)
    done = run("status")
    assert_harmless(done)
    assert "Traceback" in done.err


def test_what_was_typed_is_harmless(run: Run, attack: str) -> None:
    for argv in ([attack], ["search", "--mode", attack, "x"], ["show", f"/no{attack}"]):
        done = run(*argv)
        assert done.code == 2
        assert_harmless(done)


def test_a_document_is_shown_harmlessly(run: Run, attack: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.txt"
    path.write_text(f"Some words {attack} and more.\n", encoding="utf-8", errors="replace")
    for given in (str(path), f"{path}:1"):
        assert_harmless(run("show", given, terminal=True))


def test_the_progress_line_is_harmless(attack: str) -> None:
    stream = Terminal()
    line = ProgressLine(Diagnostics(stream, {}), clock=iter([0.0, 1.0]).__next__)
    line.report(replace(DONE, phase="indexing", current=Path("/notes") / attack))
    assert_harmless(Outcome(0, "", stream.getvalue()))


def test_a_question_is_harmless(attack: str) -> None:
    stream = Terminal()
    Diagnostics(stream, {}).ask(f"Forget {attack}?", io.StringIO("n\n"))
    assert_harmless(Outcome(0, "", stream.getvalue()))
