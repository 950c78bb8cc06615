"""Nothing of the machine reaches these tests: not its home folder, colours or clock."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.tui.fakes import HOME


@pytest.fixture(autouse=True)
def somewhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tui.screens.searching.REST_S", 0.01)
    monkeypatch.setattr("tui.screens.search.GLANCE_S", 0.001)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture(autouse=True)
def no_guessing_when_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot sleeps until the processor looks idle; `settled` knows better, and sooner."""

    async def go_on(*_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", go_on)
    monkeypatch.setattr("textual.pilot.wait_for_idle", go_on)
