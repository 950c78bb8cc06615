"""The whole program in a real terminal: typed into, resized, suspended, interrupted."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from bench.terminal import Terminal

LIMIT_S = 60.0
SIZE = (100, 30)
COMMAND = [sys.executable, "-m", "app"]


class Seen:
    """What a person sees of a program in a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0

    @property
    def text(self) -> str:
        """The characters on the screen, line by line."""
        self._stream.feed(self.terminal.output[self._fed :])
        self._fed = len(self.terminal.output)
        return "\n".join(self._screen.display)

    def wait(self, part: str) -> str:
        """Wait until something can be read on the screen."""
        self.terminal.wait(lambda _: part in self.text, LIMIT_S)
        return self.text

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.terminal.fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        self._screen.reset()
        self._screen.resize(rows, columns)
        self.terminal.resize((columns, rows))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "THIMBLE_HOME": str(tmp_path / "thimble"),
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
        "EDITOR": "true",
    }


@pytest.fixture
def indexed(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    """The environment of somebody who has a few notes."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "lease.md").write_text("# Lease\n\nThe deposit is returned within 30 days.\n")
    (notes / "bread.md").write_text("# Bread\n\nRye, water and salt.\x1b[2J\n")
    subprocess.run([*COMMAND, "add", str(notes)], env=environ, check=True, capture_output=True)
    return environ


@pytest.fixture
def seen(indexed: dict[str, str]) -> Iterator[Seen]:
    with Terminal(COMMAND, indexed, SIZE) as terminal:
        yield Seen(terminal)


def test_a_visit_from_the_first_key_to_the_last(seen: Seen) -> None:
    seen.wait("Up to date")
    seen.type("when is the deposit returned")
    assert "The deposit is returned within 30 days." in seen.wait("╭─ Lease")
    seen.resize(20, 5)
    seen.wait("Please make the")
    seen.resize(*SIZE)
    seen.wait("The deposit is returned within 30 days.")
    seen.wait("esc Commands")  # the query has the keys again
    seen.type("\x15")
    seen.terminal.wait(lambda _: "when is the deposit" not in seen.text, LIMIT_S)
    seen.type("rye")
    seen.wait("╭─ Bread")
    seen.wait("water and salt.")
    assert b"salt.\x1b[2J" not in seen.terminal.output
    seen.type("\r")
    seen.wait("o Open")
    seen.type("o")
    # What is typed while the terminal is handed over belongs to nobody and is thrown away.
    seen.terminal.wait(lambda written: written.count(b"\x1b[?1049h") == 2, LIMIT_S)
    seen.type("\x1b")
    seen.wait("Read  ")
    seen.type("w")
    seen.wait("Why this hit")
    seen.type("q")
    os.kill(seen.terminal.pid, signal.SIGWINCH)
    seen.wait("╭─ Bread")
    seen.type("q")
    seen.terminal.wait(lambda _: seen.terminal.has_ended, LIMIT_S)
    assert seen.terminal.exit_code == 0
    assert b"\x1b[?1049l" in seen.terminal.output


def test_interrupting_leaves_the_terminal_as_it_was(seen: Seen) -> None:
    seen.wait("Up to date")
    seen.type("dep\x03")
    seen.terminal.wait(lambda _: seen.terminal.has_ended, LIMIT_S)
    assert seen.terminal.exit_code == 0
    assert b"\x1b[?1049l" in seen.terminal.output
    assert b"Traceback" not in seen.terminal.output


def test_suspending_gives_the_terminal_back_and_resuming_draws_again(seen: Seen) -> None:
    seen.wait("Up to date")
    seen.type("\x1a")
    seen.terminal.wait(lambda written: b"\x1b[?1049l" in written, LIMIT_S)
    os.waitid(os.P_PID, seen.terminal.pid, os.WSTOPPED)
    os.kill(seen.terminal.pid, signal.SIGCONT)
    seen.terminal.wait(lambda written: written.count(b"\x1b[?1049h") == 2, LIMIT_S)
    seen.type("bread")
    seen.wait("╭─ Bread")


def test_a_terminal_that_closes_ends_the_program(seen: Seen) -> None:
    seen.wait("Up to date")
    seen.terminal.hang_up()
    assert seen.terminal.exit_code is not None


class Tmux:
    """A window of tmux with a shell in it."""

    def __init__(self, socket: Path, environ: dict[str, str]) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", os.devnull]
        self._environ = environ
        columns, rows = map(str, SIZE)
        self.run("new-session", "-d", "-x", columns, "-y", rows, "sh")

    def run(self, *command: str) -> str:
        """Give tmux a command; return what it says."""
        done = subprocess.run(
            [*self._tmux, *command], env=self._environ, check=True, capture_output=True, text=True
        )
        return done.stdout

    def type(self, text: str) -> None:
        """Press keys for letters."""
        self.run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys that have names."""
        self.run("send-keys", *keys)

    def wait(self, is_there: Callable[[str], bool]) -> str:
        """Wait for something on the screen; return it without colours."""
        end = time.monotonic() + LIMIT_S
        while not is_there(screen := self.run("capture-pane", "-p")):
            assert time.monotonic() < end, screen
            time.sleep(0.05)
        return screen


@pytest.fixture
def window(tmp_path: Path, indexed: dict[str, str]) -> Iterator[Tmux]:
    window = Tmux(tmp_path / "tmux", indexed)
    yield window
    window.run("kill-server")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_visit_in_tmux(window: Tmux) -> None:
    window.type("echo before; " + shlex.join(COMMAND) + "; echo left with $?")
    window.press("Enter")
    window.wait(lambda screen: "Up to date" in screen)
    window.type("when is the deposit returned")
    window.wait(lambda screen: "╭─ Lease" in screen and "returned within 30 days." in screen)
    window.run("resize-window", "-x", "80", "-y", "24")
    small = window.wait(lambda screen: "╮" in screen.splitlines()[0][-1:])
    assert max(map(len, small.splitlines())) == 80
    assert "returned within 30 days." in small
    window.press("Enter")
    window.wait(lambda screen: "esc Back  o Open" in screen)
    window.press("Escape")
    window.wait(lambda screen: "⏎ Read  o Open" in screen)
    window.type("q")
    shell = window.wait(lambda screen: "left with 0" in screen)
    assert "before" in shell  # the shell's screen is back
    assert "╭" not in shell
