from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from indexer import BUILT_IN, Embedder, Model
from indexer.embedding import embedder as embedding
from store import Progress, Query


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models whose graphs were loaded, by name."""
    names: list[str] = []
    plain = embedding._open

    def noted(graph: Path, wanted: list[str]) -> object:
        names.append(graph.parent.name)
        return plain(graph, wanted)

    monkeypatch.setattr(embedding, "_open", noted)
    return names


def ignore(_: Progress) -> None: ...


def test_a_search_loads_each_model_once_beside_the_index(tmp_path: Path, opened: list[str]) -> None:
    settings = Settings(Paths.find({"THIMBLE_HOME": str(tmp_path / "home")}))
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "note.txt").write_text("The kettle descales with vinegar.")
    with Engine(settings) as engine:
        engine.add_folder(folder)
        engine.index(ignore)
    opened.clear()
    with Engine(settings) as engine:
        for text in ("kettle", "vinegar"):
            *_, last = engine.search(Query(text))
            assert last.hits
    assert sorted(opened) == ["thimble-index", "thimble-rank"]


def test_whoever_needs_a_model_waits_for_who_loads_it(opened: list[str]) -> None:
    model = Embedder(Model.load(BUILT_IN))
    threads = [Thread(target=model.load) for _ in range(8)]
    for one in threads:
        one.start()
    assert model.embed_queries(["kettle"]).shape == (1, 256)
    for one in threads:
        one.join()
    assert len(opened) == 1


def test_a_search_of_no_index_loads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_open", pytest.fail)
    settings = Settings(Paths.find({"THIMBLE_HOME": str(tmp_path)}))
    with Engine(settings) as engine:
        assert not [*engine.search(Query("kettle"))]
