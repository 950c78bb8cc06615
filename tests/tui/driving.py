"""Starting the app on a fake backend, and waiting until it has nothing left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.fakes import FakeBackend, clock
from tui.app import ThimbleApp
from tui.screens.search import SearchScreen

SMALL = (80, 24)
LARGE = (120, 36)


def started(backend: FakeBackend) -> ThimbleApp:
    """Return the app over a backend, at a time that stands still."""
    return ThimbleApp(backend, clock=clock)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until typing has rested and every worker is done that does not hang on purpose."""
    quiet = 0
    while quiet < 3:  # an answer leads to a passage, and a passage to scrolling
        quiet += 1
        await asyncio.sleep(0.004)
        while is_busy(pilot):
            quiet = 0
            await asyncio.sleep(0.002)
        await pilot.pause()


async def until(pilot: Pilot[Any], is_so: Callable[[], bool]) -> None:
    """Wait until something is so, however slow the machine is; fail after five seconds."""
    for _ in range(500):
        if is_so():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never became so")


def is_busy(pilot: Pilot[Any]) -> bool:
    """Whether an answer, a worker or a message is still to come."""
    app = pilot.app
    assert isinstance(app, ThimbleApp)
    hanging = {"index"} if isinstance(app.backend, FakeBackend) and app.backend.hangs else set()
    working = any(not w.is_finished for w in app.workers if w.group not in hanging)
    unread = any(node.message_queue_size for node in (app, *app.screen.walk_children()))
    return working or unread or search_screen(pilot).is_asking


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other; `=text` types a text at once."""
    await settled(pilot)
    for key in keys:
        if key.startswith("="):
            box = pilot.app.focused
            assert isinstance(box, Input)
            box.insert_text_at_cursor(key[1:])
        else:
            await pilot.press(key)
        await settled(pilot)


def pressing(keys: Iterable[str]) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Return what a snapshot runs before it is taken."""

    async def run(pilot: Pilot[Any]) -> None:
        await press(pilot, *keys)

    return run


def search_screen(pilot: Pilot[Any]) -> SearchScreen:
    """Return the screen that the app starts with."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, SearchScreen)
    return screen


def visible(pilot: Pilot[Any]) -> str:
    """Return the characters on the screen, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def focused(pilot: Pilot[Any]) -> str | None:
    """Return the id of the widget that has the focus."""
    return pilot.app.focused.id if pilot.app.focused else None
