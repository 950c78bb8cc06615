"""Training text: query–passage pairs and passages, openly licensed, from files or a folder.

The data folder holds `pairs-*.jsonl.gz` (`{"query", "positive", "src", "kind"}` a line),
`passages*.jsonl.gz` (`{"src", "title", "text"}`) and `licences.tsv` (`src`, `class`, …).
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OPEN = "open"
"""The class of sources whose licence lets a model trained on them be given away."""
_SUFFIXES = {".txt", ".md", ".rst"}
_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
_PASSAGE_CHARS = (200, 1400)
_SENTENCE_WORDS = range(5, 31)


@dataclass(frozen=True, slots=True)
class Pair:
    """A text someone may search with, and a passage that answers it."""

    query: str
    passage: str
    source: str
    kind: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage and the headings above it."""

    title: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """All training text, every source openly licensed."""

    pairs: tuple[Pair, ...]
    passages: tuple[Passage, ...]

    def of(self, sources: frozenset[str]) -> Corpus:
        """Return the part that comes from `sources`."""
        return self._where(lambda source: source in sources)

    def without(self, sources: frozenset[str]) -> Corpus:
        """Return the part that does not come from `sources`."""
        return self._where(lambda source: source not in sources)

    def _where(self, keep: Any) -> Corpus:
        return Corpus(
            tuple(pair for pair in self.pairs if keep(pair.source)),
            tuple(passage for passage in self.passages if keep(passage.source)),
        )


def load(folder: Path, *, openly_licensed: bool = True) -> Corpus:
    """Read the pairs and passages of a data folder, each text once.

    Args:
        folder: the data.
        openly_licensed: whether to read the sources to train on, or else those to judge by.
    """
    sources = _sources(folder / "licences.tsv", openly_licensed=openly_licensed)
    pairs = {
        (row["query"], row["positive"]): Pair(
            row["query"].strip(), row["positive"].strip(), row["src"], row["kind"]
        )
        for row in _rows(folder, "pairs-*.jsonl.gz")
        if row["src"] in sources
    }
    passages = {
        row["text"]: Passage(row["title"].strip(), row["text"].strip(), row["src"])
        for row in _rows(folder, "passages*.jsonl.gz")
        if row["src"] in sources
    }
    return Corpus(tuple(pairs.values()), tuple(passages.values()))


def read_folder(folder: Path) -> Corpus:
    """Read passages from any folder of text files: paragraphs joined to some 1,000 characters.

    The licence of such a folder is for the person who names it to judge.
    """
    found: list[Passage] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            title = path.stem.replace("-", " ").replace("_", " ")
            texts = _passages(path.read_text("utf-8", errors="replace"))
            found += [Passage(title, text, folder.name) for text in texts]
    return Corpus((), tuple(found))


def sample(passages: Sequence[Passage], most: int, each: int, seed: int) -> list[Passage]:
    """Return at most `each` passages of a source and `most` in all, in random order."""
    shuffled = list(passages)
    random.Random(seed).shuffle(shuffled)
    counts: dict[str, int] = {}
    chosen = []
    for passage in shuffled:
        counts[passage.source] = counts.get(passage.source, 0) + 1
        if counts[passage.source] <= each:
            chosen.append(passage)
    return chosen[:most]


def title_pairs(passages: Sequence[Passage], each: int) -> Iterator[Pair]:
    """Pair headings with their passages, at most `each` of one heading."""
    counts: dict[str, int] = {}
    for passage in passages:
        title = passage.title.replace(" > ", " ")
        counts[title] = counts.get(title, 0) + 1
        if title and counts[title] <= each:
            yield Pair(title, passage.text, passage.source, "heading")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that are neither very short nor very long."""
    found = (" ".join(sentence.split()) for sentence in _SENTENCE.split(text))
    return [sentence for sentence in found if len(sentence.split()) in _SENTENCE_WORDS]


def _sources(licences: Path, *, openly_licensed: bool) -> frozenset[str]:
    with licences.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return frozenset(row["src"] for row in rows if (row["class"] == _OPEN) == openly_licensed)


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _passages(text: str) -> Iterator[str]:
    least, most = _PASSAGE_CHARS
    held = ""
    for paragraph in _PARAGRAPH.split(text):
        paragraph = paragraph.strip()[:most]
        if held and len(held) + len(paragraph) > most:
            yield held
            held = ""
        held = f"{held}\n{paragraph}".strip()
    if len(held) >= least:
        yield held
