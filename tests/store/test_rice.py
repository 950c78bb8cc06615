from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import StoreDamaged
from store.coding import rice
from store.coding.arrays import Ids

numbers = st.lists(st.tuples(st.integers(0, 2**20), st.integers(10, 48)))


def columns(pairs: list[tuple[int, int]]) -> tuple[Ids, Ids]:
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


@settings(deadline=None)
@given(numbers)
def test_rice_codes_come_back_as_they_went_in(pairs: list[tuple[int, int]]) -> None:
    values, widths = columns(pairs)
    assert (rice.decode(rice.encode(values, widths), widths) == values).all()


@settings(deadline=None)
@given(numbers, st.data())
def test_one_by_one_is_the_same(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    values, widths = columns(pairs)
    packed = rice.encode(values, widths)
    assert rice.decode_few(packed, widths.tolist()) == values.tolist()
    damaged = packed[: data.draw(st.integers(0, len(packed)))]
    with contextlib.suppress(StoreDamaged):
        again = rice.decode(damaged, widths).tolist()
        assert rice.decode_few(damaged, widths.tolist()) == again


@settings(deadline=None)
@given(st.lists(st.integers(0, 300)), st.integers(0, 8), st.data())
def test_a_part_of_a_rice_code_is_read_alone(
    values: list[int], width: int, data: st.DataObject
) -> None:
    numbers = np.array(values, dtype=np.int64)
    widths = np.full_like(numbers, width)
    first = data.draw(st.integers(0, len(values)))
    part = slice(first, data.draw(st.integers(first, len(values))))
    assert rice.decode(rice.encode(numbers, widths), widths, part).tolist() == values[part]


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**40)))
def test_gamma_codes_come_back_as_they_went_in(values: list[int]) -> None:
    data = rice.encode_gamma(np.array(values, dtype=np.int64))
    assert rice.decode_gamma(data, len(values)).tolist() == values


@settings(deadline=None)
@given(st.lists(st.integers(0, 31)), st.data())
def test_packed_numbers_come_back_as_they_went_in(values: list[int], data: st.DataObject) -> None:
    packed = rice.pack(np.array(values, dtype=np.int64), 5)
    first = data.draw(st.integers(0, len(values)))
    assert len(packed) == (5 * len(values) + 7) // 8
    assert rice.unpack(packed, 5, slice(first, len(values))).tolist() == values[first:]


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, 20), st.integers(0, 9))
def test_any_bytes_are_numbers_or_called_damaged(data: bytes, count: int, width: int) -> None:
    with contextlib.suppress(StoreDamaged):
        assert rice.decode(data, np.full(count, width, dtype=np.int64)).size == count
    with contextlib.suppress(StoreDamaged):
        assert rice.decode_gamma(data, count).size == count
    with contextlib.suppress(StoreDamaged):
        assert rice.unpack(data, width, slice(0, count)).size == count


@pytest.mark.parametrize("mean", [1, 10, 300, 20_000])
def test_gaps_between_random_places_take_little_more_than_their_entropy(mean: int) -> None:
    gaps = np.random.default_rng(5).geometric(1 / mean, 20_000) - 1
    width = rice.best_width(gaps.size, int(gaps.sum()))
    bits = 8 * len(rice.encode(gaps, np.full_like(gaps, width))) / gaps.size
    assert bits < max(1.05, 1.05 * (np.log2(mean) + 1.443))
