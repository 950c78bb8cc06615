"""Reference: the keys of the screen, from the bindings of its parts."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key

import tui
from docs.site.markup import code, described, page, table

_ABOUT = """\
`?` on the screen shows the keys that work there, `Ctrl+P` finds every command by its name. The
mouse works too."""


def keys_page() -> str:
    """Return the page of all keys."""
    parts = [_ABOUT]
    for owner in sorted(_owners(), key=_place):
        rows = list(_rows(owner))
        if rows:
            about = described(owner.__name__, owner.__doc__).partition(". ")[0].rstrip(".")
            parts += [f"## {_name(owner)}", f"{about}.", table(("key", ""), rows)]
    return page("Keys of the screen", *parts)


def _owners() -> list[type[DOMNode]]:
    """Return the parts of the screen that have keys of their own."""
    found: dict[str, type[DOMNode]] = {}
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        for one in vars(importlib.import_module(module.name)).values():
            is_ours = isinstance(one, type) and one.__module__.startswith("tui.")
            if is_ours and issubclass(one, DOMNode) and one.__dict__.get("BINDINGS"):
                found[one.__qualname__] = one
    return [*found.values()]


def _place(owner: type[DOMNode]) -> tuple[int, str]:
    """The app and its main screens come first."""
    order = ["tui.app", "tui.screens.search", "tui.screens.searching", "tui.screens.hit_screen"]
    module = owner.__module__
    return (order.index(module) if module in order else len(order), owner.__qualname__)


def _rows(owner: type[DOMNode]) -> Iterator[tuple[str, str]]:
    by_action: dict[tuple[str, str], list[str]] = {}
    for binding in Binding.make_bindings(owner.__dict__["BINDINGS"]):
        about = described(f"the key {binding.key} of {owner.__name__}", binding.description)
        about = f"{about}: {binding.tooltip}" if binding.tooltip else about
        keys = by_action.setdefault((binding.action, about), [])
        keys.append(binding.key_display or _shown(binding.key))
    for (_, about), keys in by_action.items():
        yield " ".join(code(key) for key in dict.fromkeys(keys)), about


def _shown(key: str) -> str:
    *modifiers, name = key.split("+")
    shown = format_key(name)
    if modifiers or re.fullmatch(r"f\d+", name):
        shown = shown.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def _name(owner: type[DOMNode]) -> str:
    """Return a class's name as words."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda letter: f" {letter[0].lower()}", owner.__name__)
