"""Texts to token ids, as a model's tokenizer has them; the only home of tokenizers.

A tokenizer of BERT's kind splits a text at spaces and punctuation before it cuts words into pieces,
and cuts each word without looking at the others. So each word can be cut once and remembered, which
takes half the processor's time: texts repeat their words, and this is the dearest part of indexing.
But it takes Python's lock, which the tokenizer itself does not: on one core a folder is indexed in
.82 of the time, on two in 1.08 of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from .model import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PUNCTUATION = r"!-/:-@\[-`{-~"
"""Of ASCII: each is a word of its own, whatever is around it."""
_WORD = re.compile(rf"[^ \t\n\r{_PUNCTUATION}]+|[{_PUNCTUATION}]")
"""What no tokenizer of BERT's kind joins to its neighbours; it may split a word further."""
_LONGEST = 32
"""Characters of a word that is remembered: longer ones are data, or sentences without spaces."""
_MOST = 1 << 16
"""Words remembered: some 18 MB."""


def read_tokenizer(path: Path, most_tokens: int) -> Tokenizer:
    """Return the tokenizer of a file, which will truncate texts. Raises ModelError."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"cannot read the tokenizer {path}: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    return tokenizer


class Tokens:
    """Tokenizes with one tokenizer. May be used by many threads at once."""

    def __init__(self, tokenizer: Tokenizer, most: int, *, remembers: bool) -> None:
        """Make one for a tokenizer that truncates texts to `most` tokens.

        `remembers` says whether words are cut once, if the tokenizer is of such a kind.
        """
        self._tokenizer = tokenizer
        self._most = most
        self._frame = _frame(tokenizer) if remembers and _is_by_word(tokenizer) else None
        self._known: dict[str, list[int]] = {}

    def of(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of the tokens of each text."""
        if self._frame is None or any(map(self._added.search, texts)):
            return [one.ids for one in self._tokenizer.encode_batch_fast(list(texts))]
        split = [_WORD.findall(text) for text in texts]
        pieces = self._cut({*chain.from_iterable(split)})
        whole = ([*chain.from_iterable(map(pieces.__getitem__, words))] for words in split)
        head, tail = self._frame
        room = self._most - len(head) - len(tail)
        return [[*head, *ids[:room], *tail] for ids in whole]

    @cached_property
    def _added(self) -> re.Pattern[str]:
        """What matches tokens that are looked for before a text is split, such as [SEP]."""
        added = self._tokenizer.get_added_tokens_decoder().values()
        return re.compile("|".join(re.escape(one.content) for one in added) or r"(?!)")

    def _cut(self, words: set[str]) -> dict[str, list[int]]:
        """Return the pieces of each word."""
        known = self._known
        pieces = {word: known[word] for word in words if word in known}
        missing = [word for word in words if word not in pieces]
        found = self._tokenizer.encode_batch_fast(missing, add_special_tokens=False)
        pieces |= {word: one.ids for word, one in zip(missing, found, strict=True)}
        if len(known) + len(missing) > _MOST:
            known = self._known = {}
        known |= {word: pieces[word] for word in missing if len(word) <= _LONGEST}
        return pieces


def _is_by_word(tokenizer: Tokenizer) -> bool:
    """Tell whether a tokenizer cuts each word without looking at the others."""
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    added = tokenizer.get_added_tokens_decoder().values()
    return (
        isinstance(tokenizer.model, WordPiece)
        and isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and not any(one.normalized for one in added)  # looked for in what the normaliser makes
    )


def _frame(tokenizer: Tokenizer) -> tuple[list[int], list[int]] | None:
    """Return what a tokenizer puts before and after a text; None if it leaves no room for one."""
    inner = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    for start in range(len(whole)):
        end = start + len(inner)
        if inner and whole[start:end] == inner:
            return whole[:start], whole[end:]
    return None
