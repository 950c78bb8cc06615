"""Tokens are those of the model's tokenizer, whatever is in a text."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from indexer import BUILT_IN, BUILT_IN_RANK, Embedder, Model, ModelError
from indexer.embedding import tokens
from indexer.embedding.splitting import split
from indexer.embedding.tokens import Tokens, read_tokenizer

FEW = 24
BUILT_IN_ONES = {
    path.name: read_tokenizer(Model.load(path).tokenizer, FEW) for path in (BUILT_IN, BUILT_IN_RANK)
}
KNOWN = {name: Tokens(tokenizer, FEW, remembers=True) for name, tokenizer in BUILT_IN_ONES.items()}
PUNCTUATION = re.escape(string.punctuation)
PIECES = {"[UNK]": 0, "a": 1, "b": 2, "##b": 3, "!": 4, "[": 5, "x": 6}
TEXT = st.text(max_size=80) | st.lists(
    st.sampled_from(
        (
            *("the ", "Word", "'", "’s", "—", "é", "e\u0301", "=\u0338", "\0", "\x0b", "\n"),
            *("\u2028", "[SEP]", "[sep]", "[", "日本語", "İ", "ß", "ﬁ", "\u200d", "1,000.5"),
            *("a" * 120, "\u00ad"),
        )
    ),
    max_size=30,
).map("".join)


def expected(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [tokenizer.encode(text).ids for text in texts]


def found(tokens: Tokens, texts: list[str]) -> list[list[int]]:
    return [ids.tolist() for ids in tokens.of(texts)]


@pytest.mark.parametrize("name", BUILT_IN_ONES)
@given(texts=st.lists(TEXT, max_size=4))
@example(texts=["", " ", "a\0b", "[CLS] begins", "word " * 100])
def test_tokens_are_the_tokenizers(name: str, texts: list[str]) -> None:
    assert found(KNOWN[name], texts) == expected(BUILT_IN_ONES[name], texts)


def made(
    model: models.Model | None = None,
    pre_tokenizer: pre_tokenizers.PreTokenizer | None = None,
    added: AddedToken | None = None,
) -> Tokenizer:
    tokenizer = Tokenizer(model or models.WordPiece(PIECES, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.BertPreTokenizer()
    if added:
        tokenizer.add_tokens([added])
    tokenizer.enable_truncation(FEW)
    return tokenizer


OTHERS: dict[str, Callable[[], Tokenizer]] = {
    "without special tokens": made,
    "that splits at spaces only": lambda: made(pre_tokenizer=pre_tokenizers.WhitespaceSplit()),
    "of another kind": lambda: made(models.BPE({"a": 0, "b": 1, "ab": 2, "!": 3}, [("a", "b")])),
    "with a word of its own": lambda: made(added=AddedToken("x!", normalized=False)),
    "with a word of its own, folded": lambda: made(added=AddedToken("x", normalized=True)),
}


@pytest.mark.parametrize("kind", OTHERS)
@given(texts=st.lists(st.text("abxX!\u00d7 [", max_size=40), max_size=3))
def test_tokens_are_those_of_any_tokenizer(kind: str, texts: list[str]) -> None:
    tokenizer = OTHERS[kind]()
    assert found(Tokens(tokenizer, FEW, remembers=True), texts) == expected(tokenizer, texts)


@given(st.lists(TEXT, max_size=4))
def test_texts_are_split_at_spaces_and_punctuation(texts: list[str]) -> None:
    words = split(texts)
    wanted = [re.findall(rf"[^ \t\n\r{PUNCTUATION}]+|[{PUNCTUATION}]", text) for text in texts]
    assert [words.at(place) for place in range(words.keys.size)] == [*chain.from_iterable(wanted)]
    assert words.per_text.tolist() == [*map(len, wanted)]
    keys = dict(zip(words.keys.tolist(), chain.from_iterable(wanted), strict=True))
    assert len(keys) == len(set(keys.values())) == len({*chain.from_iterable(wanted)})


def test_no_room_for_a_text_is_left_to_the_tokenizer() -> None:
    tokenizer = read_tokenizer(Model.load(BUILT_IN).tokenizer, 2)
    assert found(Tokens(tokenizer, 2, remembers=True), ["a word"]) == expected(
        tokenizer, ["a word"]
    )


def test_words_are_cut_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = made()
    cut: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(tokenizer, name)

        def encode_batch_fast(self, texts: list[str], **options: bool) -> object:
            cut.extend(texts)
            return tokenizer.encode_batch_fast(texts, **options)

    watched = Tokens(Watched(), FEW, remembers=True)  # type: ignore[arg-type]
    for _ in range(2):
        watched.of(["ab! ab", "a"])
    assert sorted(cut) == ["!", "a", "ab"]
    monkeypatch.setattr(tokens, "_MOST_WORDS", 4)
    watched.of(["b bb"])  # no room for these and the others: they are forgotten
    watched.of(["b bb a"])
    assert sorted(cut) == ["!", "a", "a", "ab", "b", "bb"]
    texts = ["a [!", "a a!"]  # no room either, but what comes again stays
    assert found(watched, texts) == expected(tokenizer, texts)
    assert sorted(cut[6:]) == ["!", "["]


def test_embeddings_are_the_same_with_one_thread_and_with_several() -> None:
    texts = ["A text, and [SEP] another.", "Grüße, “quoted” — über 1,000 Straßen!", ""]
    one, two = (Embedder(Model.load(BUILT_IN), threads).embed_passages(texts) for threads in (1, 2))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(ModelError, match=r"cannot read the tokenizer .*tokenizer\.json"):
        read_tokenizer(path, FEW)
