"""What nobody waits for takes little of the processor, and gives the same."""

from __future__ import annotations

import numpy as np

from app.engine.models import Coder
from indexer import BUILT_IN, BUILT_IN_RANK, Embedder, Model
from store import Quantiser

TEXTS = ["The deposit is returned within thirty days.", "Simmer carrots for an hour.", "x" * 900]


def coder_of(embedder: Embedder) -> Coder:
    return Coder(embedder, Quantiser.fit(np.eye(embedder.model.dims, dtype=np.float32)))


def test_a_small_model_takes_one_thread_and_embeds_alike() -> None:
    coder = coder_of(Embedder(Model.load(BUILT_IN), 4))
    assert coder.sparing.threads == 1
    assert coder.sparing is coder.sparing, "it is loaded once"
    embedded = coder.embedder.embed_passages(TEXTS)
    assert np.allclose(coder.sparing.embed_passages(TEXTS), embedded, atol=1e-5)


def test_a_large_model_and_one_thread_stay_as_they_are() -> None:
    for embedder in (Embedder(Model.load(BUILT_IN_RANK), 4), Embedder(Model.load(BUILT_IN), 1)):
        assert coder_of(embedder).sparing is embedder
