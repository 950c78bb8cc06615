"""What every state looks like at two sizes; `pytest tests/tui --snapshot-update` draws anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from store import DaemonActivity, DaemonStatus, StoreBusy, StoreDamaged, StoreError
from tests.tui.driving import SMALL, pressing, started
from tests.tui.fakes import FOLDERS, HALFWAY, FakeBackend, many_skipped, many_topics
from tui.app import ThimbleApp

HUGE = (200, 60)


class Compare(Protocol):
    def __call__(self, app: Any, *, terminal_size: tuple[int, int], run_before: Any) -> bool: ...


def damaged() -> StoreError:
    return StoreDamaged("a page of the index is not what was written")


STATES: dict[str, tuple[Callable[[], FakeBackend], list[str]]] = {
    "first run": (lambda: FakeBackend(folders=()), []),
    "before typing": (FakeBackend, []),
    "results": (FakeBackend, ["=deposit"]),
    "filters and marks": (
        FakeBackend,
        ["=type:md in:notes since:2w deposit", "escape", "space", "down", "space"],
    ),
    "reading": (FakeBackend, ["=deposit", "enter"]),
    "indexing": (lambda: FakeBackend(progress=HALFWAY, hangs=True), ["=deposit", "down"]),
    "nothing found": (FakeBackend, ["=type:pdf nothing [b]like[/b] it", "escape", "m"]),
    "file gone": (lambda: FakeBackend(preview_problem=FileNotFoundError()), ["=deposit"]),
    "more like this": (FakeBackend, ["=deposit", "escape", "t"]),
    "why": (FakeBackend, ["=deposit", "escape", "w"]),
    "filter dialog": (FakeBackend, ["escape", "f", "right", "down", "=md"]),
    "keys": (FakeBackend, ["=deposit", "escape", "question_mark"]),
    "library": (lambda: FakeBackend(folders=FOLDERS), ["escape", "L"]),
    "library while indexing": (
        lambda: FakeBackend(progress=HALFWAY, hangs=True, skipped_files=many_skipped()),
        ["escape", "e", "enter"],
    ),
    "map": (FakeBackend, ["escape", "M", "right"]),
    "map with documents": (FakeBackend, ["escape", "M", "enter", "down"]),
    "map with a passage": (FakeBackend, ["escape", "M", "enter", "enter"]),
    "map of nothing": (lambda: FakeBackend(mapped=()), ["escape", "M"]),
    "map while indexing": (
        lambda: FakeBackend(progress=HALFWAY, hangs=True, mapped=many_topics()),
        ["escape", "M", "down"],
    ),
    "settings": (FakeBackend, ["escape", "comma", "down"]),
    "answer": (FakeBackend, ["=deposit", "escape", "A"]),
    "background paused": (
        lambda: FakeBackend(state=DaemonStatus(DaemonActivity.PAUSED, "on battery", 12)),
        ["=deposit"],
    ),
    "background lost": (lambda: FakeBackend(state=DaemonStatus(DaemonActivity.LOST)), ["=deposit"]),
    "store busy": (
        lambda: FakeBackend(index_problem=StoreBusy("Busy."), writer="thimble index (pid 71)"),
        ["=deposit"],
    ),
    "store damaged": (lambda: FakeBackend(problem=damaged()), ["=deposit"]),
}


@pytest.mark.parametrize("size", [SMALL, HUGE], ids=["80x24", "200x60"])
@pytest.mark.parametrize("state", STATES)
def test_states(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    backend, keys = STATES[state]
    app = started(backend())
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


@pytest.mark.parametrize("theme", ["paper", "contrast", "grey", "ansi-dark", "ansi-light"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    backend = FakeBackend()
    backend.values["theme"] = theme
    keys = ["=deposit", "enter"]
    assert snap_compare(started(backend), terminal_size=SMALL, run_before=pressing(keys))


def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app: ThimbleApp = started(FakeBackend())
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(["=deposit", "escape"]))


def test_the_map_without_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app: ThimbleApp = started(FakeBackend())
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(["escape", "M", "right"]))
