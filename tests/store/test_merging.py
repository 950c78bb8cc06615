from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from store.database.connection import open_writer, transaction
from store.lexical import merging
from store.lexical.inverted_index import add_chunks, look_up
from store.lexical.segments import segments


def test_merging_range_by_range_keeps_every_posting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_RANGE_POSTINGS", 3000)
    connection = open_writer(tmp_path / "thimble.db")
    random = np.random.default_rng(3)
    truth: dict[int, dict[int, int]] = {}
    first = 1
    for _ in range(30):
        chunks = [(random.zipf(1.3, 60) % 5000).tolist() for _ in range(40)]
        for place, keys in enumerate(chunks):
            for key in keys:
                held = truth.setdefault(key, {})
                held[first + place] = held.get(first + place, 0) + 1
        with transaction(connection):
            add_chunks(connection, first, chunks)
        first += 40
    live = np.ones(first, dtype=bool)
    live[::7] = False
    numbers = np.where(live, np.cumsum(live), 0)
    with transaction(connection):
        merging.renumber_segments(connection, live, numbers)
    (only,) = segments(connection)
    expected = {
        key: {int(numbers[chunk]): count for chunk, count in held.items() if live[chunk]}
        for key, held in truth.items()
    }
    assert only.postings == sum(map(len, expected.values()))
    for key, held in expected.items():
        term = look_up(connection, [only], key, np.ones(first, dtype=bool))
        assert term.chunks.tolist() == sorted(held)
        assert term.frequency == len(held)
        assert term.is_complete
    connection.close()
