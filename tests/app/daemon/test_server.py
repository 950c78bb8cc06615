"""The socket under abuse: slow, silent, mad and too many clients do not keep others waiting."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from app.daemon import server as server_module
from app.daemon.server import Call, DaemonServer
from app.daemon.wire import MOST_REQUEST_BYTES, messages, pack

CROWD = 450
"""Connections; both their ends are descriptors of this process, which may have 1,024."""
ECHO = {"method": "echo", "text": "x"}


def answer(call: Call) -> None:
    if call.request.get("method") == "wait":
        while not call.is_cancelled():
            threading.Event().wait(0.02)
        return
    call.item(call.request.get("text"))
    call.finish(None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DaemonServer]:
    made = DaemonServer(tmp_path / "s.sock", answer, lambda method: method == "wait")
    yield made
    made.close()


def connect(server: DaemonServer) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)  # without a timeout, so it waits for room to wait in
    made.connect(str(server._path))
    made.settimeout(20.0)
    return made


def ask(server: DaemonServer, request: bytes | None = None) -> list[object]:
    with connect(server) as connection:
        connection.sendall(pack(ECHO) if request is None else request)
        return list(messages(connection, 1 << 20))


ANSWER = [{"item": "x"}, {"value": None}]


def test_a_question_is_answered_and_the_connection_ends(server: DaemonServer) -> None:
    assert ask(server) == ANSWER


def test_the_socket_is_the_owners_alone(server: DaemonServer) -> None:
    assert server._path.stat().st_mode & 0o777 == 0o600


def test_a_request_in_small_pieces_is_put_together(server: DaemonServer) -> None:
    with connect(server) as connection:
        for byte in pack(ECHO):
            connection.sendall(bytes([byte]))
        assert list(messages(connection, 1000)) == ANSWER


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"\x00\xff\n", b"[]\n", b"{\n", b"GET / HTTP/1.1\r\n\r\n", b"[" * 5000 + b"\n", b"{}"],
    ids=repr,
)
def test_garbage_is_hung_up_on(server: DaemonServer, garbage: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(100) == b""
    assert ask(server) == ANSWER


def test_a_request_without_end_is_cut_off(server: DaemonServer) -> None:
    with connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            for _ in range(2 * MOST_REQUEST_BYTES // 65536):
                connection.sendall(b"x" * 65536)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(100) == b""
    assert ask(server) == ANSWER


def test_hundreds_of_silent_clients_do_not_shut_others_out(server: DaemonServer) -> None:
    crowd: list[socket.socket] = []
    try:
        crowd.extend(connect(server) for _ in range(CROWD))
        started = monotonic()
        assert ask(server) == ANSWER
        assert monotonic() - started < 5.0
        assert server.clients <= 300
    finally:
        for one in crowd:
            one.close()


def test_half_open_clients_are_hung_up_after_a_while(
    server: DaemonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_REQUEST_S", 0.2)
    with connect(server) as connection:
        connection.sendall(b'{"method": ')
        assert connection.recv(100) == b""


def test_a_client_that_does_not_read_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_ANSWER_S", 0.3)
    gave_up = threading.Event()

    def flood(call: Call) -> None:
        try:
            while True:
                call.item("x" * 100_000)
        except OSError:
            gave_up.set()
            raise

    made = DaemonServer(tmp_path / "s.sock", flood, lambda _: False)
    with connect(made) as connection:
        connection.sendall(pack(ECHO))
        assert gave_up.wait(10.0)
    made.close()


def test_a_daemon_that_says_nothing_is_not_waited_for(server: DaemonServer) -> None:
    with connect(server) as connection:
        connection.settimeout(0.01)
        connection.sendall(pack({"method": "wait"}))
        with pytest.raises(TimeoutError):
            list(messages(connection, 1000, silence_s=0.1))


def test_who_hangs_up_cancels(server: DaemonServer) -> None:
    with connect(server) as connection:
        connection.sendall(pack({"method": "wait"}))
    end = monotonic() + 10.0
    while server.clients:
        assert monotonic() < end


def test_thirty_two_clients_at_once_are_all_answered(server: DaemonServer) -> None:
    answers: list[list[object]] = []

    def client() -> None:
        answers.extend(ask(server) for _ in range(20))

    crowd = [threading.Thread(target=client) for _ in range(32)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(30.0)
    assert answers == [ANSWER] * 640


def test_no_more_workers_are_started_than_will_do(server: DaemonServer) -> None:
    for _ in range(20):
        assert ask(server) == ANSWER
        end = monotonic() + 10.0
        while server._idle._value < server._workers:  # who answered is not idle yet
            assert monotonic() < end
    assert server._workers == 1


def test_too_many_requests_are_turned_away(
    server: DaemonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_MOST_WAITING", 2)
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            one = stack.enter_context(connect(server))
            one.sendall(pack({"method": "wait"}))
        end = monotonic() + 10.0
        while server._slow < 2:
            assert monotonic() < end
        (refused,) = ask(server, pack({"method": "wait"}))
        assert refused["error"]["kind"] == "Busy"  # type: ignore[index]


def test_a_closed_server_leaves_no_socket_and_hangs_up(server: DaemonServer) -> None:
    with connect(server) as connection:
        connection.sendall(pack({"method": "wait"}))
        end = monotonic() + 10.0
        while not server._slow:
            assert monotonic() < end
        server.close()
        with contextlib.suppress(ConnectionError):
            assert list(messages(connection, 1000)) == []
    assert not server._path.exists()
