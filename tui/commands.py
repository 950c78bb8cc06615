"""What the palette offers: every key's command, made from the bindings so that it stays true."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

_OF_THE_PALETTE = {"command_palette", "back", "dismiss(None)"}
"""Actions that make no sense as a command."""


def commands(app: App[int], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield the commands of a screen and of the app, each with its key, then the theme."""
    seen = set(_OF_THE_PALETTE)
    for node in (screen, app):
        for binding in Binding.make_bindings(type(node).BINDINGS):
            if binding.description and not binding.system and binding.action not in seen:
                seen.add(binding.action)
                run = partial(app.run_action, binding.action, default_namespace=node)
                about = f"{binding.tooltip}  key {app.get_key_display(binding)}".strip()
                yield SystemCommand(binding.description, about, run)
    yield SystemCommand("Theme", "Change the colours", app.action_change_theme)
