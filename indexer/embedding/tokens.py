"""Texts to token ids, as a model's tokenizer has them; the only home of tokenizers.

A tokenizer of BERT's kind splits a text at spaces and punctuation before it cuts words into pieces,
and cuts each word without looking at the others. So each word can be cut once and remembered, which
takes a fraction of the processor's time: texts repeat their words, and this was the dearest part of
indexing. The first texts take longer, for what they have is then cut word by word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .batching import TokenIds
from .model import ModelError
from .splitting import Words, split

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MOST_WORDS = 1 << 17
_MOST_PIECES = 1 << 19
"""Words remembered, and their pieces: some 7 MB."""


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

        `remembers` says whether words are cut once, if the tokenizer is of such a kind. It pays
        where much is embedded on one thread; a search has a few texts, and wants them soon.
        """
        self._tokenizer = tokenizer
        self._most = most
        self._frame = _frame(tokenizer) if remembers and _is_by_word(tokenizer) else None
        self._known = _NOTHING

    def of(self, texts: Sequence[str]) -> list[TokenIds]:
        """Return the ids of the tokens of each text."""
        if self._frame is None or any(map(self._added.search, texts)):
            encodings = self._tokenizer.encode_batch_fast(list(texts))
            return [np.array(one.ids, dtype=np.int64) for one in encodings]
        head, tail = self._frame
        room = self._most - head.size - tail.size
        words = split(texts)
        ids, sizes = self._cut(words)
        ends = np.concatenate([[0], np.cumsum(sizes)])[np.cumsum([0, *words.per_text])]
        return [
            np.concatenate([head, ids[start : min(end, start + room)], tail])
            for start, end in pairwise(ends)
        ]

    @cached_property
    def _added(self) -> re.Pattern[str]:
        """What matches tokens that are looked for before a text is split, such as [SEP]."""
        added = self._tokenizer.get_added_tokens_decoder().values()
        return re.compile("|".join(re.escape(one.content) for one in added) or r"(?!)")

    def _cut(self, words: Words) -> tuple[TokenIds, TokenIds]:
        """Return the pieces of all words, one after the other, and how many each has."""
        keys, which = np.unique(words.keys, return_inverse=True)
        known = self._known
        missing = known.lack(keys)
        if missing.size:
            if known.keys.size + missing.size > _MOST_WORDS or known.pieces.size > _MOST_PIECES:
                known = known.only(np.delete(keys, missing))  # among them those that come often
            somewhere = np.empty(keys.size, dtype=np.int64)
            somewhere[which] = np.arange(which.size)
            new = [words.at(place) for place in somewhere[missing]]
            encodings = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
            # Another thread may do the same meanwhile, and one of the two then learnt in vain.
            self._known = known = known.and_also(keys[missing], [one.ids for one in encodings])
        return known.pieces_of(keys, which)


@dataclass(frozen=True, slots=True)
class _Known:
    """Words that were cut, by their keys."""

    keys: NDArray[np.uint64]
    """Rising."""
    starts: TokenIds
    """Where the pieces of each word begin."""
    sizes: TokenIds
    """How many pieces each word has."""
    pieces: NDArray[np.int32]

    def lack(self, keys: NDArray[np.uint64]) -> TokenIds:
        """Return the places of those keys that are unknown."""
        if not self.keys.size:
            return np.arange(keys.size)
        places = np.searchsorted(self.keys, keys)
        return np.flatnonzero(self.keys.take(places, mode="clip") != keys)

    def only(self, keys: NDArray[np.uint64]) -> _Known:
        """Return some of them; `keys` rise."""
        pieces, sizes = self.pieces_of(keys, np.arange(keys.size))
        return _Known(keys, np.cumsum(sizes) - sizes, sizes, pieces.astype(np.int32))

    def and_also(self, keys: NDArray[np.uint64], cut: Sequence[Sequence[int]]) -> _Known:
        """Return these and others, whose keys rise, with their pieces."""
        places = np.searchsorted(self.keys, keys)
        sizes = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
        starts = self.pieces.size + np.cumsum(sizes) - sizes
        new = np.fromiter((piece for one in cut for piece in one), dtype=np.int32)
        return _Known(
            np.insert(self.keys, places, keys),
            np.insert(self.starts, places, starts),
            np.insert(self.sizes, places, sizes),
            np.concatenate([self.pieces, new]),
        )

    def pieces_of(self, keys: NDArray[np.uint64], which: TokenIds) -> tuple[TokenIds, TokenIds]:
        """Return the pieces of the words keys[which], and how many each has."""
        places = np.searchsorted(self.keys, keys)[which]
        sizes = self.sizes[places]
        ends = np.cumsum(sizes)
        shifts = np.repeat(self.starts[places] - ends + sizes, sizes)
        return self.pieces[shifts + np.arange(shifts.size)].astype(np.int64), sizes


_NOTHING = _Known(
    np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32)
)


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


def _frame(tokenizer: Tokenizer) -> tuple[TokenIds, TokenIds] | None:
    """Return what a tokenizer puts before and after a text; None if it leaves no room for one."""
    inner = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    for start in range(len(whole)):
        end = start + len(inner)
        if inner and whole[start:end] == inner:
            return np.array(whole[:start], np.int64), np.array(whole[end:], np.int64)
    return None
