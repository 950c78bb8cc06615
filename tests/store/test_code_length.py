"""Codes are as long as the index model's projection has them, and so are the vectors of hubs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from store import (
    Changes,
    IndexModel,
    Mode,
    Quantiser,
    Query,
    SearchModels,
    SearchParameters,
    SearchPath,
)
from store.database.connection import open_writer
from store.vectors.quantiser import estimate
from tests.store.fakes import MODELS, QUANTISER, Library, embed

WORDS = [f"word{number}" for number in range(400)]
LONG = Quantiser.fit(embed(WORDS), code_dims=256)
LONG_MODELS = replace(MODELS, fingerprint="long", quantiser=LONG)
PAIRS = [f"{one} {two} text" for one in WORDS[:60] for two in WORDS[:10]]
"""Enough for two hubs."""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A store with codes of 24 bytes."""
    made = Library(tmp_path)
    with made.store.writer() as writer:
        made.put(writer, pairs=PAIRS)
        writer.link(QUANTISER)
    return made


def make_long(library: Library) -> None:
    """Have the store made anew with a model whose codes have 32 bytes."""
    with library.store.writer() as writer:
        assert writer.adopt_models(IndexModel("long", code_bytes=LONG.code_bytes))
        library.quantiser = LONG
        library.put(writer, pairs=PAIRS)
        writer.link(LONG)


def best(library: Library, text: str, models: SearchModels, path: SearchPath) -> int:
    """Return the line of the best hit by meaning: its number among the pairs."""
    parameters = SearchParameters(path=path, ef=64, batch=4)
    query = Query(text, mode=Mode.SEMANTIC, budget=64, parameters=parameters)
    *_, last = library.store.search(query, models, *library.sources)
    assert last.explain.path == path
    return last.hits[0].line - 1


def test_a_code_has_a_bit_for_each_dimension() -> None:
    assert LONG.encode(embed(WORDS)).shape == (400, 32)
    assert QUANTISER.encode(embed(WORDS)).shape == (400, 24)
    assert Quantiser.from_bytes(LONG.to_bytes()).code_bytes == 32


def test_longer_codes_keep_more_of_what_is_near() -> None:
    vectors = np.random.default_rng(0).standard_normal((2000, 256)).astype(np.float32)
    queries = vectors[:100] + np.random.default_rng(1).standard_normal((100, 256)).astype("f4") / 2

    def kept(code_dims: int) -> float:
        quantiser = Quantiser.fit(vectors, code_dims=code_dims)
        codes = np.ascontiguousarray(quantiser.encode(vectors).T)
        found = 0.0
        for query in queries:
            nearest = np.argsort(-(vectors @ query))[:10]
            by_code = np.argsort(-estimate(codes, quantiser.tables(query)))[:32]
            found += np.isin(nearest, by_code).mean()
        return found / len(queries)

    assert kept(256) > kept(192) + 0.02


@pytest.mark.parametrize("path", [SearchPath.FLAT, SearchPath.GRAPH])
def test_an_index_can_be_made_anew_with_longer_codes(library: Library, path: SearchPath) -> None:
    make_long(library)
    assert best(library, PAIRS[437], LONG_MODELS, path) == 437
    assert not library.store.check()


def test_longer_codes_outlive_the_compaction_of_an_index(library: Library) -> None:
    make_long(library)
    library.put(more=PAIRS[::-1])
    library.remove("more")
    with library.store.writer() as writer:
        writer.compact()
    assert best(library, PAIRS[437], LONG_MODELS, SearchPath.GRAPH) == 437
    assert not library.store.check()


def test_a_successor_with_longer_codes_moves_in(library: Library) -> None:
    with library.store.writer() as writer, writer.successor() as successor:
        successor.adopt_models(IndexModel("long", code_bytes=LONG.code_bytes))
        successor.mirror_folders(library.store.folders())
        changes = Changes(files=(library.new_file("pairs", PAIRS),))
        successor.apply(library.folder, changes, embed(PAIRS), LONG)
        successor.link(LONG)
    assert best(library, PAIRS[437], replace(MODELS, fingerprint="test"), SearchPath.GRAPH) == 437
    with library.store.writer() as writer:
        writer.take_over()
    assert best(library, PAIRS[437], LONG_MODELS, SearchPath.GRAPH) == 437
    assert not library.store.check()


def test_a_wrong_length_of_codes_is_seen_and_mended(library: Library) -> None:
    with closing(open_writer(library.store.path)) as connection:
        connection.execute("UPDATE meta SET value = 32 WHERE key = 'code_bytes'")
    findings = library.store.check()
    assert findings
    library.store.repair(findings)
    with library.store.writer() as writer:
        writer.adopt_models(IndexModel("test"))
        library.put(writer, pairs=PAIRS)
        writer.link(QUANTISER)
    assert best(library, PAIRS[437], MODELS, SearchPath.GRAPH) == 437
    assert not library.store.check()
