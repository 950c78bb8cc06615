"""Excerpts of a person's documents, before any is indexed: a model's codes are fitted to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from time import monotonic

import numpy as np

from store import Folder

from .formats.document import Unreadable
from .reading.admission import refuse_secret
from .reading.loading import content_of, cut
from .reading.source import read_source
from .sandbox import SandboxPool
from .scanning.scan import scan

_MOST = 2048
_OF_A_FILE = 8
_CHARS = 240
"""What follows changes little, and takes a transformer several times as long."""
_MOST_S = 10.0
"""Spent on reading: documents that are taken apart may be slow."""


def excerpts(folders: Sequence[Folder], *, max_bytes: int) -> list[str]:
    """Return the beginnings of some chunks of files chosen at random, the same each time."""
    return [*islice(_excerpts(folders, max_bytes), _MOST)]


def _excerpts(folders: Sequence[Folder], max_bytes: int) -> Iterator[str]:
    chance = np.random.default_rng(0)
    paths = [
        folder.path / file.path
        for folder in folders
        for file in scan(folder, {}, max_bytes=max_bytes).found
    ]
    chance.shuffle(paths)
    ends = monotonic() + _MOST_S
    with SandboxPool(1) as sandbox:
        for path in paths:
            if monotonic() > ends:
                return
            try:
                source = read_source(path)
                content = content_of(source, path, sandbox)
                refuse_secret(content, path.name)
                texts = cut(content, path.name).chunks.texts
            except (Unreadable, OSError):
                continue  # the index run says why
            for place in chance.permutation(len(texts))[:_OF_A_FILE]:
                yield texts[place][:_CHARS]
