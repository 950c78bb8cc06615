"""Mistakes that would break a promise, as edits of the program, and the test that notices each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One mistake."""

    name: str
    file: str
    was: str
    """Source text that stands in `file` exactly once."""
    wrong: str
    test: str
    """The test that has to fail."""


BUGS = (
    Bug(
        "a deleted document stays searchable",
        "store/documents/catalogue.py",
        '("INSERT INTO tombstone VALUES (?, ?)", (first_chunk, chunks))',
        '("SELECT ?, ?", (first_chunk, chunks))',
        "tests/store/test_search.py::test_a_deleted_document_is_never_found_again",
    ),
    Bug(
        "a deleted document stays in the cache",
        "store/documents/catalogue.py",
        "        cache.forget(connection, first_chunk, chunks)\n",
        "",
        "tests/store/test_cache.py::test_a_removed_document_leaves_the_cache_at_once",
    ),
    Bug(
        "damaged blocks are believed",
        "store/coding/blobs.py",
        "if len(blob) < _CHECKSUM_BYTES or _checksum(payload, beside) != blob[:_CHECKSUM_BYTES]:",
        "if len(blob) < _CHECKSUM_BYTES:",
        "tests/store/test_graph.py::test_a_flipped_byte_in_the_graph_is_found",
    ),
    Bug(
        "a commit is not on the disk when it is said to be",
        "store/database/connection.py",
        "PRAGMA synchronous = FULL;",
        "PRAGMA synchronous = OFF;",
        "tests/faults/test_power.py",
    ),
    Bug(
        "an edit that keeps size and time is not seen",
        "indexer/scanning/signature.py",
        "change = zlib.crc32(_CHANGE.pack(status.st_ctime_ns & _WORD, status.st_ino & _WORD))",
        "change = 0",
        "tests/indexer/test_scan.py::test_an_edit_that_restores_size_and_time_is_found",
    ),
    Bug(
        "a folder that cannot be read counts as empty",
        "indexer/scanning/scan.py",
        "            if not (path and is_gone):\n",
        "            if not path and is_gone:\n",
        "tests/indexer/test_scan.py",
    ),
    Bug(
        "an unplugged disk is a deletion",
        "indexer/scanning/scan.py",
        "if not path and not entries and len(self.known) >= UNMOUNTED_AT:",
        "if False:",
        "tests/indexer/test_scan.py",
    ),
    Bug(
        "a file is read while it is being written",
        "indexer/reading/source.py",
        "            if signature == signature_now(file):\n                return source\n",
        "            return source\n",
        "tests/indexer/test_source.py",
    ),
    Bug(
        "links are followed out of the folder",
        "indexer/reading/source.py",
        "os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC",
        "os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC",
        "tests/indexer/test_source.py::test_a_link_is_not_followed",
    ),
    Bug(
        "a reader that fails stops the run",
        "indexer/reading/loading.py",
        "except Exception as error:  # one bad file costs one file, whatever is wrong with it",
        "except ZeroDivisionError as error:",
        "tests/indexer/test_pipeline.py",
    ),
    Bug(
        "documents drive the terminal",
        "store/values/sanitizer.py",
        '    "\\x00-\\x08\\x0b-\\x1f\\x7f"',
        '    "\\x00-\\x08\\x0b-\\x1a\\x7f"',
        "tests/tui/test_safe.py::test_no_sequence_passes_the_gate",
    ),
    Bug(
        "words that a key only seems to name are believed",
        "store/lexical/confirming.py",
        "return stem in analysis.fold(text) and key in analysis.distinct_keys(text)",
        "return True",
        "tests/store",
    ),
    Bug(
        "filters are forgotten when candidates are chosen",
        "store/graph/frontier.py",
        "self._queued[met[self._allowed[met]]] = True",
        "self._queued[met] = True",
        "tests/store",
    ),
    Bug(
        "lost events are not noticed",
        "indexer/watching/inotify.py",
        "        self._agenda.look_at_all([self._folder.id])\n\n    def _add",
        "\n    def _add",
        "tests/indexer/watching/test_watcher.py::test_a_lost_event_has_everything_looked_at",
    ),
)
