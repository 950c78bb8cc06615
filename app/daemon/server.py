"""The listening side: takes requests from clients of our own user, and gives each to a worker.

One thread accepts and reads all requests without ever waiting for a client, so that a client that
is slow, silent or mad costs one descriptor and a few seconds of it. Only a whole request takes a
worker. What is too much is turned away; the client then does the work itself.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from .codec import Malformed, encode
from .wire import MOST_REQUEST_BYTES, has_hung_up, is_same_user, pack, unpack

_REQUEST_S = 10.0
"""Within so long a request must be here."""
_ANSWER_S = 30.0
"""So long a client may take to accept a part of its answer."""
_MOST_UNREAD = 256
"""Connections whose request is not here yet; beyond, the oldest is hung up."""
_MOST_WAITING = 128
"""Requests that wait for a worker."""
_MOST_WORKERS = 32
"""Threads that answer what is not slow; as few are started as will do, since each reads the index
over a connection of its own."""
_TICK_S = 1.0
_SIGN_S = 1.0
"""Clients take a daemon that is silent for ten times as long for one that hangs."""


class Call:
    """One request and the way to answer it."""

    def __init__(self, connection: socket.socket, request: dict[str, Any]) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self.request = request

    def item(self, value: object) -> None:
        """Send a part of the answer. Raises OSError if the client is gone."""
        self._send({"item": encode(value)})

    def finish(self, value: object) -> None:
        """Send the end of the answer."""
        self._send({"value": encode(value)})

    def fail(self, fault: dict[str, Any]) -> None:
        """Send what went wrong, as `fault_of` returns it."""
        self._send({"error": fault})

    def is_cancelled(self) -> bool:
        """Return whether the client has hung up."""
        return has_hung_up(self._connection)

    def give_sign(self) -> None:
        """Tell the client that its request is being answered; wait for nothing."""
        if self._sending.acquire(blocking=False):
            try:
                with contextlib.suppress(OSError):  # it is gone, or reads nothing now
                    self._connection.send(b"\n", socket.MSG_DONTWAIT)
            finally:
                self._sending.release()

    def _send(self, message: dict[str, Any]) -> None:
        with self._sending:
            self._connection.sendall(pack(message))


class DaemonServer:
    """Listens on a socket until closed; `answer` is called in a worker for each request."""

    def __init__(
        self,
        path: Path,
        answer: Callable[[Call], None],
        is_slow: Callable[[str], bool],
    ) -> None:
        """Raises OSError if it cannot listen there. A socket that nobody owns any more is replaced.

        Args:
            path: The socket; its folder must be ours alone, and only one server may use it.
            answer: Answers a request; what it raises is its own bug.
            is_slow: Tells by its name whether a method takes long, and so gets a thread of its own.
        """
        path.unlink(missing_ok=True)
        self._path = path
        self._answer = answer
        self._is_slow = is_slow
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(128)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._unread: dict[socket.socket, tuple[bytearray, float]] = {}
        self._queue: SimpleQueue[Call] = SimpleQueue()
        self._workers = 0
        self._idle = threading.Semaphore(0)
        self._answering: dict[socket.socket, Call] = {}
        self._slow = 0
        self._is_open = True
        self._thread("accept", self._accept_and_read)
        self._thread("signs", self._give_signs)

    @property
    def clients(self) -> int:
        """Connections that are open."""
        return len(self._unread) + len(self._answering)

    def close(self) -> None:
        """Stop listening and hang up on everybody."""
        self._is_open = False
        self._path.unlink(missing_ok=True)
        self._listener.close()
        for connection in (*self._unread, *self._answering):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        threading.Thread(target=target, name=name, daemon=True).start()

    def _accept_and_read(self) -> None:
        while self._is_open:
            try:
                ready = self._selector.select(_TICK_S if self._unread else None)
            except (OSError, ValueError):
                return  # closed
            for key, _ in ready:
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._read(key.fileobj)
            self._expire()

    def _give_signs(self) -> None:
        """Tell each client that waits for an answer that it is being made."""
        while self._is_open:
            time.sleep(_SIGN_S)
            for call in tuple(self._answering.values()):
                call.give_sign()

    def _accept(self) -> None:
        """Take all who wait, as there is only so much room to wait in."""
        while self._is_open:
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:
                if self._is_open and self._unread:  # out of descriptors: make room
                    self._hang_up(next(iter(self._unread)))
                return
            self._welcome(connection)

    def _welcome(self, connection: socket.socket) -> None:
        try:
            trusted = is_same_user(connection)
        except OSError:
            trusted = False
        if not trusted:
            connection.close()
            return
        if len(self._unread) >= _MOST_UNREAD:
            self._hang_up(next(iter(self._unread)))
        connection.setblocking(False)
        self._unread[connection] = (bytearray(), monotonic() + _REQUEST_S)
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> None:
        if connection not in self._unread:
            return  # hung up a moment ago
        line, _ = self._unread[connection]
        try:
            chunk = connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        line += chunk
        if b"\n" in chunk:
            self._hand_over(connection, bytes(line[: line.index(b"\n")]))
        elif not chunk or len(line) > MOST_REQUEST_BYTES:
            self._hang_up(connection)

    def _hand_over(self, connection: socket.socket, line: bytes) -> None:
        del self._unread[connection]
        self._selector.unregister(connection)
        connection.settimeout(_ANSWER_S)
        try:
            call = Call(connection, unpack(line))
        except Malformed:
            connection.close()
            return
        self._answering[connection] = call
        call.give_sign()
        slow = self._is_slow(str(call.request.get("method")))
        if self._queue.qsize() >= _MOST_WAITING or (slow and self._slow >= _MOST_WAITING):
            del self._answering[connection]
            with contextlib.suppress(OSError):
                connection.settimeout(0)
                call.fail({"kind": "Busy", "message": "the daemon has too much to do"})
            connection.close()
        elif slow:
            self._slow += 1
            self._thread("answer-slow", lambda: self._handle_slow(call))
        else:
            self._queue.put(call)
            if not self._idle.acquire(blocking=False) and self._workers < _MOST_WORKERS:
                self._workers += 1
                self._thread(f"answer-{self._workers}", self._work)

    def _work(self) -> None:
        while True:
            try:
                call = self._queue.get_nowait()
            except Empty:
                self._idle.release()
                call = self._queue.get()
            self._handle(call)

    def _handle_slow(self, call: Call) -> None:
        try:
            self._handle(call)
        finally:
            self._slow -= 1

    def _handle(self, call: Call) -> None:
        try:
            self._answer(call)
        except OSError:
            pass  # the client is gone
        finally:
            self._answering.pop(call._connection, None)
            call._connection.close()

    def _expire(self) -> None:
        now = monotonic()
        for connection, (_, deadline) in list(self._unread.items()):
            if now < deadline:
                break  # they stand in the order they came
            self._hang_up(connection)

    def _hang_up(self, connection: socket.socket) -> None:
        del self._unread[connection]
        self._selector.unregister(connection)
        connection.close()
