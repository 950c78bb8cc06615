"""Reading files before their turn: documents are taken apart in several processes meanwhile."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from store import Folder, Signature

from ..formats.table import extracted_format
from ..sandbox import SandboxPool
from ..scanning.moves import MovedFrom
from ..scanning.scan import FoundFile
from .admission import Content, refuse_secret
from .loading import content_of
from .source import SourceFile, read_source

_MOST_WORKERS = 4
_FILES_AHEAD = 4
"""For each worker; their texts are in memory."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was, and a way to its content."""

    signature: Signature
    digest: bytes
    content: Callable[[], Content]
    """Raises Unreadable, or OSError if it is gone."""


class ReadAhead:
    """Reads the files of one run ahead, with sandbox workers that start when needed.

    Use as a context manager.
    """

    def __init__(self) -> None:
        self._workers = max(1, min(_MOST_WORKERS, os.cpu_count() or 1))
        self._threads = ThreadPoolExecutor(self._workers, "extract")
        self._sandbox = SandboxPool(self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._sandbox.close()  # what is still being read ends with its worker
        self._threads.shutdown()

    def read(
        self, folder: Folder, files: Iterable[FoundFile], gone: MovedFrom
    ) -> Iterator[tuple[FoundFile, Path, Callable[[], Reading]]]:
        """Yield each file, in order, its path, and what returns it or says why it cannot.

        Those whose names ask for an extractor are read by other threads, some before their turn.
        """
        pending: deque[tuple[FoundFile, Path, Callable[[], Reading]]] = deque()
        for file in files:
            path = folder.path / file.path
            read: Callable[[], Reading] = partial(self._read, path, gone, file)
            if extracted_format(os.path.basename(file.path)):  # noqa: PTH119 (a string)
                read = self._threads.submit(read).result
            pending.append((file, path, read))
            if len(pending) > _FILES_AHEAD * self._workers:
                yield pending.popleft()
        while pending:
            yield pending.popleft()

    def _read(self, path: Path, gone: MovedFrom, file: FoundFile) -> Reading:
        """Read a file, take it apart already unless its content may be indexed elsewhere.

        Raises Unreadable or OSError.
        """
        source = read_source(path)
        digest = source.digest
        read = partial(self._content, source, path, file)
        if gone.is_known(file, digest):
            return Reading(source.signature, digest, read)
        content = read()
        return Reading(source.signature, digest, lambda: content)

    def _content(self, source: SourceFile, path: Path, found: FoundFile) -> Content:
        content = content_of(source, path, self._sandbox)
        if not found.named:
            refuse_secret(content, path.name)
        return content
