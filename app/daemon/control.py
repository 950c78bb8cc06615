"""Starting, stopping and asking a daemon from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread

from store import DaemonReport

from ..user.settings import Settings
from .client import Client
from .faults import Silent, Unreachable
from .lock import DaemonLock
from .methods import PAUSE, REPORT, STOP, Stop

_START_S = 20.0
_STOP_S = 8.0
_POLL_S = 0.05


class DaemonTrouble(ValueError):
    """The daemon could not be started or stopped; a sentence for people."""


def report(settings: Settings) -> DaemonReport | None:
    """Return what the daemon of an index says about itself, None if none runs.

    Raises DaemonTrouble if there is one that does not answer.
    """
    try:
        return Client(settings).ask(REPORT, None)
    except Silent:
        owner = DaemonLock(settings.paths).owner()
        who = "" if owner is None else f" (pid {owner.pid})"
        raise DaemonTrouble(
            f"the daemon{who} does not answer; end it with: thimble daemon stop"
        ) from None
    except Unreachable:
        return None


def start(settings: Settings) -> tuple[DaemonReport, bool]:
    """See to it that a daemon runs; returns its report and whether it was started just now.

    Raises DaemonTrouble if it does not come up.
    """
    if running := report(settings):
        return running, False
    with TemporaryFile() as said:
        child = subprocess.Popen(
            command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
            cwd="/",
        )
        Thread(target=child.wait, daemon=True).start()  # leaves no zombie when the daemon ends
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            with suppress(DaemonTrouble):  # it is just beginning
                if running := report(settings):
                    return running, running.pid == child.pid
            if child.poll() is not None and not DaemonLock(settings.paths).is_held():
                said.seek(0)
                reason = said.read().decode(errors="replace").strip() or "it ended at once"
                raise DaemonTrouble(f"the daemon did not start ({reason})")
            time.sleep(_POLL_S)
    raise DaemonTrouble(f"the daemon did not answer within {_START_S:.0f} s; see its log")


def stop(settings: Settings) -> bool:
    """Have the daemon end and wait for it; returns whether one ran. Raises DaemonTrouble."""
    lock = DaemonLock(settings.paths)
    if not lock.is_held():
        return False
    try:
        Client(settings).ask(STOP, Stop())
    except Unreachable:
        _signal(lock, signal.SIGTERM)
    if not _has_ended(lock):
        _signal(lock, signal.SIGKILL)  # it hangs; whatever it wrote is whole or not there
        if not _has_ended(lock):
            raise DaemonTrouble("the daemon does not end; see `thimble daemon logs`")
    return True


def _has_ended(lock: DaemonLock) -> bool:
    """Wait for the end of the daemon, as long as it may take to finish a batch."""
    end = time.monotonic() + _STOP_S
    while lock.is_held() and time.monotonic() < end:
        time.sleep(_POLL_S)
    return not lock.is_held()


def pause(settings: Settings, *, paused: bool) -> bool:
    """Stop background indexing or let it go on; returns whether a daemon runs."""
    try:
        Client(settings).ask(PAUSE, paused)
    except Unreachable:
        return False
    return True


def command() -> list[str]:
    """Return the command that is the daemon; it imports nothing from where it is started."""
    return [sys.executable, "-I", "-m", "app", "daemon", "run"]


def last_lines(path: Path, lines: int) -> list[str]:
    """Return the end of a log; nothing if there is none."""
    try:
        return path.read_text(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def _signal(lock: DaemonLock, number: signal.Signals) -> None:
    owner = lock.owner()
    if owner is not None and lock.is_held():
        with suppress(ProcessLookupError):
            os.kill(owner.pid, number)
            os.kill(owner.pid, signal.SIGCONT)  # one that was stopped takes no other signal
