"""Exit codes, and errors in one sentence."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli.printing.diagnostics import Diagnostics, ExitCode
from indexer import ModelError, Unreadable
from store import StoreFull
from tests.app.conftest import Run
from tests.app.fakes import FakeEngine, Terminal

THIMBLE = [sys.executable, "-m", "app"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StoreFull("the disk is full"), "the disk is full"),
        (ModelError("/m: no model.onnx"), "/m: no model.onnx"),
        (Unreadable("a password is needed"), "a password is needed"),
        (ValueError("two folders are called x"), "two folders are called x"),
        (FileNotFoundError(2, "No such file or directory", "/x"), "/x: No such file or directory"),
        (OSError(5, "Input/output error"), "input or output failed: Input/output error"),
        (OSError(18, "Cross-device link", "/a", None, "/b"), "/a → /b: Cross-device link"),
        (ImportError("no numpy"), "the installation is broken (no numpy); install thimble again"),
    ],
)
def test_an_error_is_one_sentence(
    run: Run, engine: FakeEngine, error: Exception, sentence: str
) -> None:
    engine.error = error
    done = run("search", "x")
    assert (done.code, done.out, done.err) == (2, "", f"thimble: {sentence}\n")


def test_a_bug_is_called_one_and_says_how_to_see_more(run: Run, engine: FakeEngine) -> None:
    engine.error = KeyError("rank")
    done = run("search", "x")
    assert done.code == 2
    assert done.err == (
        "thimble: unexpected KeyError: 'rank' "
        "(this is a bug; THIMBLE_DEBUG=1 shows where it happened)\n"
    )


def test_debugging_shows_where(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_DEBUG", "1")
    engine.error = KeyError("rank")
    lines = run("search", "x").err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1].startswith("thimble: unexpected KeyError")


def test_lack_of_memory_names_a_cure() -> None:
    stream = io.StringIO()
    assert Diagnostics(stream, {}).explain(MemoryError()) is ExitCode.ERROR
    assert "max_file_mb" in stream.getvalue()


def test_ctrl_c_is_exit_code_130_and_one_line(run: Run, engine: FakeEngine) -> None:
    engine.error = KeyboardInterrupt()
    done = run("search", "x")
    assert (done.code, done.err) == (130, "thimble: stopped; nothing is lost\n")


def test_a_reader_that_leaves_early_is_no_error(run: Run, engine: FakeEngine) -> None:
    engine.error = BrokenPipeError(errno.EPIPE, "Broken pipe")
    done = run("search", "x")
    assert (done.code, done.err) == (141, "")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["serch"], "there is no 'serch', did you mean 'search'? (see: thimble --help)"),
        (["search", "--limt", "3", "x"], "--limt"),
        (["search", "--lim", "3", "x"], "--lim"),
        (["search", "-n", "0", "x"], "'0' is not a whole number from 1 up"),
        (["search", "--mode", "hybird", "x"], "did you mean 'hybrid'?"),
        (["search", "--since", "soon", "x"], "'soon' is not a date; try 2w, 3d, 12h"),
        (["search", "--json", "-l", "x"], "not allowed with argument"),
        (["add"], "required: DIR (see: thimble add --help)"),
        (["config", "get", "bugdet"], "did you mean 'budget'?"),
        (["--threads", "0", "list"], "--threads: threads cannot be '0': it must be 1 or more"),
        (["completion", "tcsh"], "choose from bash, zsh, fish"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_with_a_cure(
    run: Run, argv: list[str], sentence: str
) -> None:
    done = run(*argv)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("thimble: ")
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_the_drawn_line_gives_way_to_messages() -> None:
    stream = Terminal()
    talk = Diagnostics(stream, {})
    talk.draw("half")
    talk.draw("whole")
    talk.say("done")
    talk.say("really")
    assert stream.getvalue() == ("half\x1b[K\rwhole\x1b[K\r\x1b[Kthimble: done\nthimble: really\n")


def test_nothing_fails_because_stderr_is_closed() -> None:
    stream = io.StringIO()
    talk = Diagnostics(stream, {})
    stream.close()
    talk.say("nobody hears this")


def thimble(*argv: str, **streams: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*THIMBLE, *argv], stderr=subprocess.PIPE, check=False, **streams)  # type: ignore[call-overload,no-any-return]


def test_a_real_pipe_that_closes_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = thimble("config", "path", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_behind_stdout_is_an_error() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with full.open("wb") as stdout:
        done = thimble("config", "path", stdout=stdout.fileno())
    assert done.returncode == 2
    assert done.stderr == b"thimble: input or output failed: No space left on device\n"


def test_a_program_that_is_stopped_and_goes_on_loses_nothing_it_writes(tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("".join(f"This is sentence {n} of many.\n\n" for n in range(40_000)))
    unbuffered = [sys.executable, "-u", "-m", "app"]
    with subprocess.Popen([*unbuffered, "show", str(long)], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        written = os.read(program.stdout.fileno(), 1)
        for _ in range(20):  # it waits in the middle of writing
            program.send_signal(signal.SIGSTOP)
            time.sleep(0.002)
            program.send_signal(signal.SIGCONT)
            written += os.read(program.stdout.fileno(), 3_000)
        written += program.stdout.read()
    assert written.decode() == long.read_text().removesuffix("\n")
