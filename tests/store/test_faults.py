"""Damage of every kind: named or harmless, never a wrong answer, and the doctor mends it.

`make faults` runs two thousand; the everyday suite runs some of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from store import Heading, IndexModel, Mode, Query, Span, Store, StoreError
from store.database.connection import open_writer
from tests.store.fakes import MODELS, QUANTISER, Library

EVERYDAY, ALL = 150, 2000
QUERIES = (
    Query("river bank", 5, budget=64),
    Query("violin lesson", 5, mode=Mode.SEMANTIC, budget=64),
    Query("oak -garden", 5, mode=Mode.LEXICAL),
)
SUBJECTS = ["river", "violin", "oak", "lease", "garden", "engine", "soup", "winter", "tax", "clock"]
TWISTS = ["bank", "lesson", "leaf", "deposit"]
BLOBS = {
    "codes": ("data",),
    "postings": ("data",),
    "edges": ("data",),
    "file": ("spans", "outline", "places"),
    "extracted": ("data",),
    "hub_chunks": ("validity", "rowids"),
    "hub_vector_chunks00": ("vectors",),
    "cache": ("vector",),
}
Answers = list[list[tuple[bool, list[tuple[str, int, str, str, float]]]]]


@dataclass
class Pristine:
    """An undamaged index, what it answers, and the documents it is made from."""

    library: Library
    answers: Answers

    def copy(self, root: Path) -> Library:
        """Return the same library with an index of its own."""
        twin = object.__new__(Library)
        twin.__dict__.update(self.library.__dict__)
        twin.store = Store(root / "thimble.db", 1_000_000)
        for path in self.library.store.path.parent.iterdir():
            shutil.copy(path, root)
        return twin


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Pristine:
    library = Library(tmp_path_factory.mktemp("pristine"), cache_percent=1_000_000)
    library.outline = (Heading(Span(0, 2), 1), Heading(Span(3, 2), 2))
    library.extracted = {"oak", "soup", "tax"}
    with library.store.writer() as writer:
        for one, subject in enumerate(SUBJECTS):
            texts = [f"{subject} {twist} own{one}x{two}" for two, twist in enumerate(TWISTS)]
            library.put(writer, **{subject: [f"{text} {subject * one}" for text in texts]})
        library.put(writer, clock=["a clock that was wound again", "and stopped"])
        writer.link(QUANTISER)
    answers = ask(library)
    assert ask(library) == answers
    library.store.close()
    with library.store.writer():
        pass  # puts the log in its place
    return Pristine(library, answers)


def ask(library: Library) -> Answers:
    """Return all that searches say: instant and exact answers in full."""
    return [
        [
            (
                answer.exact,
                [
                    (hit.path.name, hit.start, hit.text, hit.place, round(hit.score, 5))
                    for hit in answer.hits
                ],
            )
            for answer in library.store.search(query, MODELS, library.read, library.read_texts)
        ]
        for query in QUERIES
    ]


def documents(answers: Answers) -> list[list[tuple[str, int, str, str]]]:
    """Return the exact answers without scores, whose scale depends on which chunks are hubs."""
    return [[hit[:4] for hit in hits] for *_, (_, hits) in answers]


def cases() -> Iterator[Any]:
    for seed in range(ALL):
        yield pytest.param(seed, marks=() if seed < EVERYDAY else pytest.mark.faults)


@pytest.mark.parametrize("seed", cases())
def test_damage_is_named_or_harmless_and_mended(
    pristine: Pristine, tmp_path: Path, seed: int
) -> None:
    library = pristine.copy(tmp_path)
    random = Random(seed)
    how = random.choice((damage_a_blob, damage_the_file))(library.store.path, random)
    told = ""
    try:
        assert ask(library) == pristine.answers, f"believed: {how}"
    except StoreError as error:
        told = str(error)
    assert not told or "thimble doctor" in told or "left as it is" in told, how
    library.store.close()
    findings = library.store.check()
    assert findings or not told, f"the doctor does not see: {how}"
    if findings:
        library.store.repair(findings)
        index_again(library)
        assert library.store.check() == (), how
    assert documents(ask(library)) == documents(pristine.answers), f"not mended: {how}, {findings}"
    library.store.close()


def index_again(library: Library) -> None:
    """Index what is missing, as `thimble index` does."""
    (library.folder,) = library.store.folders()
    with library.store.writer() as writer:
        writer.adopt_models(IndexModel("test"))
        known = {Path(name).stem for name in writer.known_files(library.folder)}
        for name in sorted(library.documents.keys() - known):
            library.put(writer, **{name: library.documents[name]})
        writer.link(QUANTISER)


def damage_a_blob(path: Path, random: Random) -> str:
    with closing(open_writer(path)) as connection:
        tables = [
            table
            for table in BLOBS
            if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (table,)).get
            and connection.execute(f"SELECT count(*) FROM {table}").get
        ]
        table = random.choice(tables)
        column = random.choice(BLOBS[table])
        rows: list[Any] = connection.execute(
            f"SELECT _rowid_, {column} FROM {table} WHERE {column} IS NOT NULL"
        ).fetchall()
        rowid, blob = random.choice(rows)
        damaged, what = damage(blob, random)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE _rowid_ = ?", (damaged, rowid))
    return f"{table}.{column} {rowid}: {what}"


def damage_the_file(path: Path, random: Random) -> str:
    damaged, what = damage(path.read_bytes(), random)
    path.write_bytes(damaged)
    return f"file: {what}"


def damage(content: bytes, random: Random) -> tuple[bytes, str]:
    return random.choice((flip, truncate, zero))(content, random)


def flip(content: bytes, random: Random) -> tuple[bytes, str]:
    bit = random.randrange(len(content) * 8)
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged), f"bit {bit} flipped"


def truncate(content: bytes, random: Random) -> tuple[bytes, str]:
    length = random.randrange(len(content))
    return content[:length], f"cut from {len(content)} to {length}"


def zero(content: bytes, random: Random) -> tuple[bytes, str]:
    start = random.randrange(len(content))
    end = min(len(content), start + random.choice((1, 4, 64, 512, 4096, 10_000)))
    return content[:start] + bytes(end - start) + content[end:], f"zeroed {start} to {end}"


def zeroed_pages(path: Path) -> Iterator[Callable[[], None]]:
    content = path.read_bytes()
    for start in range(0, len(content), 4096):

        def cut(start: int = start) -> None:
            path.write_bytes(content[:start] + bytes(4096) + content[start + 4096 :])

        yield cut


def test_no_zeroed_page_is_believed(pristine: Pristine, tmp_path: Path) -> None:
    library = pristine.copy(tmp_path)
    for cut in zeroed_pages(library.store.path):
        library.store = Store(library.store.path, 0)
        cut()
        with suppress(StoreError):
            assert ask(library) == pristine.answers
        library.store.close()
