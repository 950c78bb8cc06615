"""Training data is clean and openly licensed, and weights become model folders that work."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from indexer import Embedder, Model, load_quantiser
from training.corpus import Corpus, Pair, Passage, load, read_folder, sample, title_pairs
from training.decontaminate import TestSets, decontaminate
from training.examples import make
from training.export import export_index, export_rank
from training.fewer import fit_fewer
from training.graphs import REPEATED, Weights
from training.rounding import round_columns, round_rows
from training.tasks import Task, score
from training.vocabulary import build, is_kept, pruned

DIMS, HEADS, LAYERS = 16, 4, 2
WORDS = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "the", "hull", "##s", "of", "ships"]
WORDS += ["a", "b", "o", "a", "##t", "##b", "##o", "##a", "boat", "本", "rain", "coat", "."]
VOCABULARY = {word: place for place, word in enumerate(dict.fromkeys(WORDS))}
HULLS = "The drag of slender hulls grows with the square of the speed of the water around them."


@pytest.fixture
def tokenizer() -> Tokenizer:
    """A word-piece tokenizer of a few words, made as BERT's is."""
    made = Tokenizer(models.WordPiece(VOCABULARY, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ids = [(name, VOCABULARY[name]) for name in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ids)
    return made


@pytest.fixture
def weights() -> Weights:
    """Random weights of a small encoder, named as in a checkpoint."""
    chance = np.random.default_rng(0)

    def random(*shape: int) -> NDArray[np.float32]:
        return np.asarray(chance.standard_normal(shape) / np.sqrt(shape[-1]), np.float32)

    made = {
        "embeddings.word_embeddings.weight": random(len(VOCABULARY), DIMS),
        "embeddings.position_embeddings.weight": random(300, DIMS),
        "embeddings.token_type_embeddings.weight": random(2, DIMS),
    }
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        for name in ("query", "key", "value"):
            made[f"{prefix}attention.self.{name}.weight"] = random(DIMS, DIMS)
            made[f"{prefix}attention.self.{name}.bias"] = random(DIMS)
        sizes = {"attention.output": DIMS, "intermediate": DIMS, "output": 4 * DIMS}
        for name, size in sizes.items():
            out = 4 * DIMS if name == "intermediate" else DIMS
            made[f"{prefix}{name}.dense.weight"] = random(out, size)
            made[f"{prefix}{name}.dense.bias"] = random(out)
        for name in ("attention.output", "output"):
            made[f"{prefix}{name}.LayerNorm.weight"] = np.ones(DIMS, np.float32)
            made[f"{prefix}{name}.LayerNorm.bias"] = random(DIMS)
    made["embeddings.LayerNorm.weight"] = np.ones(DIMS, np.float32)
    made["embeddings.LayerNorm.bias"] = random(DIMS)
    return made


def norm(values: NDArray[np.float32], weights: Weights, name: str) -> NDArray[np.float32]:
    """Layer normalisation, written down from its definition."""
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    named = f"{name}.LayerNorm."
    return np.asarray(centred / spread * weights[named + "weight"] + weights[named + "bias"])


def encode(ids: list[int], weights: Weights) -> NDArray[np.float32]:
    """A BERT encoder in float64, written down from the paper, for one text."""
    words, places, kinds = (
        weights[f"embeddings.{name}_embeddings.weight"]
        for name in ("word", "position", "token_type")
    )
    hidden = norm(words[ids] + places[: len(ids)] + kinds[0], weights, "embeddings")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."

        def linear(name: str, given: NDArray[np.float32], at: str = prefix) -> NDArray[np.float32]:
            return np.asarray(given @ weights[f"{at}{name}.weight"].T + weights[f"{at}{name}.bias"])

        query, key, value = (
            linear(f"attention.self.{name}", hidden).reshape(len(ids), HEADS, -1)
            for name in ("query", "key", "value")
        )
        scores = np.einsum("ihd,jhd->hij", query, key) / np.sqrt(DIMS // HEADS)
        shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        mixed = np.einsum("hij,jhd->ihd", shares, value).reshape(len(ids), DIMS)
        mixed = linear("attention.output.dense", mixed) + hidden
        hidden = norm(mixed, weights, f"{prefix}attention.output")
        wide = linear("intermediate.dense", hidden)
        wide = wide * 0.5 * (1 + np.vectorize(_erf)(wide / np.sqrt(2)))
        hidden = norm(linear("output.dense", wide) + hidden, weights, f"{prefix}output")
    pooled = hidden.mean(axis=0)
    return np.asarray(pooled / np.linalg.norm(pooled))


def _erf(value: float) -> float:
    from math import erf

    return erf(value)


def test_an_exported_encoder_computes_what_the_paper_says(
    tokenizer: Tokenizer, weights: Weights, tmp_path: Path
) -> None:
    export_rank(tmp_path / "rank", weights, HEADS, tokenizer)
    texts = ["the hull of ships", "boat", "rain coat ." * 3]
    embedder = Embedder(Model.load(tmp_path / "rank"))
    together = embedder.embed_passages(texts)
    assert together.shape == (3, DIMS)
    alone = [embedder.embed_passages([text])[0] for text in texts]  # nothing is padding
    for text, padded, whole in zip(texts, together, alone, strict=True):
        wanted = encode(tokenizer.encode(text).ids, weights)
        assert padded @ wanted > 0.99  # int8 inside
        assert whole @ wanted > 0.99


def test_neurons_that_others_can_stand_in_for_go_first_and_the_map_says_the_same() -> None:
    chance = np.random.default_rng(5)
    own = chance.standard_normal((500, 6))
    mixed = own @ chance.standard_normal((6, 4)) + 0.5
    said = np.hstack([mixed[:, :2], own, mixed[:, 2:], np.ones((500, 1))])
    outward = chance.standard_normal((11, 3))
    kept, fitted = fit_fewer(said.T @ said, outward, 6)
    assert fitted.shape == (7, 3)
    given = np.hstack([said[:, kept], np.ones((500, 1))]) @ fitted
    assert np.allclose(given, said @ outward, atol=0.05 * np.abs(said @ outward).max())


def test_an_exported_rank_model_drops_what_english_never_uses(
    tokenizer: Tokenizer, weights: Weights, tmp_path: Path
) -> None:
    export_rank(tmp_path / "rank", weights, HEADS, tokenizer)
    kept = json.loads((tmp_path / "rank" / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert set(VOCABULARY) - set(kept) == {"[unused0]", "本"}
    model = Embedder(Model.load(tmp_path / "rank"))
    assert np.isfinite(model.embed_passages(["word " * 5000, ""])).all()
    assert model.model.max_tokens == 256


def test_an_exported_index_model_sums_rows_less_when_repeated_and_brings_its_projection(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    kept = pruned(tokenizer)
    shape = kept.get_vocab_size(), DIMS
    table = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    export_index(tmp_path / "index", table, kept, list(VOCABULARY))
    embedder = Embedder(Model.load(tmp_path / "index"))
    ids, counts = np.unique(kept.encode("the boat boat").ids, return_counts=True)
    summed = (table[ids] * counts[:, None] ** (1 - REPEATED)).sum(axis=0)
    given = embedder.embed_queries(["rain . " * 9, "the boat boat"])[1]  # beside a longer one
    assert given @ summed / np.linalg.norm(summed) > 0.999
    assert load_quantiser(embedder, tmp_path / "unused").dims == DIMS
    assert not (tmp_path / "unused").exists()


def test_exports_of_equal_weights_are_equal(
    tokenizer: Tokenizer, weights: Weights, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        export_rank(tmp_path / name, weights, HEADS, tokenizer)
    for file in ("model.onnx", "tokenizer.json", "model.toml"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_rounding_is_within_half_a_step() -> None:
    weights = np.random.default_rng(2).standard_normal((30, 20)).astype(np.float32)
    rows, columns = round_rows(weights), round_columns(weights)
    off = np.abs(rows.values * rows.scales[:, None] - weights)
    assert (off <= rows.scales[:, None] * 0.501).all()
    assert np.abs(columns.values).max() <= 63  # no overflow of 16 bits on old x86 processors
    assert (np.abs(columns.values * columns.scales - weights) <= columns.scales * 0.501).all()


def test_the_vocabulary_gains_frequent_words_that_were_cut(tokenizer: Tokenizer) -> None:
    text = "The boats and hulls: café, hulls, 本, x2y boats_of hulls"
    corpus = Corpus((), (Passage("", text, "a"), Passage("", "hulls hulls", "b")))
    known = pruned(tokenizer).get_vocab_size()
    made = build(tokenizer, corpus, known + 2)
    assert "hulls" in made.get_vocab()
    assert "boats" in made.get_vocab()
    assert "the" not in {word for word in made.get_vocab() if made.get_vocab()[word] >= known}
    assert made.encode("hulls").tokens == ["[CLS]", "hulls", "[SEP]"]
    assert tokenizer.encode("hulls").tokens == ["[CLS]", "hull", "##s", "[SEP]"]


@pytest.mark.parametrize("piece", ["word", "##é", "α", "##1", "{", "→"])
def test_pieces_of_english_text_and_code_are_kept(piece: str) -> None:
    assert is_kept(piece)


@pytest.mark.parametrize("piece", ["[unused7]", "[MASK]", "本", "##ん", "ж", "ע", "##ा"])
def test_pieces_of_other_scripts_are_not(piece: str) -> None:
    assert not is_kept(piece)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an open source and one that is not."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    (folder / "licences.tsv").write_text("src\tclass\tlicence\ngood\topen\tMIT\nbad\tnc\tNC\n")
    pairs = [
        {"query": f"query {src}", "positive": f"answer {src}", "src": src, "kind": "question"}
        for src in ("good", "bad", "good", "unlisted")
    ]
    passages = [{"title": "T", "text": f"text {src}", "src": src} for src in ("good", "bad")]
    for name, rows in (("pairs-00.jsonl.gz", pairs), ("passages.jsonl.gz", passages)):
        with gzip.open(folder / name, "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_only_open_sources_are_trained_on_each_text_once(data: Path) -> None:
    corpus = load(data)
    assert corpus.pairs == (Pair("query good", "answer good", "good", "question"),)
    assert corpus.passages == (Passage("T", "text good", "good"),)


def test_the_others_may_judge(data: Path) -> None:
    corpus = load(data, openly_licensed=False)
    assert {pair.source for pair in corpus.pairs} == {"bad"}


def test_near_duplicates_of_the_test_sets_are_removed() -> None:
    tests = TestSets()
    tests.add([HULLS, "who sails to the far island"])
    near = "Introduction. " + HULLS.lower().replace("around", "near") + " And so on."
    other = "Bread wants flour, water and a day of rest before it is baked in a hot oven."
    corpus = Corpus(
        (
            Pair("about hulls", near, "a", "heading"),
            Pair("Who sails to the far island?", other, "a", "question"),
            Pair("about bread", other, "a", "heading"),
        ),
        (Passage("", HULLS.upper(), "a"), Passage("", other, "a")),
    )
    clean = decontaminate(corpus, tests)
    assert [pair.query for pair in clean.pairs] == ["about bread"]
    assert [passage.text for passage in clean.passages] == [other]


def test_any_folder_of_text_gives_passages(tmp_path: Path) -> None:
    paragraph = "Some words about one thing and another. " * 10
    (tmp_path / "on-boats.md").write_text("\n\n".join([paragraph] * 12))
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    corpus = read_folder(tmp_path)
    assert {passage.title for passage in corpus.passages} == {"on boats"}
    assert all(200 <= len(passage.text) <= 1400 for passage in corpus.passages)
    assert sum(passage.text.count("another") for passage in corpus.passages) == 120


def test_no_source_or_heading_has_more_than_its_share() -> None:
    many = [Passage("Notes", f"text {n}", "large") for n in range(50)]
    few = [Passage(f"Title {n}", f"other {n}", "small") for n in range(5)]
    chosen = sample([*many, *few], 100, 10, seed=0)
    assert [sum(p.source == name for p in chosen) for name in ("large", "small")] == [10, 5]
    titles = [pair.query for pair in title_pairs(chosen, 3)]
    assert titles.count("Notes") == 3


def test_teacher_and_student_see_the_same_cut_text(tokenizer: Tokenizer) -> None:
    long = "A boat of ships. " * 10 + "The rain coat hulls the boat again. " * 3
    corpus = Corpus((Pair("boat?", long, "a", "question"),), (Passage("", long, "a"),))
    tokenizer.enable_truncation(12)
    examples = make(corpus, tokenizer, most_passages=10, seed=0)
    passages = {examples.texts[place] for place in examples.passages}
    assert len(passages) == 1
    assert long.startswith(passages.pop())
    sentences = [
        examples.texts[query]
        for query, kind in zip(examples.queries, examples.kinds, strict=True)
        if kind == "sentence"
    ]
    assert sentences == ["The rain coat hulls the boat again."]


def test_a_task_scores_the_place_of_the_right_passage() -> None:
    passages = np.eye(4, dtype=np.float32)
    task = Task("x", ("q", "r"), ("a", "b", "c", "d"), (1, 3))
    queries = np.array([[0, 1, 0, 0], [1, 0, 0, 0.9]], np.float32)
    values = [1 / np.log2(rank + 1) for rank in (1, 2)]
    assert score(task, queries, passages) == pytest.approx(np.mean(values))
