from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store import Changes, Hit, Mode, MovedFile, Query
from store.database.connection import open_reader
from store.lexical import analysis
from store.lexical.file_names import FileNames
from tests.store.fakes import MODELS, Library, embed, signature

_NAME = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


def search(library: Library, text: str, mode: Mode = Mode.LEXICAL) -> tuple[Hit, ...]:
    *_, last = library.store.search(Query(text, mode=mode), MODELS, *library.sources)
    return last.hits


def found(library: Library, text: str, mode: Mode = Mode.LEXICAL) -> list[str]:
    return [
        str(hit.path.relative_to(library.root / "texts")) for hit in search(library, text, mode)
    ]


@pytest.mark.parametrize("query", ["acme", "invoices", "ACME 2025"])
def test_a_file_is_found_by_its_name(library: Library, query: str) -> None:
    library.put(**{"invoice-acme-2025": ["total due"], "rent": ["due on monday"], "a": ["milk"]})
    assert found(library, query) == ["invoice-acme-2025.txt"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("invoice_acme", "acme"),
        ("MeetingNotes", "meeting"),
        ("Überweisung", "uberweisung"),
        (unicodedata.normalize("NFD", "café"), "café"),
        ("東京旅行", "旅行"),
        ("receipt\nof may", "may"),
    ],
)
def test_names_are_words_as_texts_are(library: Library, name: str, query: str) -> None:
    library.put(**{name: ["one"], "other": ["two"]})
    assert found(library, query) == [f"{name}.txt"]


def test_where_a_folder_lies_says_nothing_of_its_files(tmp_path: Path) -> None:
    library = Library(tmp_path / "zanzibar")
    library.put(cats=["the cat sleeps"])
    assert not found(library, "zanzibar")


def test_code_is_found_by_its_language(library: Library) -> None:
    script, note = library.new_file("script", ["read rows"]), library.new_file("note", ["rows"])
    library.documents = {"script": ["read rows"], "note": ["rows"]}
    files = (replace(script, kind="python"), note)
    with library.store.writer() as writer:
        writer.apply(library.folder, Changes(files=files), embed(["", ""]), library.quantiser)
    assert found(library, "rows python")[0] == "script.txt"
    assert found(library, "python") == ["script.txt"]


def test_a_word_in_text_and_name_counts_more_than_in_the_text(library: Library) -> None:
    library.put(x=["about the boiler"], boiler=["about the boiler "], y=["no"])
    assert found(library, "boiler") == ["boiler.txt", "x.txt"]


def test_a_word_that_all_names_have_decides_nothing(library: Library) -> None:
    notes = {f"note-{number}": [f"day {number} of the cat"] for number in range(40)}
    library.put(**notes, **{"note-dog": ["a note about a dog of mine, which barks"]})
    assert found(library, "note dog")[0] == "note-dog.txt"
    (best, *_) = search(library, "note dog", Mode.HYBRID)
    assert best.path.name == "note-dog.txt"


def test_a_renamed_file_is_found_by_its_new_name_only(library: Library) -> None:
    library.put(draft=["milk and eggs"], other=["rent"])
    assert found(library, "draft") == ["draft.txt"]
    moved = MovedFile(library.path("draft"), library.path("groceries"), signature(2))
    with library.store.writer() as writer:
        writer.apply(library.folder, Changes(moved=(moved,)), embed([""])[:0], library.quantiser)
    library.documents["groceries"] = library.documents.pop("draft")
    assert found(library, "groceries") == ["groceries.txt"]
    assert not found(library, "draft")


def test_a_phrase_must_be_in_the_text(library: Library) -> None:
    library.put(acme=["total due"], letter=["dear acme"])
    assert found(library, '"acme"') == ["letter.txt"]


def test_without_files_no_name_holds_anything(library: Library) -> None:
    assert not found(library, "acme")


@given(names=st.lists(_NAME, min_size=1, max_size=6, unique=True), data=st.data())
def test_exactly_the_files_whose_names_hold_a_term_are_found(
    tmp_path_factory: pytest.TempPathFactory, names: Sequence[str], data: st.DataObject
) -> None:
    library = Library(tmp_path_factory.mktemp("library"))
    names = [name for name in names if len(os.fsencode(name)) < 200 and name not in {".", ".."}]
    assume(names)
    library.put(**{name: ["one", "two"][: 1 + place % 2] for place, name in enumerate(names)})
    known = FileNames.load(open_reader(library.root / "index" / "thimble.db"))
    text = data.draw(st.sampled_from([*names, "one"]))
    for key, stem in analysis.beginnings(text).items():
        expected = [
            first + place
            for name, first in zip(names, known.first_chunks.tolist(), strict=True)
            for place in range(len(library.documents[name]))
            if key in analysis.distinct_keys(f"{name}.txt") | analysis.distinct_keys("texts")
        ]
        np.testing.assert_array_equal(known.chunks_with(key, stem), expected)
