"""Killed at any moment, indexing loses nothing that was indexed and leaves nothing half done."""

from __future__ import annotations

from pathlib import Path
from random import Random
from time import monotonic

import pytest

from indexer.reading.source import read_source
from tests.faults.index import Index
from tests.faults.rounds import rounds
from tests.faults.victim import Failpoint, LastWords, let_die

READY_S = 5.0
FAILPOINTS = [
    ("store.maintenance.write_access", "open_writer"),
    ("store.database.connection", "_add_checksums"),
    ("store.database.connection", "_migrate"),
    ("store.documents.folders", "insert_folder"),
    ("store.maintenance.write_access", "write_copy"),
    ("store.database.lock", "WriterLock.release"),
    ("store.writer", "Writer.adopt_models"),
    ("store.writer", "Writer.set_last_seen"),
    ("store.writer", "Writer.apply"),
    ("store.maintenance.changing", "insert"),
    ("store.maintenance.changing", "move"),
    ("store.maintenance.changing", "forget"),
    ("store.maintenance.changing", "merge"),
    ("store.documents.catalogue", "insert_file"),
    ("store.documents.catalogue", "forget_files"),
    ("store.documents.catalogue", "relocate_file"),
    ("store.documents.catalogue", "prune_directories"),
    ("store.vectors.codes", "append"),
    ("store.lexical.inverted_index", "add_chunks"),
    ("store.graph.hubs", "seal"),
    ("store.writer", "Writer.link"),
    ("store.graph.edges", "store"),
    ("store.graph.hubs", "add"),
    ("store.writer", "Writer.compact"),
    ("store.writer", "set_meta"),
    ("indexer.pipeline", "scan"),
    ("indexer.pipeline", "forgettable"),
]
CALLED_ONCE = ("insert_folder", "Writer.adopt_models")
EVERYDAY = ("_migrate", "insert", "move", "Writer.compact")


def must_have_survived(root: Path, said: LastWords) -> None:
    """A new process finds the index sound, complete as it was said to be, and soon usable."""
    started = monotonic()
    index = Index(root)
    index.dead = said.dead
    index.hits("river bank")
    assert monotonic() - started <= READY_S
    index.must_be_sound()
    unchanged = {
        name: digest
        for name, digest in said.known.items()
        if (path := index.root / name).is_file() and read_source(path).digest == digest
    }
    assert unchanged.items() <= index.known().items(), "what was acknowledged is there"
    index.run()
    index.must_match_the_folder()
    index.store.close()


@pytest.mark.parametrize("seeds", rounds(4, 500))
def test_killed_at_a_random_moment(tmp_path: Path, seeds: range) -> None:
    for seed in seeds:
        root = tmp_path / str(seed // 50)  # a new index now and then, that grows over many lives
        root.mkdir(exist_ok=True)
        said = let_die(root, seed, after_s=Random(seed).uniform(0.0, 1.0))
        must_have_survived(root, said)


@pytest.mark.parametrize(
    ("module", "function", "call", "at_end"),
    [
        pytest.param(
            module,
            function,
            call,
            at_end,
            marks=()
            if function in EVERYDAY and (call, at_end) == (1, True)
            else pytest.mark.faults,
        )
        for module, function in FAILPOINTS
        for call in (1, 2)
        if call == 1 or function not in CALLED_ONCE
        for at_end in (False, True)
    ],
)
def test_killed_at_a_failpoint(
    tmp_path: Path, module: str, function: str, call: int, at_end: bool
) -> None:
    failpoint = Failpoint(module, function, call, at_end)
    said = let_die(tmp_path, seed=1, after_s=10.0, failpoint=failpoint)
    must_have_survived(tmp_path, said)
