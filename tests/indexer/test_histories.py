"""Whatever happens to a folder, in whatever order: the index is as if it had been made today."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from indexer import BUILT_IN, Embedder, Model, load_quantiser
from store import Mode
from store.database.connection import open_reader
from store.maintenance.check import check
from tests.indexer.conftest import Notes

_FOLDERS = ("", "a/", "b/", "a/deep/")
_FILES = tuple(f"{folder}{name}.md" for folder in _FOLDERS for name in ("one", "two", "three"))
_WORDS = tuple(f"{first}{last}quark" for first in "bdfghjkl" for last in "aeiou")

EMBEDDER = Embedder(Model.load(BUILT_IN), threads=1)
QUANTISER = load_quantiser(EMBEDDER, Path(os.devnull))  # it ships with the model


class Histories(RuleBasedStateMachine):
    """One folder; `texts` is what stands in it."""

    @initialize()
    def start(self) -> None:
        self.home = Path(mkdtemp(prefix="thimble-history-"))
        self.notes = Notes(self.home, EMBEDDER, QUANTISER)
        self.texts: dict[str, str] = {}
        self.is_current = True

    def teardown(self) -> None:
        self.notes.store.close()
        shutil.rmtree(self.home)

    @rule(name=st.sampled_from(_FILES), words=st.lists(st.sampled_from(_WORDS), min_size=1))
    def write(self, name: str, words: list[str]) -> None:
        self.texts[name] = " ".join(words)
        self.notes.write(name, self.texts[name])
        self.is_current = False

    @rule(name=st.sampled_from(_FILES), words=st.lists(st.sampled_from(_WORDS), min_size=1))
    def save_as_editors_do(self, name: str, words: list[str]) -> None:
        partial = self.notes.write(name + ".tmp", " ".join(words))
        partial.rename(self.notes.root / name)
        self.texts[name] = " ".join(words)
        self.is_current = False

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), word=st.sampled_from(_WORDS))
    def edit_and_keep_size_and_time(self, data: st.DataObject, word: str) -> None:
        path = self.notes.root / self._any(data)
        stat = path.stat()
        text = path.read_text()
        first, *others = text.split(" ")
        path.write_text(" ".join([word, *others]))  # all words are of one length
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        self.texts[str(path.relative_to(self.notes.root))] = " ".join([word, *others])
        assert len(first) == len(word)
        self.is_current = False

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), to=st.sampled_from(_FILES))
    def rename(self, data: st.DataObject, to: str) -> None:
        name = self._any(data)
        (self.notes.root / to).parent.mkdir(parents=True, exist_ok=True)
        (self.notes.root / name).rename(self.notes.root / to)
        self.texts[to] = self.texts.pop(name)
        self.is_current = False

    @precondition(lambda self: len(self.texts) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        one, other = self._any(data), self._any(data)
        aside = self.notes.root / "aside"
        (self.notes.root / one).rename(aside)
        if one != other:
            (self.notes.root / other).rename(self.notes.root / one)
        aside.rename(self.notes.root / other)
        self.texts[one], self.texts[other] = self.texts[other], self.texts[one]
        self.is_current = False

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = self._any(data)
        (self.notes.root / name).unlink()
        del self.texts[name]
        self.is_current = False

    @rule(name=st.sampled_from(("a", "b", "a/deep")))
    def delete_folder(self, name: str) -> None:
        shutil.rmtree(self.notes.root / name, ignore_errors=True)
        self.texts = {
            path: text for path, text in self.texts.items() if not path.startswith(f"{name}/")
        }
        self.is_current = False

    @precondition(lambda self: not any(path.startswith("b/") for path in self.texts))
    @rule()
    def rename_folder(self) -> None:
        if (self.notes.root / "a").is_dir():
            shutil.rmtree(self.notes.root / "b", ignore_errors=True)
            (self.notes.root / "a").rename(self.notes.root / "b")
            self.texts = {
                ("b" + path[1:] if path.startswith("a/") else path): text
                for path, text in self.texts.items()
            }
            self.is_current = False

    @rule(stop_after=st.integers(0, 3))
    def index_and_stop(self, stop_after: int) -> None:
        self.notes.index(stop_after=stop_after)

    @rule()
    def index(self) -> None:
        self.notes.index()
        self.is_current = True

    @rule()
    def compact(self) -> None:
        with self.notes.store.writer() as writer:
            writer.compact()

    @invariant()
    def nothing_is_damaged(self) -> None:
        connection = open_reader(self.home / "index" / "thimble.db")
        try:
            assert check(connection) == ()
        finally:
            connection.close()

    @precondition(lambda self: self.is_current)
    @invariant()
    def every_word_is_found_where_it_is_and_nowhere_else(self) -> None:
        assert self.notes.store.status().files == len(self.texts)
        for word in {word for text in self.texts.values() for word in text.split()}:
            holders = sorted(name for name, text in self.texts.items() if word in text.split())
            for mode in (Mode.EXACT, Mode.LEXICAL):
                hits = self.notes.search(word, mode, limit=len(_FILES))
                shown = {str(hit.path.relative_to(self.notes.root)) for hit in hits}
                assert shown <= set(holders)
                # Copies are folded into one hit, which names the others.
                copies = {
                    str(copy.relative_to(self.notes.root))
                    for hit in hits
                    for copy in hit.duplicates
                }
                assert sorted(shown | copies) == holders

    @precondition(lambda self: not self.is_current)
    @invariant()
    def what_is_gone_is_never_shown(self) -> None:
        for hit in self.notes.search(_WORDS[0], Mode.HYBRID):
            name = str(hit.path.relative_to(self.notes.root))
            assert hit.text.strip() in self.texts[name]

    def _any(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.texts)))


class TestHistories(Histories.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(
        max_examples=15,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.faults
class TestLongHistories(Histories.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(TestHistories.settings, max_examples=300, stateful_step_count=40)
