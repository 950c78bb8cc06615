from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer import Embedder, Model, ModelError, load_quantiser


def test_embeddings_have_unit_length_and_the_dims_of_the_model(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(["a short text", "another", "1"])
    assert vectors.shape == (3, embedder.model.dims)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_a_text_has_the_same_embedding_alone_and_in_company(embedder: Embedder) -> None:
    texts = ["word " * (1 + place % 59) + str(place) for place in range(1100)]
    together = embedder.embed_passages(texts)
    for place in (0, 17, 511, 512, 1099):
        alone = embedder.embed_passages([texts[place]])[0]
        assert np.allclose(together[place], alone, atol=1e-5)


def test_no_texts_give_no_embeddings(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.model.dims)


def test_long_texts_are_cut_not_refused(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed_passages(["word " * 50_000])).all()


def test_texts_about_one_thing_are_near_each_other(embedder: Embedder) -> None:
    cat, kitten, tax = embedder.embed_queries(["a cat", "a kitten", "the income tax return"])
    assert cat @ kitten > cat @ tax


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.toml"])
def test_a_missing_file_is_named(model_folder: Path, name: str) -> None:
    (model_folder / name).unlink()
    with pytest.raises(ModelError, match=f"lacks {name}"):
        Model.load(model_folder)


@pytest.mark.parametrize(
    "toml", ["not toml at all", "name = 'x'", "name = 1\ndims = 256\nmax_tokens = 1\nsha256 = ''"]
)
def test_a_wrong_description_is_refused(model_folder: Path, toml: str) -> None:
    (model_folder / "model.toml").write_text(toml)
    with pytest.raises(ModelError, match=r"model\.toml"):
        Model.load(model_folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_broken_file_is_named(model_folder: Path, name: str) -> None:
    (model_folder / name).write_bytes(b"broken")
    with pytest.raises(ModelError, match=name):
        Embedder(Model.load(model_folder)).embed_queries(["x"])


def test_wrong_dims_are_found_out(model_folder: Path) -> None:
    toml = (model_folder / "model.toml").read_text().replace("dims = 256", "dims = 255")
    (model_folder / "model.toml").write_text(toml)
    embedder = Embedder(Model.load(model_folder))
    with pytest.raises(ModelError, match="255 dims"):
        embedder.embed_queries(["x"])
    with pytest.raises(ModelError, match="256 dims, not 255"):
        load_quantiser(embedder, model_folder)
