"""A worker of the real kind whose reader of `mock` documents does what the document says."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

from indexer.formats import extractors
from indexer.formats.extract import Builder, Extract
from indexer.sandbox import worker


def hang(_: str) -> None:
    """Wait for what never comes."""
    time.sleep(3600)


def spin(_: str) -> None:
    """Compute for ever."""
    while True:
        pass


def grow(_: str) -> None:
    """Take memory until there is none."""
    hoard = []
    while True:
        hoard.append(bytearray(1 << 26))


def write(path: str) -> None:
    """Leave a file."""
    Path(path).write_text("written")


def connect(port: str) -> None:
    """Open a connection."""
    socket.create_connection(("127.0.0.1", int(port)), timeout=5)


def send(port: str) -> None:
    """Send without a connection."""
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(port)))


def recurse(order: str) -> None:
    """Go deeper for ever."""
    recurse(order)


ORDERS: dict[str, Callable[[str], object]] = {
    "behave": lambda _: None,
    "hang": hang,
    "spin": spin,
    "grow": grow,
    "exit": lambda _: os._exit(3),
    "crash": lambda _: ctypes.string_at(0),
    "flood": lambda _: os.write(0, bytes(16) + b"\xff" * 56),
    "babble": lambda _: os.write(0, b"\x05" * 72),
    "write": write,
    "read": lambda path: Path(path).read_text(),
    "connect": connect,
    "send": send,
    "start": lambda _: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "recurse": recurse,
}


def misbehave(file: BinaryIO, name: str) -> Extract:
    """Do what the document says."""
    del name
    order, _, argument = file.read().decode().partition(" ")
    ORDERS[order](argument)
    builder = Builder("mock")
    builder.add(f"read by {os.getpid()}")
    return builder.finish()


extractors._MODULES["mock"] = SimpleNamespace(extract=misbehave)  # type: ignore[assignment]
if __name__ == "__main__":
    worker.main()
