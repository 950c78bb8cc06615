"""The asking side. Imports next to nothing: a command that asks the daemon must be quick."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .. import __version__
from ..user.settings import Settings
from .codec import Malformed, decode, encode
from .faults import Silent, Unreachable, raise_fault
from .lock import DaemonLock
from .methods import HOLD, STOP, Method, Stop
from .wire import MOST_ANSWER_BYTES, is_same_user, messages, pack

A = TypeVar("A")
R = TypeVar("R")

_CONNECT_S = 1.0
_FIRST_S = 1.0
"""Within so long a daemon that works has said that it has read a request."""
_SILENCE_S = 10.0
"""So long it may say nothing then; it gives a sign of life each second."""
_POLL_S = 0.05


class Client:
    """Asks the daemon of an index; a new connection for each question. For any thread."""

    def __init__(self, settings: Settings) -> None:
        self._lock = DaemonLock(settings.paths)
        self._fingerprint = settings.fingerprint

    def ask(self, method: Method[A, R], argument: A) -> R:
        """Return an answer. Raises Unreachable, or what the daemon's engine raised."""
        for kind, value in self._exchange(method, argument):
            if kind == "value":
                return decode(method.answers, value)
        raise Unreachable("the daemon hung up")

    def items(
        self,
        method: Method[A, R],
        argument: A,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[R]:
        """Yield the parts of an answer as they come, until cancelled. Raises as `ask` does."""
        for kind, value in self._exchange(method, argument, is_cancelled):
            if kind == "value":
                return
            yield decode(method.answers, value)
        if not is_cancelled():
            raise Unreachable("the daemon hung up")

    def follow(
        self,
        method: Method[A, R],
        argument: A,
        report: Callable[[R], None],
        is_cancelled: Callable[[], bool],
    ) -> R | None:
        """Report the parts of a long answer, and return its end; None if cancelled."""
        for kind, value in self._exchange(method, argument, is_cancelled):
            if kind == "value":
                return decode(method.answers, value)
            report(decode(method.answers, value))
        if is_cancelled():
            return None
        raise Unreachable("the daemon hung up")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the daemon index nothing during a block. Raises Unreachable on entering."""
        answers = self._exchange(HOLD, None)
        next(answers)
        try:
            yield
        finally:
            answers.close()

    def connect(self) -> socket.socket:
        """Return a connection to the daemon. Raises Unreachable."""
        owner = self._lock.owner()
        if owner is None:
            raise Unreachable("no daemon runs")
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_CONNECT_S)
            connection.connect(str(owner.socket))
            trusted = is_same_user(connection)
        except OSError as error:
            connection.close()
            raise Unreachable(f"the daemon does not answer: {error}") from error
        if not trusted:
            connection.close()
            raise Unreachable("the daemon belongs to another user")
        return connection

    def _exchange(
        self,
        method: Method[A, R],
        argument: A,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[tuple[str, Any]]:
        """Yield `item` or `value`, and what was sent as such."""
        request = {
            "version": __version__,
            "settings": self._fingerprint,
            "method": method.name,
            "argument": encode(argument),
        }
        with self.connect() as connection:
            for message in _talk(connection, pack(request), is_cancelled):
                if "error" in message:
                    raise_fault(message["error"])
                kind = "value" if "value" in message else "item"
                yield kind, message.get(kind)


def _talk(
    connection: socket.socket,
    request: bytes,
    is_cancelled: Callable[[], bool],
) -> Iterator[dict[str, Any]]:
    try:
        connection.sendall(request)
        connection.settimeout(_POLL_S)
        yield from messages(connection, MOST_ANSWER_BYTES, is_cancelled, _FIRST_S, _SILENCE_S)
    except TimeoutError as error:
        raise Silent("the daemon does not answer") from error
    except (OSError, Malformed) as error:
        raise Unreachable(f"the daemon does not answer: {error}") from error


def find_daemon(settings: Settings) -> Client | None:
    """Return the way to the daemon of an index, None if none runs that we could use.

    An older one is asked to make room; until a newer one is started, everybody works alone.
    """
    owner = DaemonLock(settings.paths).owner()
    if owner is None:
        return None
    client = Client(settings)
    try:
        if owner.version == __version__:
            client.connect().close()
            return client
        if _is_older(owner.version):
            client.ask(STOP, Stop(for_newer=True))
    except (Unreachable, Malformed):
        pass
    return None


def _is_older(version: str) -> bool:
    mine, other = (
        [int(part) if part.isdecimal() else -1 for part in one.split(".")]
        for one in (__version__, version)
    )
    return other < mine
