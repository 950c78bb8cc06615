from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import BUILT_IN, CurrentTexts, Embedder, Model, Run, Scope, load_quantiser
from store import Folder, Hit, IndexModel, Mode, Progress, Quantiser, Query, SearchModels, Store

TEXTS = CurrentTexts()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder(Model.load(BUILT_IN))


class Notes:
    """A real folder, indexed by the real pipeline into a real store."""

    def __init__(self, root: Path, embedder: Embedder, quantiser: Quantiser) -> None:
        self.root = root / "notes"
        self.root.mkdir()
        self.store = Store(root / "index" / "thimble.db")
        self.embedder = embedder
        self.quantiser = quantiser
        with self.store.writer() as writer:
            writer.adopt_models(IndexModel("test"))
            self.folder: Folder = writer.add_folder("notes", self.root, (), ())

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the folder."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def index(
        self,
        *,
        stop_after: int | None = None,
        scope: Scope | None = None,
        is_careful: bool = False,
    ) -> Progress:
        """Bring the index up to date, or a part of it, or stop after so many files."""
        with self.store.writer() as writer:
            run = Run(
                writer,
                self.embedder,
                self.quantiser,
                max_bytes=1 << 20,
                report=lambda progress: None,
                is_cancelled=lambda: (
                    stop_after is not None and run.progress.files_done >= stop_after
                ),
                scopes={self.folder.id: scope},
                is_careful=is_careful,
            )
            return run.run(self.store.folders())

    @property
    def models(self) -> SearchModels:
        """The built-in index model in every role."""
        embed, passages = self.embedder.embed_queries, self.embedder.embed_passages
        return SearchModels("test", self.quantiser, embed, embed, passages, embed, lambda: "test")

    def search(self, text: str, mode: Mode = Mode.HYBRID, limit: int = 10) -> tuple[Hit, ...]:
        """Search with the built-in model."""
        query = Query(text, limit, mode)
        answers = list(self.store.search(query, self.models, TEXTS.read_back, TEXTS.read_texts))
        return answers[-1].hits if answers else ()

    def found(self, text: str, mode: Mode = Mode.LEXICAL) -> list[str]:
        """Return the names of the files found."""
        return [hit.path.name for hit in self.search(text, mode)]

    def reasons(self) -> dict[str, str]:
        """Return name → reason of the skipped files."""
        return {file.path.name: file.reason for file in self.store.skipped()}


@pytest.fixture
def notes(tmp_path: Path, embedder: Embedder) -> Iterator[Notes]:
    made = Notes(tmp_path, embedder, load_quantiser(embedder, tmp_path))
    yield made
    made.store.close()


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILT_IN, tmp_path / "model"))
