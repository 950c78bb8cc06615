"""Once much has come and gone, the graph is made anew from embeddings, as it was the first time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from store import Mode, Query, SearchParameters, SearchPath, Vectors
from store.database.meta import get_number
from store.graph import edges
from store.graph.linking import Edges
from tests.store.fakes import MODELS, QUANTISER, Library, embed

WORDS = [f"word{number}" for number in range(60)]
OLD = {f"{one}-{two}": [f"{one} {two} text", f"{two} notes"] for one in WORDS for two in WORDS[:8]}
NEW = {f"{one}-new{two}": [f"{one} {two} more"] for one in WORDS for two in WORDS[8:24]}
"""Nearly as many chunks as the old ones."""


def edges_of(library: Library) -> Edges:
    return library.store._ask(
        lambda one: edges.load(one, get_number(one, "next_chunk")), np.empty((0, 2), np.int64)
    )


@pytest.fixture
def grown(tmp_path: Path) -> Library:
    """A library that became twice as large."""
    library = Library(tmp_path)
    library.extracted = {name for name in OLD if name.startswith("word7")}
    with library.store.writer() as writer:
        library.put(writer, **OLD)
        writer.link(QUANTISER)
        assert not writer.is_relinking_due, "all places were known"
        library.put(writer, **NEW)
        writer.link(QUANTISER)
    return library


def relink(library: Library) -> bool:
    with library.store.writer() as writer:
        done = writer.relink(QUANTISER, library.read_indexed, embed)
        assert not writer.is_relinking_due
    return done


def test_what_grew_is_linked_as_what_was_made_at_once(grown: Library, tmp_path: Path) -> None:
    fresh = Library(tmp_path / "fresh")
    with fresh.store.writer() as writer:
        fresh.put(writer, **OLD)
        fresh.put(writer, **NEW)
        writer.link(QUANTISER)
    with grown.store.writer() as writer:
        assert writer.is_relinking_due
    wanted = {*map(tuple, edges_of(fresh).tolist())}

    def shared() -> float:
        return len(wanted & {*map(tuple, edges_of(grown).tolist())}) / len(wanted)

    assert shared() < 0.9
    assert relink(grown)
    assert shared() > 0.99  # the last digits depend on how many are embedded at a time
    assert len(edges_of(grown)) == pytest.approx(len(wanted), rel=0.01)
    assert grown.store.check() == ()


def test_little_that_is_new_is_no_reason(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with library.store.writer() as writer:
        library.put(writer, **OLD)
        writer.link(QUANTISER)
        library.put(writer, new=["alpha"], other=["beta", "gamma"])
        writer.link(QUANTISER)
        assert not writer.is_relinking_due


def test_what_is_gone_counts_and_its_edges_too(grown: Library) -> None:
    relink(grown)
    grown.remove(*[name for name in OLD if "-word3" in name or "-word5" in name])
    with grown.store.writer() as writer:
        writer.link(QUANTISER)
        assert not writer.is_relinking_due
    grown.remove(*[name for name in NEW if name.endswith(("0", "1", "2", "3"))])
    with grown.store.writer() as writer:
        writer.link(QUANTISER)
        assert writer.is_relinking_due
        writer.compact(force=True)
        assert writer.is_relinking_due
    relink(grown)
    live = len(grown.documents)
    assert edges_of(grown).max() <= sum(map(len, grown.documents.values()))
    assert len({*edges_of(grown).ravel().tolist()}) >= live
    assert grown.store.check() == ()


def test_it_waits_for_folders_that_cannot_be_seen(grown: Library) -> None:
    with grown.store.writer() as writer:
        seen = writer.last_seen(grown.folder)
        writer.set_last_seen(grown.folder, seen, online=False)
        assert not writer.is_relinking_due
        (away,) = grown.store.folders()
        writer.set_last_seen(away, seen, online=True)
        assert writer.is_relinking_due


def test_cancelled_it_changes_nothing(grown: Library) -> None:
    before = edges_of(grown).tolist()
    asked: list[float] = []
    with grown.store.writer() as writer:
        assert not writer.relink(
            QUANTISER, grown.read_indexed, embed, asked.append, lambda: len(asked) == 2
        )
        assert writer.is_relinking_due
    assert edges_of(grown).tolist() == before
    assert asked == sorted(asked)
    assert asked[1] > asked[0]


def test_of_texts_that_cannot_be_read_the_codes_must_do(grown: Library) -> None:
    grown.changed = {name for name in OLD if name.startswith("word1")}
    for name in [name for name in NEW if name.startswith("word2")]:
        del grown.documents[name]
    assert relink(grown)
    assert grown.store.check() == ()
    walk = SearchParameters(path=SearchPath.GRAPH, ef=64)
    query = Query("word30 word3", mode=Mode.SEMANTIC, budget=64, parameters=walk)
    *_, found = grown.store.search(query, MODELS, *grown.sources)
    assert found.hits[0].path.stem in {"word30-word3", "word3-word30"}


def test_kept_text_is_read_from_the_index_alone(grown: Library) -> None:
    """A page whose file is not there any more is embedded all the same."""
    kept = grown.extracted
    embedded: list[str] = []

    def note(texts: list[str]) -> Vectors:
        embedded.extend(texts)
        return embed(texts)

    with grown.store.writer() as writer:
        writer.relink(QUANTISER, grown.read_indexed, note)  # type: ignore[arg-type]
    assert {text for name in kept for text in OLD[name]} <= {*embedded}
    assert len(embedded) == sum(map(len, grown.documents.values()))


def test_chunks_that_were_not_in_the_graph_are_in_it_then(grown: Library) -> None:
    grown.put(late=["quokka"])
    assert relink(grown)
    unlinked = grown.store._ask(lambda one: get_number(one, "next_unlinked"), 0)
    assert unlinked == grown.store._ask(lambda one: get_number(one, "next_chunk"), 0)


def test_a_graph_that_was_lost_is_linked_by_codes_and_then_anew(grown: Library) -> None:
    relink(grown)
    good = edges_of(grown).tolist()
    with grown.store.writer() as writer, writer._change() as connection:
        connection.execute("UPDATE edges SET data = zeroblob(12) WHERE block = 0")
    grown.store.repair(grown.store.check())
    with grown.store.writer() as writer:
        writer.link(QUANTISER)
        assert writer.is_relinking_due
    relink(grown)
    assert edges_of(grown).tolist() == good
