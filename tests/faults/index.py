"""A folder and its index, real throughout, and what must be true of them after whatever happened.

The folder itself is the truth: each text holds a word of its own, so that what was lost and what
is a phantom can be told by searching.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from indexer import BUILT_IN, CurrentTexts, Embedder, Model, Run, Scope, load_quantiser
from indexer.reading.source import read_source
from store import (
    Folder,
    Hit,
    IndexModel,
    Mode,
    Progress,
    Quantiser,
    Query,
    Results,
    SearchModels,
    Store,
    Writer,
)

_LETTERS = "bcdfghklmnprstwz"
_MOST_DEAD = 200

TEXTS = CurrentTexts()


def word(number: int) -> str:
    """Return a word that no other number has."""
    return "qu" + "".join(_LETTERS[int(digit, 16)] for digit in f"{number:05x}") + "vex"


@cache
def embedder() -> Embedder:
    """Return the built-in index model, loaded once."""
    return Embedder(Model.load(BUILT_IN))


@cache
def quantiser() -> Quantiser:
    """Return what makes its codes."""
    return load_quantiser(embedder(), Path(os.devnull).parent)


class Index:
    """A folder, `notes`, and its index. Opening it anew goes on with what is there."""

    def __init__(self, root: Path) -> None:
        self.root = root / "notes"
        self.root.mkdir(exist_ok=True)
        self.dead: list[str] = []
        """Words that texts held once."""
        self.store = Store(root / "index" / "thimble.db")

    @property
    def folder(self) -> Folder:
        """The folder as it is registered; it is if it was not."""
        known = self.store.folders()
        if known:
            return known[0]
        with self.store.writer() as writer:
            writer.adopt_models(IndexModel("test"))
            return writer.add_folder("notes", self.root, (), ())

    def run(self, *, is_careful: bool = False, scope: Scope | None = None) -> Progress:
        """Bring the index up to date, as `thimble index` or, if careful, the daemon does."""
        folder = self.folder
        with self.store.writer() as writer:
            return run_with(writer, folder, is_careful=is_careful, scope=scope)

    def answers(self, text: str, mode: Mode = Mode.LEXICAL, limit: int = 10) -> Iterator[Results]:
        """Yield the answers to a query: the instant and the exact one."""
        embed = embedder().embed_queries
        models = SearchModels(
            "test", quantiser(), embed, embed, embedder().embed_passages, embed, lambda: "test"
        )
        return self.store.search(
            Query(text, limit, mode), models, TEXTS.read_back, TEXTS.read_texts
        )

    def hits(self, text: str, mode: Mode = Mode.LEXICAL, limit: int = 10) -> tuple[Hit, ...]:
        """Return the last answer's hits."""
        last: tuple[Hit, ...] = ()
        for answer in self.answers(text, mode, limit):
            last = answer.hits
        return last

    def found(self, text: str) -> list[str]:
        """Return the names of the files with a word."""
        return sorted(hit.path.name for hit in self.hits(text))

    def files(self) -> dict[str, Path]:
        """Return relative path → path of what can be found in the folder now.

        Whoever is killed while he writes leaves an empty file, or a part of one.
        """
        return {str(one.relative_to(self.root)): one for one in _regular_files(self.root)}

    def known(self) -> dict[str, bytes]:
        """Return relative path → digest of what is indexed."""
        folder = self.folder
        records = {name: self.store.file_at(folder, self.root / name) for name in self._names()}
        return {name: record.digest for name, record in records.items() if record is not None}

    def _names(self) -> list[str]:
        return [str(path.relative_to(self.root)) for path in self.store.paths()]

    def must_be_sound(self) -> None:
        """The doctor finds nothing."""
        assert self.store.check() == ()

    def must_match_the_folder(self) -> None:
        """Nothing is lost, nothing is a phantom, and every part of the index is sound."""
        self.must_be_sound()
        now = self.files()
        assert self.known() == {name: read_source(path).digest for name, path in now.items()}
        live = {one for path in now.values() for one in words_in(path.read_text())}
        hits = self.hits(" ".join(sorted(live)), limit=len(now) + 10) if live else ()
        shown = {one for hit in hits for one in words_in(hit.text)}
        assert live <= shown, f"lost: {live - shown}"
        gone = [one for one in self.dead[-_MOST_DEAD:] if one not in live]
        hits = self.hits(" ".join(gone), limit=len(now) + 10) if gone else ()
        phantoms = {one for hit in hits for one in words_in(hit.text)} & {*gone}
        assert not phantoms


def run_with(
    writer: Writer, folder: Folder, *, is_careful: bool = False, scope: Scope | None = None
) -> Progress:
    """Make an index run over one folder with a writer that is open."""
    run = Run(
        writer,
        embedder(),
        quantiser(),
        max_bytes=1 << 20,
        report=lambda _: None,
        is_cancelled=_never,
        scopes={folder.id: scope},
        is_careful=is_careful,
    )
    return run.run((folder,))


def words_in(text: str) -> Iterator[str]:
    """Yield the words of `word` that a text holds."""
    return (one for one in text.split() if one.startswith("qu") and one.endswith("vex"))


def _regular_files(root: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(root):
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink() and _is_whole(path):
                yield path


def _is_whole(path: Path) -> bool:
    return path.suffix != ".part" and path.stat().st_size > 0


def _never() -> bool:
    return False


Check = Callable[[Index], None]
