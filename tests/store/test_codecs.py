from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Heading, Span, StoreDamaged
from store.coding import rice, varint
from store.coding.blobs import seal, unseal
from store.documents.spans import pack_layout, unpack_layout
from store.vectors.codes import quantise_lengths

numbers = st.lists(st.integers(0, 2**63 - 1))


@given(numbers)
def test_varints_come_back_as_they_went_in(values: list[int]) -> None:
    assert varint.decode(varint.encode(values)).tolist() == values


@given(st.binary())
def test_any_bytes_decode_to_numbers_or_are_called_damaged(data: bytes) -> None:
    with contextlib.suppress(StoreDamaged):
        assert len(varint.decode(data)) <= len(data)


def test_small_numbers_take_one_byte() -> None:
    assert len(varint.encode(range(128))) == 128


@given(st.binary(), st.integers(0), st.integers(1, 255))
def test_a_flipped_byte_in_a_sealed_blob_is_found(payload: bytes, place: int, flip: int) -> None:
    blob = bytearray(seal(payload))
    assert unseal(bytes(blob), "it") == payload
    blob[place % len(blob)] ^= flip
    with pytest.raises(StoreDamaged, match="it in the index is damaged"):
        unseal(bytes(blob), "it")


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 5_000))))
def test_spans_come_back_as_they_went_in(pairs: list[tuple[int, int]]) -> None:
    spans, end = [], 0
    for gap, length in pairs:
        spans.append(Span(end + gap, length))
        end += gap + length
    assert unpack_layout(*pack_layout(spans, ())) == (tuple(spans), ())


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 48)), max_size=40))
def test_few_numbers_are_packed_as_many_are(numbers: list[tuple[int, int]]) -> None:
    numbers = [(value % (64 << width), width) for value, width in numbers]
    values, widths = [value for value, _ in numbers], [width for _, width in numbers]
    as_arrays = rice.encode(np.array(values, dtype=np.int64), np.array(widths, dtype=np.int64))
    assert rice.encode_few(values, widths) == as_arrays
    assert b"".join(map(varint.encode_one, values)) == varint.encode(values)


def test_chunk_spans_take_less_than_two_bytes_each() -> None:
    lengths = np.random.default_rng(0).integers(500, 1100, 1000)
    starts = np.cumsum(lengths + 1) - lengths
    spans = [Span(int(start), int(length)) for start, length in zip(starts, lengths, strict=True)]
    assert sum(map(len, pack_layout(spans, ()))) < 2 * len(spans)


@given(st.binary(max_size=40), st.sampled_from([2, 3]))
def test_any_bytes_are_a_layout_or_called_damaged(data: bytes, columns: int) -> None:
    spans, outline = (seal(data), b"") if columns == 2 else (seal(b"", data), data)
    with contextlib.suppress(StoreDamaged):
        unpack_layout(spans, outline)


def test_overlapping_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        pack_layout([Span(0, 10), Span(5, 10)], ())


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 90), st.integers(0, 6)), max_size=30))
def test_outlines_come_back_as_they_went_in(rows: list[tuple[int, int, int]]) -> None:
    starts = np.cumsum([gap for gap, _, _ in rows])
    outline = tuple(
        Heading(Span(int(start), length), level)
        for start, (_, length, level) in zip(starts, rows, strict=True)
    )
    assert unpack_layout(*pack_layout((), outline)) == ((), outline)


def test_one_checksum_covers_chunks_and_headings() -> None:
    spans, outline = pack_layout([Span(0, 10)], [Heading(Span(3, 4), 1)])
    for damaged in (b"", outline[:-1], bytes(len(outline)), outline + b"\0"):
        with pytest.raises(StoreDamaged, match="chunks and headings"):
            unpack_layout(spans, damaged)


@given(st.lists(st.integers(0, 40_000), min_size=1))
def test_chunk_lengths_keep_their_size_within_three_per_cent(lengths: list[int]) -> None:
    packed = quantise_lengths(np.array(lengths))
    back = np.exp2(packed / 16) - 1
    assert np.allclose(back, lengths, rtol=0.03, atol=0.6)
