"""Removes from training what the test sets contain: by hash, and by overlap of word n-grams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.sets import load

from .corpus import Corpus

_WORD = re.compile(r"[^\W_]+")
_GRAM = 8
_MOST_SHARED = 0.1
"""A text is a near-duplicate if more of its 8-word sequences occur in the test sets."""
_ALL = 1 << 30


@dataclass
class TestSets:
    """What must not be trained on: whole texts and all their word sequences."""

    __test__ = False  # pytest: not a test class

    whole: set[str] = field(default_factory=set)
    grams: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, folder: Path) -> TestSets:
        """Read the documents and queries of all sets of a folder."""
        sets = cls()
        for path in sorted(folder.iterdir()):
            if (path / "queries.jsonl").is_file():
                loaded = load(path, _ALL)
                sets.add(loaded.queries.values())
                sets.add(text.body for text in loaded.texts)
                sets.add(text.title for text in loaded.texts)
        return sets

    def add(self, texts: Iterable[str]) -> None:
        """Add texts of a test set."""
        for text in texts:
            words = _words(text)
            if len(words) > 2:  # "Introduction" as a title says nothing
                self.whole.add(" ".join(words))
            self.grams.update(_grams(words))

    def hold(self, text: str) -> bool:
        """Tell whether a text is, nearly, one of the test sets' or a large part of one."""
        words = _words(text)
        if " ".join(words) in self.whole:
            return True
        grams = _grams(words)
        shared = sum(gram in self.grams for gram in grams)
        return shared > _MOST_SHARED * len(grams)


def decontaminate(corpus: Corpus, tests: TestSets) -> Corpus:
    """Return the pairs and passages that the test sets do not hold."""
    held = {pair.passage for pair in corpus.pairs if tests.hold(pair.passage)}
    return Corpus(
        tuple(p for p in corpus.pairs if p.passage not in held and not tests.hold(p.query)),
        tuple(p for p in corpus.passages if not tests.hold(p.text)),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: Sequence[str]) -> list[int]:
    """Return hashes of all 8-word sequences; a shorter text has none."""
    return [hash(tuple(words[i : i + _GRAM])) for i in range(len(words) - _GRAM + 1)]
