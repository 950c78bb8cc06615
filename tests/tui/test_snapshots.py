"""What the main states look like. `pytest tests/tui --snapshot-update` takes them anew."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from .driving import LARGE, SMALL, pressing, started
from .fakes import FOLDERS, HALFWAY, FakeBackend


class Compare(Protocol):
    def __call__(self, app: Any, *, terminal_size: tuple[int, int], run_before: Any) -> bool: ...


both_sizes = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])


@both_sizes
def test_first_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend(folders=()))
    assert snap_compare(app, terminal_size=size, run_before=pressing([]))


@both_sizes
def test_results(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend())
    assert snap_compare(app, terminal_size=size, run_before=pressing(["=deposit"]))


@both_sizes
def test_indexing(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend(progress=HALFWAY, hangs=True))
    keys = ["=deposit", "down"]
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


@both_sizes
def test_nothing_found(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend(progress=HALFWAY, hangs=True))
    keys = ["=nothing [b]like[/b] it", "escape", "m"]
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


@both_sizes
def test_library(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend(folders=FOLDERS))
    assert snap_compare(app, terminal_size=size, run_before=pressing(["escape", "L"]))


@both_sizes
def test_keys_panel(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = started(FakeBackend())
    keys = ["=deposit", "escape", "question_mark"]
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


def test_filter_dialog(snap_compare: Compare) -> None:
    app = started(FakeBackend())
    keys = ["escape", "f", "right", "down", "=md"]
    assert snap_compare(app, terminal_size=LARGE, run_before=pressing(keys))


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    app = started(FakeBackend())
    app.theme = theme
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(["=deposit", "enter"]))


def test_no_color(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = started(FakeBackend())
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing(["=deposit", "escape"]))
