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
    models = [Model.load(Path(folder)) for folder in folders]
    rounds = [[_seconds(model, texts) for model in models] for _ in range(_ROUNDS)]
    print(json.dumps([min(times) for times in zip(*rounds, strict=True)]))


def _seconds(model: Model, texts: list[str]) -> float:
    """Time one that has met no words but those of the first texts: others would be remembered."""
    embedder = Embedder(model, threads=1)
    embedder.embed_passages(texts[:_WARM_UP])
    started = time.process_time()
    embedder.embed_passages(texts)
    return time.process_time() - started


if __name__ == "__main__":
    main(*sys.argv[1:])
