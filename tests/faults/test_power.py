"""When the power fails, the index is as it was after some commit, and after none but the last."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from store import Store
from store.database.registry import copy_path, read_copy
from store.database.schema import VERSION
from tests.faults.disk import Event, under_the_store
from tests.faults.life import State, begin, index_of_format, live, reopen, state_of
from tests.faults.power import Crash, crashes, write_image
from tests.faults.rounds import rounds

MOMENTS = 12
"""At which the power fails, in the everyday suite; each leaves five images of the disk."""


class Recording:
    """The life of an index, and all that happened on its disk."""

    def __init__(self, root: Path) -> None:
        with under_the_store() as disk:
            self.library = begin(root)
            disk.mark(State(2, frozenset()))
            for state in live(self.library):
                disk.mark(state)
        self.events: Sequence[Event] = disk.events

    def must_survive(self, crash: Crash, place: Path) -> None:
        """What was committed is there, whole; so is, at most, what was being committed."""
        write_image(crash.image, place)
        twin = reopen(self.library, place)
        try:
            if crash.done is None:
                return  # nothing was there yet
            state = state_of(twin)
        except Exception as error:
            raise AssertionError(f"power failed at {crash.how}: {error}") from error
        finally:
            twin.store.close()
        assert isinstance(crash.done, State)
        assert isinstance(crash.doing, State)
        assert crash.done.generation <= state.generation <= crash.doing.generation, crash.how
        assert state.documents in (crash.done.documents, crash.doing.documents), crash.how


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return Recording(tmp_path_factory.mktemp("life"))


@pytest.mark.parametrize("seeds", rounds(1, 9))
def test_power_failing_while_indexing_loses_nothing_that_was_committed(
    recording: Recording, tmp_path: Path, seeds: range
) -> None:
    for seed in seeds:
        for crash in crashes(recording.events, Random(seed), MOMENTS if seed == 0 else None):
            recording.must_survive(crash, tmp_path / "image")


@pytest.mark.parametrize("seeds", rounds(1, 3))
@pytest.mark.parametrize("number", range(1, VERSION))
def test_power_failing_while_a_format_is_migrated_loses_no_folder(
    tmp_path: Path, number: int, seeds: range
) -> None:
    path = tmp_path / "old" / "thimble.db"
    with under_the_store() as disk:
        index_of_format(path, number, tmp_path)
        disk.mark("old")
        Store(path).folders()
        disk.mark("new")
    for seed in seeds:
        for crash in crashes(disk.events, Random(seed), 4 if seed == 0 else None):
            if crash.done is None:
                continue  # before the old one was whole
            write_image(crash.image, tmp_path / "image")
            store = Store(tmp_path / "image" / "thimble.db")
            assert [one.path for one in store.folders()] == [tmp_path], crash.how
            assert store.check() == (), crash.how
            store.close()


def test_the_copy_of_the_folders_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of_calls(monkeypatch)
    library = begin(tmp_path)
    assert order == ["fsync", "replace"]
    assert read_copy(library.store.path) is not None
    assert not copy_path(library.store.path).with_suffix(".partial").exists()


def order_of_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note how files of our own are written."""
    order: list[str] = []

    def noted(owner: object, name: str) -> None:
        real: Callable[..., object] = getattr(owner, name)

        def call(*args: object) -> object:
            order.append(name)
            return real(*args)

        monkeypatch.setattr(owner, name, call)

    noted(os, "fsync")
    noted(Path, "replace")
    return order
