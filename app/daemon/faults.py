"""Errors that cross the socket: those designed for people keep their kind and their words."""

from __future__ import annotations

from typing import Any, NoReturn

from indexer import ModelError
from store import StoreError

_TURNED_AWAY = ("Busy", "Malformed", "Settings", "Version")
"""The daemon cannot serve this client, who then does the work itself."""
_KINDS: tuple[type[Exception], ...] = (
    *(StoreError, ModelError, ValueError),
    *StoreError.__subclasses__(),
)
_DESIGNED = {kind.__name__: kind for kind in _KINDS}


class Unreachable(Exception):
    """There is no daemon that could answer; whoever asked does the work itself."""


class Silent(Unreachable):
    """There is a daemon, and it says nothing: it was stopped, or hangs."""


def fault_of(error: Exception) -> dict[str, Any]:
    """Return an error as it is sent."""
    if isinstance(error, OSError):
        name = error.filename
        place = None if name is None else str(name)
        return {"kind": "OSError", "message": error.strerror or str(error), "place": place}
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _DESIGNED]
    return {"kind": kinds[0] if kinds else type(error).__name__, "message": str(error)}


def raise_fault(fault: Any) -> NoReturn:
    """Raise an error that was received."""
    fields = fault if isinstance(fault, dict) else {}
    kind, message = str(fields.get("kind")), str(fields.get("message"))
    if kind in _TURNED_AWAY:
        raise Unreachable(message)
    if kind == "OSError":
        raise OSError(0, message, fields.get("place"))
    if kind not in _DESIGNED:
        raise RuntimeError(f"{kind} in the daemon: {message}")
    error = _DESIGNED[kind].__new__(_DESIGNED[kind], message)
    Exception.__init__(error, message)
    raise error
