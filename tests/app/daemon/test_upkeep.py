"""What the daemon does while nothing happens, and what ends that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.daemon import upkeep as module
from app.daemon.upkeep import Upkeep, Wish
from store import Progress, StoreDamaged

DONE = Progress("done", 0, 0, 0, 0, 0, 0, 0.0, None)


class Resting:
    """A runner that has something to do in its rest, for as long as it is let."""

    def __init__(self) -> None:
        self.rests = threading.Semaphore(0)
        self.was_wanted = threading.Semaphore(0)
        self.runs = 0
        self.error: Exception | None = None

    def run(self, scopes: object, **how: object) -> Progress:
        """Make a run of no time."""
        self.runs += 1
        return DONE

    def rest_if_idle(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """Rest until wanted."""
        self.rests.release()
        if self.error is not None:
            raise self.error
        while not is_wanted():
            pause.wait(0.01)
        self.was_wanted.release()

    def close(self) -> None:
        """Close nothing."""


pause = threading.Event()


@pytest.fixture
def runner() -> Resting:
    return Resting()


@pytest.fixture
def upkeep(runner: Resting, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upkeep]:
    monkeypatch.setattr(module, "_TICK_S", 0.02)
    made = Upkeep(list, runner, lambda scopes: False)
    worker = threading.Thread(target=made.work)
    worker.start()
    yield made
    made.close()
    worker.join(5.0)
    assert not worker.is_alive()


def interrupt(upkeep: Upkeep) -> None:
    with upkeep.interrupted():
        pass


@pytest.mark.parametrize(
    "happens",
    [
        lambda one: one._agenda.note(1, "directory"),
        lambda one: one.wish(Wish(lambda progress: None)),
        lambda one: one.pause(True),
        lambda one: one.close(),
        interrupt,
    ],
    ids=["something changed", "a run is asked for", "it is paused", "it ends", "others write"],
)
def test_what_could_wait_ends_when_something_cannot(
    upkeep: Upkeep, runner: Resting, happens: Callable[[Upkeep], Any]
) -> None:
    assert runner.rests.acquire(timeout=5.0)
    happens(upkeep)
    assert runner.was_wanted.acquire(timeout=5.0)


def test_what_fails_in_a_rest_does_not_end_the_watch(
    upkeep: Upkeep, runner: Resting, caplog: pytest.LogCaptureFixture
) -> None:
    assert runner.rests.acquire(timeout=5.0)
    runner.error = StoreDamaged("block 7 of text that is private")
    upkeep._agenda.note(1, "directory")
    assert runner.rests.acquire(timeout=5.0)
    assert runner.rests.acquire(timeout=5.0)
    assert "linking anew failed: StoreDamaged" in caplog.text
    assert "private" not in caplog.text
