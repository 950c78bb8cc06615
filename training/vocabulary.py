"""The vocabulary of the index model: the teacher's word pieces, less what English never uses.

The room goes to frequent whole words that the teacher cuts into pieces: word pieces are matched
longest first, so a word that is added is simply found, and a text has fewer tokens.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import Tokenizer

from .corpus import Corpus

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
"""Letters alone, as the tokenizer would cut them out."""
_KEPT_SCRIPTS = ("LATIN", "GREEK")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_WORD_LENGTHS = range(3, 25)
_MOST_OF_A_SOURCE = 20
"""Occurrences in one source that count: a word of one manual alone is no frequent word."""


def build(teacher: Tokenizer, corpus: Corpus, size: int) -> Tokenizer:
    """Return a tokenizer of `size` tokens."""
    ids = teacher.get_vocab()
    pieces = [piece for piece in sorted(ids, key=ids.__getitem__) if is_kept(piece)]
    kept = [*_SPECIAL, *pieces]
    known = set(kept)
    words = [word for word, _ in frequent(teacher, corpus).most_common() if word not in known]
    return with_vocabulary(teacher, [*kept, *words][:size])


def pruned(teacher: Tokenizer) -> Tokenizer:
    """Return the teacher's tokenizer less what English never uses; the order stays."""
    return build(teacher, Corpus((), ()), size=len(teacher.get_vocab()))


def with_vocabulary(teacher: Tokenizer, tokens: Sequence[str]) -> Tokenizer:
    """Return the teacher's tokenizer with other tokens."""
    data: dict[str, Any] = json.loads(teacher.to_str())
    vocabulary = {token: number for number, token in enumerate(tokens)}
    data["model"]["vocab"] = vocabulary
    data["truncation"] = data["padding"] = None
    data["added_tokens"] = [
        {**added, "id": vocabulary[added["content"]]}
        for added in data["added_tokens"]
        if added["content"] in vocabulary
    ]
    for name, token in data["post_processor"]["special_tokens"].items():
        token["ids"] = [vocabulary[name]]
    return Tokenizer.from_str(json.dumps(data))


def is_kept(piece: str) -> bool:
    """Tell whether English text, formulas or code may contain a word piece."""
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        return False  # special tokens, unused ones
    return all(_is_kept_letter(letter) for letter in piece.removeprefix("##"))


def frequent(teacher: Tokenizer, corpus: Corpus) -> Counter[str]:
    """Count the words that the teacher cuts into pieces, no source above a fair share."""
    by_source: dict[str, Counter[str]] = {}
    for source, text in _texts(corpus):
        by_source.setdefault(source, Counter()).update(_WORD.findall(text.lower()))
    total: Counter[str] = Counter()
    for counts in by_source.values():
        total.update({word: min(n, _MOST_OF_A_SOURCE) for word, n in counts.items() if n > 1})
    ids = teacher.get_vocab()
    cut: Counter[str] = Counter()
    for word, count in total.items():
        plain = teacher.normalizer.normalize_str(word)  # accents are taken off
        if plain not in ids and len(plain) in _WORD_LENGTHS and is_kept(plain):
            cut[plain] += count
    return cut


def _texts(corpus: Corpus) -> Iterable[tuple[str, str]]:
    for pair in corpus.pairs:
        yield pair.source, f"{pair.query} {pair.passage}"
    for passage in corpus.passages:
        yield passage.source, f"{passage.title} {passage.text}"


def _is_kept_letter(letter: str) -> bool:
    if not letter.isalpha():
        return not unicodedata.category(letter).startswith("M")  # marks of other scripts
    return unicodedata.name(letter, "").startswith(_KEPT_SCRIPTS)
