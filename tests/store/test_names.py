"""Files are looked for by name, and one directory may hold very many."""

from __future__ import annotations

from collections.abc import Callable

import apsw

from store import Changes, MovedFile
from store.database.connection import open_writer
from store.documents import names
from tests.store.fakes import QUANTISER, Library, embed, signature

FILES = 400


def steps(connection: apsw.Connection, work: Callable[[], object]) -> int:
    """Return how many hundred steps of its machine SQLite takes for some work."""
    taken = 0

    def count() -> bool:
        nonlocal taken
        taken += 1
        return False

    connection.set_progress_handler(count, 100)
    work()
    connection.set_progress_handler(None)
    return taken


def chunks(library: Library) -> dict[str, int]:
    """Return the first chunk of each indexed document by its name."""
    records = (library.store.file(first) for first in library.store.file_ids())
    return {one.path.stem: one.first_chunk for one in records if one is not None}


def test_a_directory_is_looked_through_once_for_all_that_is_asked_of_it(library: Library) -> None:
    library.put(**{f"note{number}": [f"about {number}"] for number in range(FILES)})
    connection = open_writer(library.store.path)
    paths = [f"texts/note{number}.txt" for number in range(FILES)]
    found = names.digests(connection, library.folder.id, paths)
    assert len(found) == FILES

    def ask(count: int) -> int:
        return steps(
            connection, lambda: names.digests(connection, library.folder.id, paths[:count])
        )

    assert ask(FILES) < 12 * ask(1)
    connection.close()


def test_many_files_that_move_at_once_keep_their_chunks(library: Library) -> None:
    library.put(one=["a heron"], two=["a kestrel"], three=["a wren"], four=["an owl"])
    moved = tuple(
        MovedFile(library.path(old), library.path(new), signature(9))
        for old, new in (("one", "five"), ("two", "three"), ("four", "four"))
    )
    before = chunks(library)
    with library.store.writer() as writer:
        writer.apply(library.folder, Changes(moved=moved), embed([""])[:0], QUANTISER)
    kept = {"five": before["one"], "three": before["two"], "four": before["four"]}
    assert chunks(library) == kept
