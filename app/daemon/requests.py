"""Answering what a client asks: its method is looked up, its argument decoded, and it is run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from store import Progress

from .. import __version__
from .codec import Malformed, decode
from .faults import fault_of
from .methods import METHODS, AnyMethod, DaemonMethod, EngineMethod, EngineStream, Stop
from .server import Call
from .state import DaemonState
from .upkeep import Wish

_WAIT_S = 0.2


class Requests:
    """Answers calls, each in its worker's thread."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    @staticmethod
    def is_long(name: str) -> bool:
        """Return whether a method may take longer than a search."""
        method = METHODS.get(name)
        if isinstance(method, EngineMethod):
            return method.changes_index  # it waits for the end of a batch
        return method is not None and method.is_long

    def __call__(self, call: Call) -> None:
        """Answer; whatever goes wrong is the answer."""
        try:
            self._answer(call)
        except Malformed as error:
            call.fail({"kind": "Malformed", "message": str(error)})
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            self._state.note_bug(error)
            call.fail(fault_of(error))

    def _answer(self, call: Call) -> None:
        name = str(call.request.get("method"))
        method = METHODS.get(name)
        if turned_away := self._refuse(method, call.request):
            call.fail(turned_away)
            return
        if method is None:
            raise Malformed(f"there is no method {name}")
        argument = decode(method.takes, call.request.get("argument"))
        if isinstance(method, DaemonMethod):
            method.run(self, call, argument)
        elif isinstance(method, EngineStream):
            with self._state.engine() as engine:
                for item in method.run(engine, argument, call.is_cancelled):
                    call.item(item)
                call.finish(None)
        else:
            self._run(method, argument, call)

    def _run(self, method: EngineMethod[Any, Any], argument: object, call: Call) -> None:
        with self._state.engine() as engine:
            if method.changes_index:
                with self._state.upkeep.interrupted():
                    call.finish(method.run(engine, argument))
            else:
                call.finish(method.run(engine, argument))

    def _refuse(
        self, method: AnyMethod | None, request: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if isinstance(method, DaemonMethod) and method.is_for_anybody:
            return None
        if request.get("version") != __version__:
            return {"kind": "Version", "message": f"the daemon is thimble {__version__}"}
        if not self._state.fits(str(request.get("settings"))):
            return {"kind": "Settings", "message": "the daemon has other settings"}
        return None

    def report(self, call: Call) -> None:
        """Say all about the daemon."""
        call.finish(self._state.report())

    def status(self, call: Call) -> None:
        """Say what the daemon does."""
        call.finish(self._state.upkeep.daemon_status())

    def index(self, call: Call) -> None:
        """Have everything looked at, and tell how far that is."""
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

    def pause(self, call: Call, is_paused: bool) -> None:
        """Stop indexing on our own account, or go on."""
        self._state.upkeep.pause(is_paused)
        call.finish(None)

    def hold(self, call: Call) -> None:
        """Index nothing until the client hangs up: it changes the index itself meanwhile."""
        with self._state.upkeep.interrupted():
            call.item(None)
            pause = threading.Event()
            while not call.is_cancelled():
                pause.wait(_WAIT_S)
        self._state.renew()

    def stop(self, call: Call, wish: Stop) -> None:
        """End the daemon."""
        call.finish(self._state.report())
        self._state.stop(for_newer=wish.for_newer)
