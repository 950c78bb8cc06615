"""Time model folders on the same texts with one thread, in turn; a process of its own.

    python -m bench.models_worker TEXTS.json FOLDER…

Prints the least processor seconds of each model over the rounds, as a JSON list. Processor time,
because other programs on the machine do not count in it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from indexer import Embedder, Model

_ROUNDS = 3
_WARM_UP = 16


def main(path: str, *folders: str) -> None:
    """Embed the texts with each model in turn, several rounds."""
    texts: list[str] = json.loads(Path(path).read_text("utf-8"))
    embedders = [Embedder(Model.load(Path(folder)), threads=1) for folder in folders]
    for embedder in embedders:
        embedder.embed_passages(texts[:_WARM_UP])
    spent: list[list[float]] = [[] for _ in embedders]
    for _ in range(_ROUNDS):
        for times, embedder in zip(spent, embedders, strict=True):
            started = time.process_time()
            embedder.embed_passages(texts)
            times.append(time.process_time() - started)
    print(json.dumps([min(times) for times in spent]))


if __name__ == "__main__":
    main(*sys.argv[1:])
