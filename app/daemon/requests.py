"""What a client may ask: the engine's own methods by name, and a few things about the daemon."""

from __future__ import annotations

import threading
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from store import Progress

from .. import __version__
from ..engine.engine import Engine
from .codec import Malformed, decode
from .faults import fault_of
from .server import Call
from .state import DaemonState
from .upkeep import Wish

SERVED = frozenset(
    {
        "ask",
        "documents",
        "folders",
        "preview",
        "search",
        "size",
        "skipped",
        "status",
        "topics",
        "why",
    }
)
"""Methods of `Engine` that only read."""
CHANGES = frozenset({"add_folder", "remove_folder"})
"""Methods of `Engine` that change the index: no run goes on meanwhile."""
_LONG = frozenset({"hold", "index", *CHANGES, "ask"})
_FOR_ANYBODY = frozenset({"report", "stop", "pause"})
"""Asked by other versions and under other settings, too."""
_WAIT_S = 0.2


class Requests:
    """Answers calls, each in its worker's thread."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state
        self._own: dict[str, Callable[[Call], None]] = {
            "hold": self._hold,
            "index": self._index,
            "pause": self._pause,
            "report": lambda call: call.finish(self._state.report()),
            "daemon_status": lambda call: call.finish(self._state.upkeep.daemon_status()),
            "stop": self._stop,
        }

    @staticmethod
    def is_long(method: str) -> bool:
        """Return whether a method may take longer than a search."""
        return method in _LONG

    def __call__(self, call: Call) -> None:
        """Answer; whatever goes wrong is the answer."""
        try:
            method = str(call.request.get("method"))
            if turned_away := self._refuse(method, call.request):
                call.fail(turned_away)
            elif method in self._own:
                self._own[method](call)
            elif method in SERVED or method in CHANGES:
                self._serve(call, method)
            else:
                call.fail({"kind": "Malformed", "message": f"there is no method {method}"})
        except Malformed as error:
            call.fail({"kind": "Malformed", "message": str(error)})
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            self._state.note_bug(error)
            call.fail(fault_of(error))

    def _refuse(self, method: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        if method in _FOR_ANYBODY:
            return None
        if request.get("version") != __version__:
            return {"kind": "Version", "message": f"the daemon is thimble {__version__}"}
        if not self._state.fits(str(request.get("settings"))):
            return {"kind": "Settings", "message": "the daemon has other settings"}
        return None

    def _serve(self, call: Call, method: str) -> None:
        arguments = _arguments(method, call.request.get("arguments"))
        if method == "search":
            arguments["is_cancelled"] = call.is_cancelled
        with self._state.engine() as engine:
            if method in CHANGES:
                with self._state.upkeep.interrupted():
                    call.finish(getattr(engine, method)(**arguments))
                return
            answer = getattr(engine, method)(**arguments)
            if isinstance(answer, Iterator):
                for item in answer:
                    call.item(item)
                answer = None
            call.finish(answer)

    def _index(self, call: Call) -> None:
        latest: list[Progress] = []
        wish = Wish(lambda progress: latest.append(progress))
        self._state.upkeep.wish(wish)
        while not wish.is_done.wait(_WAIT_S):
            if latest:
                newest = latest[-1]
                latest.clear()
                call.item(newest)
            if call.is_cancelled():
                return
        if wish.error is not None:
            raise wish.error
        call.finish(wish.progress)

    def _pause(self, call: Call) -> None:
        arguments = call.request.get("arguments")
        paused = arguments.get("paused") if isinstance(arguments, dict) else None
        self._state.upkeep.pause(decode(bool, paused))
        call.finish(None)

    def _hold(self, call: Call) -> None:
        """Index nothing until the client hangs up: it changes the index itself meanwhile."""
        with self._state.upkeep.interrupted():
            call.item(None)
            pause = threading.Event()
            while not call.is_cancelled():
                pause.wait(_WAIT_S)
        self._state.renew()

    def _stop(self, call: Call) -> None:
        arguments = call.request.get("arguments")
        newer = isinstance(arguments, dict) and arguments.get("for_newer") is True
        call.finish(self._state.report())
        self._state.stop(for_newer=newer)


def _arguments(method: str, given: object) -> dict[str, Any]:
    """Return the arguments of an engine's method. Raises Malformed if they do not fit it."""
    function = getattr(Engine, method, None)
    if function is None or not isinstance(given, dict):
        raise Malformed(f"there is no method {method}")
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    if unknown := given.keys() - hints.keys():
        raise Malformed(f"{method} does not take {', '.join(sorted(unknown))}")
    return {name: decode(hints[name], value) for name, value in given.items()}
