"""Raw and packed segments: what they keep, and that damage is found."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from store import StoreDamaged
from store.coding.blobs import seal
from store.database.connection import open_writer, transaction
from store.lexical import inverted_index, merging, packing, rare_terms
from store.lexical.postings import Postings, decode_block, encode_block
from store.lexical.segments import Segment, segments

Mask = NDArray[np.bool_]
chunks_of_terms = st.lists(st.lists(st.integers(0, 200), max_size=30), min_size=1, max_size=90)


@settings(deadline=None)
@given(chunks_of_terms, st.booleans())
def test_postings_say_which_chunk_holds_which_term(chunks: list[list[int]], packed: bool) -> None:
    postings = Postings.collect(7, chunks)
    segment = Segment(1, 7, 7 + len(chunks), len(postings), packed)
    if not len(postings):
        return
    block = seal(encode_block(postings, segment))
    decoded = decode_block(block, segment)
    held = zip(np.repeat(decoded.keys, decoded.counts).tolist(), decoded.chunks, strict=True)
    assert set(held) == {(key, 7 + place) for place, keys in enumerate(chunks) for key in keys}
    assert packed or (decoded.term_weights == postings.term_weights).all()
    for place, key in enumerate(postings.keys.tolist()):
        one = decode_block(block, segment, key)
        assert one.chunks.tolist() == postings.terms(place, place + 1).chunks.tolist()


@settings(deadline=None)
@given(chunks_of_terms, st.data())
def test_pruning_keeps_frequencies(chunks: list[list[int]], data: st.DataObject) -> None:
    postings = Postings.collect(1, chunks)
    kept = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(postings), max_size=len(postings))),
        dtype=bool,
    )
    pruned = postings.keep(kept)
    segment = Segment(1, 1, 1 + len(chunks), len(pruned), packed=True)
    if not len(postings):
        return
    decoded = decode_block(seal(encode_block(pruned, segment)), segment)
    frequencies = Counter(key for keys in chunks for key in set(keys))
    assert (
        dict(zip(decoded.keys.tolist(), decoded.frequencies.tolist(), strict=True)) == frequencies
    )
    assert len(decoded) == kept.sum()


@pytest.fixture
def connection(tmp_path: Path) -> apsw.Connection:
    return open_writer(tmp_path / "thimble.db")


def zipf_chunks(count: int, seed: int = 3) -> list[list[int]]:
    """Return chunks whose terms are as unevenly spread as words are."""
    random = np.random.default_rng(seed)
    return [(random.zipf(1.2, 60) % 20_000).tolist() for _ in range(count)]


def fill(connection: apsw.Connection, chunks: list[list[int]], batch: int = 100) -> None:
    """Index chunks from id 1 on."""
    live = np.ones(len(chunks) + 1, dtype=bool)
    with transaction(connection):
        for start in range(0, len(chunks), batch):
            part = chunks[start : start + batch]
            inverted_index.add_chunks(connection, start + 1, part)
            inverted_index.merge(connection, live[: start + len(part) + 1])


def pack(
    connection: apsw.Connection,
    budget_bits: float,
    live: Mask,
) -> None:
    present = segments(connection)
    with transaction(connection):
        packing.pack_segments(
            connection,
            [one for one in present if not one.packed],
            [one for one in present if one.packed],
            live,
            budget_bits,
        )


def check(
    connection: apsw.Connection,
    holding: dict[int, set[int]],
    live: Mask,
) -> int:
    """Check all terms against the truth; return how many are incomplete."""
    pruned = 0
    for key in sorted(holding, key=lambda key: (-len(holding[key]), key))[::7][:400]:
        chunks = holding[key]
        term = inverted_index.look_up(connection, segments(connection), key, live)
        possible = {chunk for one in term.unsure for chunk in one}
        found = set(term.chunks.tolist())
        assert found <= chunks
        if term.is_complete:
            assert chunks <= found | possible
        else:
            pruned += 1
            assert term.frequency == len(chunks)
    return pruned


def holders(chunks: list[list[int]]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = {}
    for place, keys in enumerate(chunks, 1):
        for key in keys:
            held.setdefault(key, set()).add(place)
    return held


def test_packing_keeps_to_its_budget_and_loses_no_rare_term(connection: apsw.Connection) -> None:
    chunks = zipf_chunks(800)
    fill(connection, chunks)
    live = np.ones(len(chunks) + 1, dtype=bool)
    budget_bits = 8 * 25 * len(chunks)
    pack(connection, budget_bits, live)
    (only,) = segments(connection)
    assert only.packed
    size = connection.execute("SELECT sum(length(data)) FROM postings").get
    assert size < 1.15 * budget_bits / 8
    assert check(connection, holders(chunks), live) > 5


def test_a_later_pack_gives_postings_to_terms_that_have_some(connection: apsw.Connection) -> None:
    chunks = [[1, 2, 3, 10 + place] for place in range(200)]
    later = [[1, 900 + place] for place in range(2)]
    live = np.ones(203, dtype=bool)
    fill(connection, chunks)
    pack(connection, 1e9, live[:201])
    with transaction(connection):
        inverted_index.add_chunks(connection, 201, later)
    pack(connection, 1e9, live)
    term = inverted_index.look_up(connection, segments(connection), 1, live)
    assert term.chunks.tolist() == list(range(1, 203))
    assert inverted_index.look_up(connection, segments(connection), 900, live).chunks.size == 0
    assert check(connection, holders(chunks + later), live) == 0


def test_packed_segments_merge_and_renumber_without_losing_a_term(
    connection: apsw.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_RANGE_POSTINGS", 3000)
    chunks: list[list[int]] = []
    for seed in range(9):
        part = zipf_chunks(150, seed)
        with transaction(connection):
            inverted_index.add_chunks(connection, len(chunks) + 1, part)
        chunks += part
        live = np.ones(len(chunks) + 1, dtype=bool)
        pack(connection, 1e9, live)
    with transaction(connection):
        merging.merge_segments(connection, live)
    assert len(segments(connection)) == 1
    assert check(connection, holders(chunks), live) == 0
    live[::3] = False
    numbers = np.where(live, np.cumsum(live), 0)
    with transaction(connection):
        merging.renumber_segments(connection, live, numbers)
    (only,) = segments(connection)
    assert sum(only.blocks) == live.sum() == only.end_chunk - 1
    assert max(only.blocks) <= rare_terms.BLOCK_CHUNKS
    kept = [keys for place, keys in enumerate(chunks, 1) if live[place]]
    assert check(connection, holders(kept), np.ones(len(kept) + 1, dtype=bool)) == 0


def test_dead_chunks_leave_frequencies(connection: apsw.Connection) -> None:
    chunks = zipf_chunks(400)
    fill(connection, chunks)
    live = np.ones(len(chunks) + 1, dtype=bool)
    pack(connection, 8 * 20 * len(chunks), live)
    live[1:201] = False
    present = segments(connection)
    for key, held in list(holders(chunks).items())[:400]:
        term = inverted_index.look_up(connection, present, key, live)
        if term.chunks.size > 50:
            assert (term.chunks > 200).all()
            assert term.frequency == pytest.approx(len(held) / 2, rel=0.35)


@settings(max_examples=60, deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_a_flipped_byte_of_a_packed_index_is_found(place: int, flip: int) -> None:
    postings = Postings.collect(1, zipf_chunks(5))
    segment = Segment(1, 1, 6, len(postings), packed=True, blocks=(5,))
    entries = rare_terms.entries(np.arange(50), np.arange(50) % 5 + 1, segment)
    for blob, decode in (
        (seal(encode_block(postings, segment)), decode_block),
        (seal(rare_terms.encode_entries(entries)), rare_terms.decode_entries),
    ):
        data = bytearray(blob)
        data[place % len(data)] ^= flip
        with pytest.raises(StoreDamaged):
            decode(bytes(data), segment)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_a_sealed_block_of_nonsense_is_called_damaged(data: bytes) -> None:
    segment = Segment(1, 1, 6, 9, packed=True, blocks=(5,))
    for decode in (decode_block, rare_terms.decode_entries):
        with contextlib.suppress(StoreDamaged):
            decode(seal(data), segment)


@pytest.mark.parametrize("small_bytes", [0, 1 << 30], ids=["decoded in part", "decoded and kept"])
def test_a_term_is_found_alike_in_small_and_large_blocks(
    connection: apsw.Connection, monkeypatch: pytest.MonkeyPatch, small_bytes: int
) -> None:
    monkeypatch.setattr(inverted_index, "_SMALL_BYTES", small_bytes)
    chunks = zipf_chunks(200)
    with transaction(connection):
        inverted_index.add_chunks(connection, 1, chunks)
    (segment,) = segments(connection)
    for key in {key for keys in chunks for key in keys} | {1, 1 << 30}:
        found = inverted_index.find_term(connection, segment, key)
        assert found.chunks.tolist() == [n for n, keys in enumerate(chunks, 1) if key in keys]
        assert found.frequencies.sum() == found.chunks.size
