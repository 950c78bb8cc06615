"""Values cross the socket unchanged; what does not fit is refused."""

from __future__ import annotations

import contextlib
import json
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.daemon import methods
from app.daemon.codec import Malformed, decode, encode
from app.daemon.faults import Unreachable, fault_of, raise_fault
from app.daemon.methods import METHODS
from app.daemon.wire import pack, unpack
from indexer import ModelError
from store import (
    Answer,
    BadQuery,
    Folder,
    Hit,
    Mode,
    Sentence,
    StoreBusy,
    StoreDamaged,
    StoreError,
)

TYPES = sorted(
    {
        kind
        for method in METHODS.values()
        for kind in (method.takes, method.answers)
        if is_dataclass(kind)
    },
    key=lambda kind: kind.__name__,
)
"""Everything that a client may send and the daemon answers."""


def test_every_method_is_found_by_its_name() -> None:
    declared = [value for value in vars(methods).values() if isinstance(value, methods.Method)]
    assert len(declared) >= 15
    assert {method.name: method for method in declared} == METHODS


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_value_that_is_sent_comes_back_the_same(kind: type, data: st.DataObject) -> None:
    odd = st.text(st.characters(), max_size=8)
    st.register_type_strategy(Path, st.builds(Path, odd.map(lambda text: f"/x{text}")))
    st.register_type_strategy(float, st.floats(allow_nan=False))
    answers = st.builds(
        Answer,
        question=odd,
        sentences=st.from_type(tuple[Sentence, ...]),
        sources=st.from_type(tuple[Hit, ...]),
        found=st.booleans(),
        backend=odd,
        done=st.booleans(),
        notice=odd,
    )
    value = data.draw(answers if kind is Answer else st.from_type(kind))
    line = pack({"value": encode(value)})
    assert line.isascii()
    assert decode(kind, unpack(line.rstrip(b"\n"))["value"]) == value


def test_numbers_of_numpy_are_sent_as_numbers() -> None:
    sent = encode((np.float32(0.5), np.int64(3), np.float64(2.0)))
    assert json.dumps(sent) == "[0.5, 3, 2.0]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([one.name for one in fields(Hit)]), inner, max_size=6)
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_what_does_not_fit_is_refused_and_nothing_else_happens(value: object) -> None:
    for kind in TYPES:
        with contextlib.suppress(Malformed):
            decode(kind, value)
    for hint in (int, str, Path, Mode, tuple[int, ...], dict[str, int]):
        with contextlib.suppress(Malformed):
            decode(hint, value)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, True),
        (int, "1"),
        (str, 1),
        (Mode, "nonsense"),
        (tuple[int, int], [1]),
        (Folder, {"id": 1, "name": "x", "path": "/x", "extra": 1}),
        (Folder, {"id": 1}),
        (object, {}),
    ],
)
def test_a_value_of_another_type_is_refused(hint: type, value: object) -> None:
    with pytest.raises(Malformed):
        decode(hint, value)


@given(st.binary(max_size=60))
def test_a_line_of_anything_is_a_message_or_refused(line: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(unpack(line), dict)


def test_a_nest_of_brackets_is_refused() -> None:
    with pytest.raises(Malformed):
        unpack(b"[" * 200_000)


@pytest.mark.parametrize(
    "error",
    [
        StoreBusy("busy"),
        StoreDamaged("a block"),
        BadQuery("bad"),
        ModelError("no model"),
        ValueError("no such folder"),
        StoreError("plain"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_designed_errors_keep_their_kind_and_their_words(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        raise_fault(json.loads(json.dumps(fault_of(error))))
    assert str(caught.value) == str(error)


def test_errors_of_files_keep_their_place() -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        raise_fault(fault_of(FileNotFoundError(2, "No such file or directory", "/x/y")))
    assert caught.value.filename == "/x/y"


def test_other_errors_are_bugs_and_refusals_are_none() -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        raise_fault(fault_of(KeyError("x")))
    with pytest.raises(Unreachable):
        raise_fault({"kind": "Busy", "message": "too much"})
    with pytest.raises(RuntimeError):
        raise_fault("nonsense")
