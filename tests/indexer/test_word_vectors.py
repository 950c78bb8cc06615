from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from indexer import BUILT_IN, Embedder, Model, WordVectors
from store import Vectors


class Counted(Embedder):
    """Counts the words that it embeds."""

    words = 0

    def embed_passages(self, texts: Sequence[str], *given: object) -> Vectors:
        self.words += len(texts)
        return super().embed_passages(texts)


@pytest.fixture
def embedder() -> Counted:
    return Counted(Model.load(BUILT_IN))


def test_words_are_embedded_once(embedder: Counted) -> None:
    vectors = WordVectors(embedder)
    first = vectors.embed(["river", "stream", "river"])
    again = vectors.embed(["stream", "river"])
    assert embedder.words == 2
    assert first[0] == pytest.approx(first[2])
    assert again == pytest.approx(first[:2][::-1])
    assert np.linalg.norm(first, axis=1) == pytest.approx(1, abs=1e-2)


def test_the_built_in_model_knows_kin() -> None:
    river, stream, tax = WordVectors(Embedder(Model.load(BUILT_IN))).embed(
        ["river", "stream", "tax"]
    )
    assert river @ stream > river @ tax + 0.1


def test_no_more_words_are_remembered_than_fit(
    embedder: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.embedding.word_vectors._MOST", 3)
    vectors = WordVectors(embedder)
    vectors.embed(["one", "two"])
    assert vectors.embed(["two", "three", "four", "five"]).shape == (4, 256)
    assert len(vectors._known) <= 4
    assert vectors.embed([]).shape[0] == 0
