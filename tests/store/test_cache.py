"""The cache of recomputed embeddings: what it keeps, for how long, and what it must never do."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import BUILT_IN, Embedder, Model
from store import Query, Results, Vectors
from store.database.connection import open_writer, transaction
from store.vectors import cache
from tests.store.fakes import DIMS, MODELS, Library, embed

WORDS = [f"word{number}" for number in range(60)]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Return a library of 60 one-byte documents with a cache that holds them all."""
    library = Library(tmp_path, cache_percent=1_000_000)
    library.put(**{word: [f"{word} something to say"] for word in WORDS})
    return library


def search(library: Library, text: str, rank: str = "rank") -> Results:
    models = replace(MODELS, rank_fingerprint=lambda: rank)
    return [*library.store.search(Query(text), models, library.read, library.read_texts)][-1]


def rows(library: Library) -> dict[int, bytes]:
    with closing(open_writer(library.store.path)) as connection:
        found: list[Any] = connection.execute("SELECT chunk, vector FROM cache").fetchall()
        return dict(found)


def test_a_search_asked_again_recomputes_nothing(library: Library) -> None:
    first, second = search(library, "word7"), search(library, "word7")
    assert (first.explain.recomputed, first.explain.cache_hits) == (32, 0)
    assert (second.explain.recomputed, second.explain.cache_hits) == (0, 32)
    assert [hit.path for hit in first.hits] == [hit.path for hit in second.hits]
    use = library.store.status().cache
    assert (use.vectors, use.hits, use.asked) == (32, 32, 64)
    assert use.bytes == library.store.size(DIMS).parts["cache"] > 32 * DIMS


def test_saving_does_not_make_other_processes_read_the_index_again(library: Library) -> None:
    with closing(open_writer(library.store.path)) as connection:
        before = connection.execute("SELECT value FROM meta WHERE key = 'generation'").get
        search(library, "word7")
        after = connection.execute("SELECT value FROM meta WHERE key = 'generation'").get
    assert before == after


def test_a_removed_document_leaves_the_cache_at_once(library: Library) -> None:
    search(library, "word7")
    record = library.store.file_at(library.folder, library.path("word7"))
    assert record is not None
    assert record.first_chunk in rows(library)
    library.remove("word7")
    assert record.first_chunk not in rows(library)
    assert library.store.status().cache.vectors == 31


def test_compaction_renumbers_the_cache(library: Library) -> None:
    search(library, "word7")
    library.remove(*WORDS[:5])
    with library.store.writer() as writer:
        writer.compact(force=True)
    again = search(library, "word7")
    assert again.explain.cache_hits > 20
    fresh = Library(library.root / "fresh")
    fresh.put(**library.documents)
    assert [hit.path.name for hit in again.hits] == [
        hit.path.name for hit in search(fresh, "word7").hits
    ]


def test_nothing_of_a_changed_file_is_cached(library: Library) -> None:
    library.changed.update(WORDS)
    assert search(library, "word7").explain.recomputed == 32
    assert rows(library) == {}


def test_a_changed_file_is_not_answered_from_the_cache(library: Library) -> None:
    search(library, "word7")
    library.changed.update(WORDS)
    again = search(library, "word7")
    assert (again.explain.recomputed, again.explain.cache_hits) == (32, 0)


def test_another_rank_model_empties_the_cache(library: Library) -> None:
    search(library, "word7")
    other = search(library, "word8", rank="other")
    assert other.explain.cache_hits == 0
    assert len(rows(library)) == 32
    assert search(library, "word8", rank="other").explain.cache_hits == 32


def test_a_damaged_row_is_recomputed_and_replaced(library: Library) -> None:
    search(library, "word7")
    good = rows(library)
    with closing(open_writer(library.store.path)) as connection:
        connection.execute("UPDATE cache SET vector = zeroblob(length(vector)) WHERE chunk % 3 = 0")
        connection.execute("UPDATE cache SET vector = substr(vector, 1, 40) WHERE chunk % 3 = 1")
    again = search(library, "word7")
    assert 0 < again.explain.cache_hits < 20
    assert again.explain.cache_hits + again.explain.recomputed == 32
    assert rows(library) == good


def test_a_vector_is_not_believed_under_another_id(library: Library) -> None:
    search(library, "word7")
    with closing(open_writer(library.store.path)) as connection:
        connection.execute("UPDATE cache SET chunk = chunk + 1000000")
        connection.execute("UPDATE cache SET chunk = 1061 - chunk % 1000")
    assert search(library, "word7").explain.cache_hits == 0


def test_a_cache_of_nothing_is_allowed(tmp_path: Path) -> None:
    library = Library(tmp_path, cache_percent=0)
    library.put(**{word: [word] for word in WORDS})
    search(library, "word7")
    assert search(library, "word7").explain.cache_hits == 0
    assert rows(library) == {}


def test_the_cache_stays_within_its_budget_and_keeps_what_is_used(library: Library) -> None:
    budget = 64 * 1024
    path = library.store.path
    random = np.random.default_rng(1)
    vectors = embed(WORDS)
    favourites = {chunk: vectors[chunk] for chunk in range(20)}
    generation = 2  # a folder and one batch came before
    with closing(open_writer(path)) as connection:
        generation = connection.execute("SELECT value FROM meta WHERE key = 'generation'").get
        cache.save(path, generation, "rank", favourites, budget)
        for _ in range(200):
            cache.save(path, generation, "rank", {}, budget, [*favourites])
            strangers = random.integers(1000, 100_000, 16)
            new = {int(chunk): vectors[chunk % 60] for chunk in strangers}
            cache.save(path, generation, "rank", new, budget)
        use = cache.use(connection)
        counted = connection.execute("SELECT count(*) FROM cache").get
        kept = cache.load(connection, "rank", favourites)
    assert use.bytes <= budget
    assert 0.5 * budget <= counted * (DIMS * 5 // 4 + 20) <= budget
    assert use.vectors == counted
    assert len(kept) == 20


def test_nothing_is_saved_for_an_index_that_has_changed(library: Library) -> None:
    vectors = dict(enumerate(embed(WORDS)))
    cache.save(library.store.path, 1, "rank", vectors, 1 << 20)
    assert rows(library) == {}


def test_a_search_does_not_wait_for_a_writer(library: Library) -> None:
    with (
        closing(open_writer(library.store.path)) as connection,
        transaction(connection),
    ):
        started = time.perf_counter()
        assert search(library, "word7").hits
        assert time.perf_counter() - started < 2
    assert rows(library) == {}


def test_saving_adds_little_to_a_search(library: Library) -> None:
    vectors = embed(WORDS)[:32]
    with closing(open_writer(library.store.path)) as connection:
        generation = connection.execute("SELECT value FROM meta WHERE key = 'generation'").get
    spent = []
    for number in range(41):
        new = {number * 100 + place: vector for place, vector in enumerate(vectors)}
        started = time.perf_counter()
        cache.save(library.store.path, generation, "rank", new, 1 << 20)
        spent.append(time.perf_counter() - started)
    assert statistics.median(spent) < 0.02  # about 2 ms on an idle machine


def test_the_log_stays_short(library: Library) -> None:
    log = library.store.path.with_name("thimble.db-wal")
    for number in range(60):
        search(library, f"word{number} word{number + 1}", rank=f"rank{number}")
        assert log.stat().st_size < 3 << 18
    library.store.close()
    with library.store.writer():
        pass
    assert not log.exists()


def test_several_processes_may_search_and_save_at_once(tmp_path: Path) -> None:
    library = Library(tmp_path, cache_percent=1_000_000)
    library.put(**{word: [f"{word} something to say"] for word in WORDS})
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from store.vectors import cache\n"
        "path, base = Path(sys.argv[1]), int(sys.argv[2])\n"
        "for one in range(50):\n"
        "    vector = np.full(128, base, np.float32)\n"
        "    cache.save(path, 2, 'rank', {base * 1000 + one: vector}, 1 << 20)\n"
    )
    with closing(open_writer(library.store.path)) as connection:
        generation = connection.execute("SELECT value FROM meta WHERE key = 'generation'").get
    code = code.replace("path, 2,", f"path, {generation},")
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(library.store.path), str(number)])
        for number in (1, 2, 3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    kept = rows(library)
    assert kept  # how many depends on who held the lock: saving never waits
    for chunk, row in kept.items():
        vector = cache.unpack(chunk, row)
        assert vector is not None
        np.testing.assert_allclose(vector, chunk // 1000, rtol=0.01)
    assert library.store.status().cache.vectors == len(kept)


@pytest.fixture
def shelf() -> Iterator[Library]:
    """Return a library in a folder that another user may read and not write."""
    with TemporaryDirectory() as name:
        library = Library(Path(name), cache_percent=1_000_000)
        library.put(**{word: [word] for word in WORDS})
        search(library, "word7")
        library.store.close()
        yield library


def let_others_read(library: Library) -> None:
    """As on a disk that is shared: every run of the owner closes the index again."""
    library.root.chmod(0o755)
    library.store.path.parent.chmod(0o555)
    for path in library.store.path.parent.iterdir():
        path.chmod(0o444)


_AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from tests.store.fakes import MODELS
from store import DocumentTexts, FileState, Passage, Query, ReadBack, Span, Store
os.setuid(65534)
def read(record, indexes, kept):
    one = Passage("text", "", Span(0, 1), 1, fresh=True)
    return ReadBack(FileState.CURRENT, "title", (one,) * len(indexes))
def read_texts(record, indexes, kept):
    return DocumentTexts(FileState.CURRENT, "title", ("text",) * len(indexes))
store = Store(Path(sys.argv[1]), 1_000_000)
print(len([*store.search(Query("word7"), MODELS, read, read_texts)][-1].hits))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that is refused")
@pytest.mark.parametrize("log", [True, False])
def test_an_index_on_a_read_only_disk_can_be_searched(shelf: Library, log: bool) -> None:
    folder = shelf.store.path.parent
    if not log:
        with shelf.store.writer():
            pass
        for path in folder.glob("thimble.db-*"):
            path.unlink()
    let_others_read(shelf)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", _AS_ANOTHER_USER, str(shelf.store.path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("10\n", "")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@given(st.integers(1, 2**40), st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=500))
def test_a_packed_vector_is_within_half_a_step(chunk: int, values: Sequence[float]) -> None:
    vector = np.array(values, dtype=np.float32)
    unpacked = cache.unpack(chunk, cache.pack({chunk: vector})[chunk])
    assert unpacked is not None
    assert (unpacked == cache.rounded(vector[None])[0]).all()
    assert np.abs(unpacked - vector).max() <= max(np.abs(vector).max() / 511 * 0.51, 1e-9)


@given(st.data())
def test_a_flipped_bit_of_a_packed_vector_is_found(data: st.DataObject) -> None:
    row = bytearray(cache.pack({5: np.linspace(-1, 1, 64, dtype=np.float32)})[5])
    bit = data.draw(st.integers(0, len(row) * 8 - 1))
    row[bit // 8] ^= 1 << bit % 8
    assert cache.unpack(5, bytes(row)) is None


def test_ten_bits_rank_as_floats_do() -> None:
    embedder = Embedder(Model.load(BUILT_IN))
    texts = [p.read_text() for p in sorted(Path("samples").rglob("*.md"))]
    passages = [part for text in texts for part in text.split("\n\n") if len(part) > 80]
    vectors = embedder.embed_passages(passages)
    questions = embedder.embed_queries([" ".join(part.split()[:9]) for part in passages[::7]])
    packed = cache.rounded(vectors)
    assert np.abs(packed @ questions.T - vectors @ questions.T).max() < 0.0012
    assert agreement(vectors, packed, questions) > 0.99


def agreement(vectors: Vectors, packed: Vectors, questions: Vectors) -> float:
    """Return the mean overlap of the ten nearest."""
    exact, ours = (np.argsort(-(questions @ each.T), axis=1)[:, :10] for each in (vectors, packed))
    return float(np.mean([len({*a} & {*b}) / 10 for a, b in zip(exact, ours, strict=True)]))


def test_a_foreign_error_of_saving_is_silent(library: Library) -> None:
    library.store.close()
    with apsw.Connection(str(library.store.path)) as raw:
        raw.execute("DROP TABLE cache")
    raw.close()
    cache.save(library.store.path, 2, "rank", {1: embed(["x"])[0]}, 1 << 20)
