"""Talking to a model server in OpenAI's protocol: the only module that opens a connection.

A connection goes to the one address it was given: redirects are refused, proxies of the environment
are not asked, nothing else is fetched. Time and size are bounded whatever the server does.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from .listener import why_not_trusted

_LONGEST_REPLY = 1 << 20
"""Bytes of a list of models or of an error."""
_LONGEST_STREAM = 4 << 20
"""Bytes of a stream; each word of an answer comes in some hundred bytes of JSON."""
_LONGEST_ANSWER = 16_000
"""Characters."""
_HTTP_OK = 200
_REDIRECTS = range(300, 400)
_BUSY = 429


class ServerError(Exception):
    """A server did not answer as it should; the message says what it did."""


class TooLong(ServerError):
    """The server says that the request does not fit the model's context."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is. Its path ends in `/v1` as a rule."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read `http://host:port/v1`. Raises ValueError."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError(f"ask_server: '{url}' is not an address like http://127.0.0.1:8080/v1")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
        return cls(parts.scheme, parts.hostname, port, path)

    @property
    def is_local(self) -> bool:
        """Whether all that its host resolves to is this machine."""
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return False
        hosts = {str(place[0]).partition("%")[0] for *_, place in found}
        return bool(hosts) and all(ip_address(host).is_loopback for host in hosts)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def get(
    address: Address,
    path: str,
    timeout_s: float,
    trusted: frozenset[int] | None,
    key: str | None = None,
) -> Any:
    """Return the JSON that lies at a path under an address. Raises ServerError.

    `trusted` are the users who may run a server on this machine; None is anyone.
    """
    with _exchange(address, timeout_s, trusted) as connection:
        connection.request("GET", address.path + path, headers=_headers(key))
        return _parse(_checked(connection.getresponse()).read(_LONGEST_REPLY))


def chat(
    address: Address,
    request: Mapping[str, object],
    timeout_s: float,
    trusted: frozenset[int] | None,
    key: str | None = None,
) -> Iterator[str]:
    """Yield a model's answer in pieces as they come. Raises ServerError.

    Args:
        address: the server.
        request: `model`, `messages` and parameters, as in OpenAI's chat completions.
        timeout_s: seconds for the whole answer.
        trusted: users who may run a server on this machine; None is anyone.
        key: sent as a bearer token.
    """
    body = json.dumps({**request, "stream": True}).encode()
    with _exchange(address, timeout_s, trusted) as connection:
        headers = _headers(key) | {"Content-Type": "application/json"}
        connection.request("POST", f"{address.path}/chat/completions", body, headers)
        response = _checked(connection.getresponse())
        characters = 0
        for event in _events(response):
            piece = _piece(event)
            characters += len(piece)
            if characters > _LONGEST_ANSWER:
                raise ServerError("wrote without end")
            if piece:
                yield piece


def _headers(key: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json, text/event-stream", "Connection": "close"}
    return headers | ({"Authorization": f"Bearer {key}"} if key else {})


@contextmanager
def _exchange(
    address: Address, timeout_s: float, trusted: frozenset[int] | None
) -> Iterator[http.client.HTTPConnection]:
    """Give a connection that is cut when the time is up, whatever it is doing.

    Nothing is sent before it is known whose server it is.
    """
    connection = _connection(address, timeout_s)
    cutter = _Cutter(connection)
    timer = Timer(timeout_s, cutter.cut)
    timer.daemon = True
    timer.start()
    try:
        with closing(connection):
            connection.connect()
            cutter.socket = connection.sock  # which the connection forgets once it has headers
            _check_owner(connection.sock, trusted)
            yield connection
    except (OSError, http.client.HTTPException, ServerError) as error:
        if cutter.late or isinstance(error, TimeoutError):
            raise ServerError(f"did not finish within {timeout_s:g} s") from error
        if isinstance(error, ServerError):
            raise
        raise ServerError(_reason(error)) from error
    finally:
        timer.cancel()


def _check_owner(connected: socket.socket, trusted: frozenset[int] | None) -> None:
    host, port = connected.getpeername()[:2]
    if reason := why_not_trusted(host, port, trusted):
        raise ServerError(reason)


@dataclass
class _Cutter:
    """Ends a connection from another thread: whoever reads from it then reads the end."""

    connection: http.client.HTTPConnection
    socket: socket.socket | None = None
    late: bool = False

    def cut(self) -> None:
        self.late = True
        cut = self.socket or self.connection.sock
        with suppress(OSError):
            if cut is not None:
                cut.shutdown(socket.SHUT_RDWR)


def _connection(address: Address, timeout_s: float) -> http.client.HTTPConnection:
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            address.host, address.port, timeout=timeout_s, context=context
        )
    return http.client.HTTPConnection(address.host, address.port, timeout=timeout_s)


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "is not running"
    if isinstance(error, ConnectionError | http.client.IncompleteRead):
        return "broke off"
    if isinstance(error, http.client.HTTPException):
        return "does not speak HTTP"
    return f"cannot be reached ({error})"


def _checked(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    if response.status == _HTTP_OK:
        return response
    if response.status in _REDIRECTS:
        raise ServerError("wants to send us elsewhere, which is refused")
    if response.status == _BUSY:
        raise ServerError("is too busy (429)")
    said = response.read(_LONGEST_REPLY).decode("utf-8", "replace").lower()
    if "context" in said and response.status in (400, 413, 500):
        raise TooLong(f"has too small a context (error {response.status})")
    raise ServerError(f"answered with error {response.status}")


def _events(response: http.client.HTTPResponse) -> Iterator[Any]:
    """Yield the JSON of server-sent events until the server says that it is done."""
    waiting, size = b"", 0
    while block := response.read1(1 << 16):
        size += len(block)
        if size > _LONGEST_STREAM:
            raise ServerError("sent without end")
        *lines, waiting = (waiting + block).split(b"\n")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            if line.startswith(b"data:") and data:
                yield _parse(data)
    raise ServerError("broke off")


def _piece(event: Any) -> str:
    """Return the words in an event; some have none. What is not an event is an error."""
    if not isinstance(event, dict) or "error" in event:
        raise ServerError("reported an error in the middle of its answer")
    try:
        choices = event.get("choices") or [{}]
        content = (choices[0].get("delta") or {}).get("content") or ""
    except (AttributeError, LookupError, TypeError):
        raise ServerError("sent what is not an answer") from None
    return content if isinstance(content, str) else ""


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise ServerError("sent what is not an answer") from None
