from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import Checksums, Choices, Embedder, Model, ModelError, Pooling, describe
from tests.tiny_models import (
    DIMS,
    table,
    token_ids,
    write_graph,
    write_json,
    write_model,
    write_tokenizer,
)

TEXT = "the cat and the kitten"
MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tiny"


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def vectors_of(text: str) -> NDArray[np.float32]:
    return np.asarray(table()[token_ids(text)])


def embedding(model: Model, text: str = TEXT) -> NDArray[np.float32]:
    """Embed in company, so that the text is padded."""
    return np.asarray(Embedder(model).embed_passages([text, "rent " * 40])[0])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("mean_tokens", vectors_of(TEXT).mean(axis=0)),
        ("mean_sqrt_len_tokens", vectors_of(TEXT).mean(axis=0)),
        ("cls_token", vectors_of(TEXT)[0]),
        ("max_tokens", vectors_of(TEXT).max(axis=0)),
        ("lasttoken", vectors_of(TEXT)[-1]),
    ],
)
def test_pooling_is_what_the_folder_says(
    folder: Path, mode: str, expected: NDArray[np.float32]
) -> None:
    write_model(folder, pooling={"word_embedding_dimension": DIMS, f"pooling_mode_{mode}": True})
    assert np.allclose(embedding(describe(folder)), unit(expected), atol=1e-5)


@pytest.mark.parametrize(
    ("mode", "pooling"), [("mean", Pooling.MEAN), ("cls", Pooling.CLS), ("max", Pooling.MAX)]
)
def test_the_newer_way_to_write_pooling_is_read(folder: Path, mode: str, pooling: Pooling) -> None:
    write_model(folder, pooling={"pooling_mode": mode})
    assert describe(folder).pooling is pooling


@pytest.mark.parametrize(
    "pooling",
    [
        {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True},
        {"pooling_mode_weightedmean_tokens": True},
        {"pooling_mode": "attention"},
        {},
    ],
)
def test_pooling_that_is_not_known_is_refused(folder: Path, pooling: dict[str, object]) -> None:
    write_model(folder, pooling=pooling)
    with pytest.raises(ModelError, match=r"1_Pooling/config\.json asks for"):
        describe(folder)


def test_without_a_pooling_module_the_mean_is_taken_or_what_was_chosen(folder: Path) -> None:
    write_model(folder)
    assert describe(folder).pooling is Pooling.MEAN
    model = describe(folder, Choices(pooling=Pooling.CLS))
    assert np.allclose(embedding(model), unit(vectors_of(TEXT)[0]), atol=1e-5)


@pytest.mark.parametrize("output", ["sentence_embedding", "embedding"])
def test_a_graph_that_pools_is_left_to_it(folder: Path, output: str) -> None:
    write_model(folder, pooling=MEAN, output=output)
    model = describe(folder)
    assert (model.pooling, model.output) == (Pooling.GRAPH, output)
    assert np.allclose(embedding(model), unit(vectors_of(TEXT).sum(axis=0)), atol=1e-5)


def test_token_types_are_given_if_the_graph_asks_for_them(folder: Path) -> None:
    write_model(folder, pooling=MEAN, inputs=("input_ids", "attention_mask", "token_type_ids"))
    assert np.allclose(embedding(describe(folder)), unit(vectors_of(TEXT).mean(axis=0)), atol=1e-5)


def test_prompts_become_prefixes(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    prompts = {"query": "query: ", "passage": "passage: "}
    write_json(folder / "config_sentence_transformers.json", {"prompts": prompts})
    embedder = Embedder(describe(folder))
    expected = vectors_of("query: rent").mean(axis=0)
    assert np.allclose(embedder.embed_queries(["rent"])[0], unit(expected), atol=1e-5)
    expected = vectors_of("passage: rent").mean(axis=0)
    assert np.allclose(embedder.embed_passages(["rent"])[0], unit(expected), atol=1e-5)
    chosen = describe(folder, Choices(query_prefix="", passage_prefix="note "))
    assert (chosen.query_prefix, chosen.passage_prefix) == ("", "note ")


def test_a_default_prompt_is_for_what_has_none(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    settings = {"prompts": {"query": "query: ", "x": "note "}, "default_prompt_name": "x"}
    write_json(folder / "config_sentence_transformers.json", settings)
    model = describe(folder)
    assert (model.query_prefix, model.passage_prefix) == ("query: ", "note ")


def test_the_first_dims_alone_can_be_used(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    model = describe(folder, Choices(dims=3))
    expected = unit(vectors_of(TEXT).mean(axis=0)[:3])
    assert np.allclose(embedding(model), expected, atol=1e-5)
    with pytest.raises(ModelError, match="has 8 dims, of which 9"):
        describe(folder, Choices(dims=9))


def test_capitals_are_lost_where_the_folder_says_so(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    write_json(folder / "sentence_bert_config.json", {"do_lower_case": True})
    model = describe(folder)
    assert np.allclose(embedding(model, TEXT.upper()), embedding(model), atol=1e-5)


def test_the_shortest_limit_of_tokens_holds(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    assert describe(folder).max_tokens == 512
    write_json(folder / "tokenizer_config.json", {"model_max_length": 1e30})
    write_json(
        folder / "config.json", {"max_position_embeddings": 514, "model_type": "xlm-roberta"}
    )
    assert describe(folder).max_tokens == 512
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 3})
    model = describe(folder)
    assert model.max_tokens == 3
    expected = unit(vectors_of("the cat and").mean(axis=0))
    assert np.allclose(embedding(model), expected, atol=1e-5)


def test_eight_bits_are_preferred(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    write_graph(folder / "onnx" / "model_quantized.onnx", seed=1)
    write_graph(folder / "onnx" / "decoder.onnx", seed=2)
    assert describe(folder).graph == folder / "onnx" / "model_quantized.onnx"


def test_a_description_is_read_as_it_was_written(folder: Path, tmp_path: Path) -> None:
    write_model(folder, pooling=MEAN)
    (folder / "README.md").write_text("---\ntags:\n- x\nlicense: apache-2.0\n---\n# Tiny\n")
    model = describe(folder, Choices(name="short", dims=4, query_prefix='a "quoted" '))
    place = tmp_path / "added"
    place.mkdir()
    (place / "model.toml").write_text(model.to_toml(place))
    loaded = Model.load(place)
    assert loaded.folder == place
    assert (loaded.name, loaded.dims, loaded.licence) == ("short", 4, "apache-2.0")
    assert (loaded.graph, loaded.tokenizer) == (model.graph, model.tokenizer)
    assert loaded.fingerprint == model.fingerprint
    assert np.array_equal(embedding(loaded), embedding(model))


def test_what_changes_embeddings_changes_the_fingerprint(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    one = describe(folder)
    others = [
        describe(folder, choices)
        for choices in (Choices(dims=4), Choices(pooling=Pooling.MAX), Choices(passage_prefix="a "))
    ]
    write_tokenizer(folder / "tokenizer.json", lower=True)
    others.append(describe(folder))
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_a_folder_that_is_no_model_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="there is no model folder"):
        describe(folder)
    folder.mkdir()
    with pytest.raises(ModelError, match="holds no ONNX model"):
        describe(folder)
    write_graph(folder / "model.onnx")
    with pytest.raises(ModelError, match=r"lacks tokenizer\.json"):
        describe(folder)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("onnx/model.onnx", b"broken", "cannot load the model"),
        ("modules.json", b'[{"x": 1}]', r"cannot use .*modules\.json"),
        ("config.json", b"[1]", "a JSON object is expected"),
        ("1_Pooling/config.json", b"{", r"cannot use .*1_Pooling/config\.json"),
        ("config_sentence_transformers.json", b'{"prompts": [1]}', "the prompts in"),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(
    folder: Path, name: str, content: bytes, sentence: str
) -> None:
    write_model(folder, pooling=MEAN)
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        describe(folder)


def test_outputs_of_another_name_are_refused(folder: Path) -> None:
    write_model(folder, pooling=MEAN, output="logits")
    with pytest.raises(ModelError, match="has the outputs logits; thimble needs one of"):
        describe(folder)


def test_a_layer_that_the_graph_leaves_out_is_refused(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    module = "sentence_transformers.models."
    listed = [{"type": module + "Transformer", "path": ""}, {"type": module + "Dense", "path": "2"}]
    write_json(folder / "modules.json", listed)
    with pytest.raises(ModelError, match="ends in Dense, which its ONNX graph leaves out"):
        describe(folder)


def test_inputs_of_another_name_are_refused(folder: Path) -> None:
    write_model(folder, pooling=MEAN, inputs=("input_ids", "attention_mask", "position_ids"))
    with pytest.raises(ModelError, match="asks for input_ids, attention_mask, position_ids"):
        Embedder(describe(folder)).check()


def test_a_tokenizer_of_another_model_is_found_out(folder: Path) -> None:
    write_model(folder, pooling=MEAN, rows=20)
    with pytest.raises(ModelError, match=r"does not fit .*: its token 29 is unknown"):
        Embedder(describe(folder)).check()


def test_a_model_that_fits_passes_the_check(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    Embedder(describe(folder)).check()


def test_an_empty_text_has_an_embedding(folder: Path) -> None:
    for mode in ("mean", "cls", "max", "lasttoken"):
        write_model(folder, pooling={"pooling_mode": mode})
        vectors = Embedder(describe(folder)).embed_passages(["", " "])
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_changed_file_is_found_out(folder: Path) -> None:
    write_model(folder, pooling=MEAN)
    model = describe(folder)
    changes: dict[Path, Callable[[], None]] = {
        model.graph: lambda: write_graph(model.graph, seed=1),
        model.tokenizer: lambda: write_tokenizer(model.tokenizer, lower=True),
    }
    for file, change in changes.items():
        before = file.read_bytes()
        change()
        with pytest.raises(ModelError, match=f"{file.name} is damaged or another one"):
            Embedder(model).embed_queries(["x"])
        file.write_bytes(before)
    assert Embedder(model).embed_queries(["x"]).shape == (1, DIMS)


def test_a_checksum_is_computed_once(folder: Path, tmp_path: Path) -> None:
    write_model(folder, pooling=MEAN)
    model = describe(folder)
    memory = tmp_path / "home" / "checksums.json"
    Checksums(memory).verify(model)
    forged = memory.read_text().replace(model.sha256, "0" * 64)
    memory.write_text(forged)
    with pytest.raises(ModelError, match="is damaged or another one"):
        Checksums(memory).verify(model)  # it believed what it remembered: nothing was read
    model.graph.touch()
    Checksums(memory).verify(model)
    memory.write_text("not JSON")
    Checksums(memory).verify(model)
