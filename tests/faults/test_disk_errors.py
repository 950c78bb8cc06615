"""Whatever call to the disk fails, once or from then on, the index is whole and goes on later."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import apsw
import pytest

from store import Store, StoreError
from store.database.schema import VERSION
from tests.faults.disk import Disk, Trouble, under_the_store
from tests.faults.history import History
from tests.faults.index import Index, run_with
from tests.faults.life import (
    SESSIONS,
    State,
    begin,
    index_of_format,
    live_through,
    reopen,
    state_of,
)
from tests.store.fakes import Library

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
# A disk that fails while a file is closed has nobody to tell: apsw says so to the interpreter.

KINDS: dict[str, Callable[[int], Trouble]] = {
    "an I/O error": lambda call: Trouble(call, apsw.IOError),
    "I/O errors from then on": lambda call: Trouble(call, apsw.IOError, lasts=True),
    "a full disk": lambda call: Trouble(call, apsw.FullError, lasts=True),
    "a short write": lambda call: Trouble(call, apsw.FullError, writes_half=True),
}
_KINDS = pytest.mark.parametrize("kind", KINDS)
_STRIDES = pytest.mark.parametrize("stride", [59, pytest.param(1, marks=pytest.mark.faults)])
"""Every call fails in the long tier, one in so many in the everyday suite."""


@dataclass(frozen=True)
class Session:
    """An index before some steps, and its states before and after each of them."""

    library: Library
    states: tuple[State, ...]
    number: int

    def steps(self, library: Library) -> list[State]:
        """Make the steps and return the states they led to."""
        return [*live_through(library, SESSIONS[self.number])]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[Session]:
    library = begin(tmp_path_factory.mktemp("life"))
    place = library.store.path.parent
    made = []
    before = state_of(library)
    for number in range(len(SESSIONS)):
        library.store.close()
        start = shutil.copytree(place, place.with_name(f"before{number}"))
        session = Session(reopen(library, start), (), number)
        states = (before, *session.steps(library))
        made.append(Session(session.library, states, number))
        before = states[-1]
    library.store.close()
    return made


def troubles(disk: Disk, kind: str, stride: int) -> Callable[[], bool]:
    """Return a function that has a later call fail each time, until a run met no trouble."""
    calls = count(1, stride)

    def next_trouble() -> bool:
        has_struck = disk.trouble is None or disk.calls >= disk.trouble.at_call
        disk.calls = 0
        disk.trouble = KINDS[kind](next(calls))
        return has_struck

    return next_trouble


@_KINDS
@_STRIDES
@pytest.mark.parametrize("number", range(len(SESSIONS)))
def test_indexing_deleting_and_compacting_survive(
    sessions: list[Session], tmp_path: Path, number: int, stride: int, kind: str
) -> None:
    session = sessions[number]
    with under_the_store() as disk:
        another = troubles(disk, kind, stride)
        while another():
            twin = reopen(session.library, restored(session.library.store.path, tmp_path))
            reached = [session.states[0]]
            with suppress(StoreError):
                reached.extend(live_through(twin, SESSIONS[number]))
            disk.trouble, at = None, disk.trouble
            allowed = session.states[len(reached) - 1 :][:2]
            state = state_of(twin)
            twin.store.close()
            assert state.documents in {one.documents for one in allowed}, at
            assert state.generation >= reached[-1].generation, at
            assert session.steps(twin)[-1].documents == session.states[-1].documents, at
            disk.trouble = at


@_KINDS
@_STRIDES
@pytest.mark.parametrize("number", range(1, VERSION))
def test_migrating_a_format_survives(tmp_path: Path, number: int, stride: int, kind: str) -> None:
    old = tmp_path / "old" / "thimble.db"
    index_of_format(old, number, tmp_path)
    with under_the_store() as disk:
        another = troubles(disk, kind, stride)
        while another():
            store = Store(restored(old, tmp_path) / "thimble.db")
            with suppress(StoreError):
                store.folders()
            store.close()
            disk.trouble, at = None, disk.trouble
            assert [one.path for one in store.folders()] == [tmp_path], at
            assert store.check() == (), at
            store.close()
            disk.trouble = at


def restored(database: Path, place: Path) -> Path:
    """Return a folder that holds a copy of an index and nothing else."""
    folder = place / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(database.parent, folder)


@_KINDS
@pytest.mark.parametrize("stride", [701, pytest.param(23, marks=pytest.mark.faults)])
def test_a_run_over_a_folder_is_made_up_for(tmp_path: Path, stride: int, kind: str) -> None:
    """The real pipeline over real files: what was not indexed is, once the disk is well again."""
    index = Index(tmp_path)
    history = History(index, Random(1))
    with under_the_store() as disk:
        another = troubles(disk, kind, stride)
        while another():
            for _ in range(4):
                history.step()
            disk.trouble, at = None, disk.trouble
            folder = index.folder
            index.store.close()
            disk.calls, disk.trouble = 0, at
            with suppress(StoreError), index.store.writer() as writer:
                run_with(writer, folder)
            disk.trouble = None
            index.store.close()
            with index.store.writer() as writer:
                run_with(writer, folder)
            calls = disk.calls
            index.must_match_the_folder()
            index.store.close()
            disk.trouble, disk.calls = at, calls
