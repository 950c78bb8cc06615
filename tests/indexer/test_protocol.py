"""A sandboxed process may be taken over: whatever it says costs its own document and no more."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from threading import Thread
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formats.extract import Extract
from indexer.sandbox import protocol
from indexer.sandbox.protocol import BadAnswer, WorkerAnswer, receive_answer, send_answer

GOOD = WorkerAnswer(
    Extract("pdf", "One page.\n\nTwo.\n\n", ((0, 9, 0),), "page", (0, 11), ("i", "ii")),
    "",
    False,
    5,
)


def received(data: bytes) -> WorkerAnswer:
    """Return what is made of bytes after which the worker ends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def say() -> None:
            theirs.sendall(data)
            theirs.shutdown(socket.SHUT_WR)

        speaker = Thread(target=say)
        speaker.start()
        try:
            return receive_answer(ours, monotonic() + 60)
        finally:
            ours.close()
            speaker.join()


def said(answer: WorkerAnswer) -> bytes:
    """Return the bytes of an answer."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send_answer(theirs, answer)
        theirs.shutdown(socket.SHUT_WR)
        data = b""
        while piece := ours.recv(1 << 16):
            data += piece
    return data


def test_an_answer_arrives_as_it_was_sent() -> None:
    assert received(said(GOOD)) == GOOD
    refusal = WorkerAnswer(None, "is encrypted", True, 7)
    assert received(said(refusal)) == refusal


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_bad_one(data: bytes) -> None:
    with contextlib.suppress(BadAnswer, EOFError):
        received(data)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_changes_of_an_answer_make_an_answer_or_a_bad_one(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(said(GOOD))
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        answer = received(bytes(data))
    except (BadAnswer, EOFError):
        return
    if answer.extract is not None:
        answer.extract.check()
        answer.extract.text.encode()  # no lone surrogates
        answer.extract.document()


@pytest.mark.parametrize(
    "extract",
    [
        Extract("pdf", "a\x1b[2J"),
        Extract("../x", "a"),
        Extract("pdf", "abc", unit="page\n"),
        Extract("pdf", "abc", ((0, 2**62, 1),)),
        Extract("pdf", "abc", ((-5, 1, 1),)),
        Extract("pdf", "abc", ((0, 1, 9),)),
        Extract("pdf", "abc", unit="page", starts=(3, 1)),
        Extract("pdf", "abc", unit="page", starts=(0, 1), names=("one",)),
        Extract("pdf", "abc", unit="page", starts=(0,), names=("x" * 5000,)),
    ],
    ids=lambda extract: repr(extract)[:60],
)
def test_what_cannot_be_is_refused(extract: Extract) -> None:
    with pytest.raises(BadAnswer, match="makes no sense"):
        received(said(WorkerAnswer(extract, "", False, 0)))


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    for place in range(len(protocol._LIMITS)):
        sizes = [0] * len(protocol._LIMITS)
        sizes[place] = 2**63
        with pytest.raises(BadAnswer, match="too much"):
            received(protocol._HEAD.pack(0, 0, *sizes))


_LARGEST = """
import resource, socket, sys
from threading import Thread
from time import monotonic
from indexer.sandbox import protocol
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sizes = [*protocol._LIMITS]
ours, theirs = socket.socketpair()
def say():
    try:
        theirs.sendall(protocol._HEAD.pack(0, 0, *sizes))
        left = sum(sizes[:-2]) + 8 * (3 * sizes[-2] + sizes[-1])
        while left > 0:
            left -= theirs.send(bytes([int(sys.argv[1])]) * min(left, 1 << 20))
    except OSError:
        pass
Thread(target=say, daemon=True).start()
try:
    protocol.receive_answer(ours, monotonic() + 100)
except protocol.BadAnswer:
    pass
ours.close()
most = sum(sizes[:-2]) + 8 * (3 * sizes[-2] + sizes[-1])
used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
print(used / most)
"""


@pytest.mark.faults
@pytest.mark.parametrize("byte", [0, 10, 0x61])
def test_the_largest_answer_costs_at_most_four_times_its_bytes(byte: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LARGEST, str(byte)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) <= 4
