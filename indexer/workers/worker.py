"""A process that prepares documents: `python -I -m indexer.workers.worker PARENT`.

Its standard input is a socket. It receives the folder of a model, then lists of items, and answers
each with their outcomes until the socket ends; whatever goes wrong ends it.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from store import die_with

from ..embedding.embedder import Embedder
from ..embedding.model import Model
from .preparing import prepare


def main() -> None:
    """Serve until the parent is gone."""
    die_with(int(sys.argv[1]))
    connection = Connection(os.dup(0))
    folder: Path = connection.recv()
    embedder = Embedder(Model.load(folder), 1, device="cpu")
    while True:
        try:
            items = connection.recv()
        except EOFError:
            return
        connection.send(prepare(items, embedder.embed_passages))


if __name__ == "__main__":
    main()
