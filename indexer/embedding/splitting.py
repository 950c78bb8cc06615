"""Texts to words, many texts at a time and without a step of Python for each word.

A word is what no tokenizer of BERT's kind joins to its neighbours, which may split it further: a
run of anything but spaces and ASCII punctuation, or one such mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPACE, _INNER, _ALONE = range(3)
_KINDS = np.full(256, _INNER, dtype=np.uint8)
"""What each byte of UTF-8 is; those of other letters than ASCII's are inside words."""
_KINDS[[*b" \t\n\r"]] = _SPACE
_KINDS[[*b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]] = _ALONE

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, in order."""

    keys: NDArray[np.uint64]
    """Equal words have equal keys. Others have too, once in 2 ** 64 pairs."""
    per_text: NDArray[np.int64]
    """How many words each text has."""
    _data: bytes
    _starts: NDArray[np.int64]
    _ends: NDArray[np.int64]

    def at(self, place: int) -> str:
        """Return one word."""
        return self._data[self._starts[place] : self._ends[place]].decode()


def split(texts: Sequence[str]) -> Words:
    """Return the words of texts."""
    parts = [text.encode() for text in texts]
    data = b"\n".join(parts)
    letters = np.frombuffer(data, dtype=np.uint8)
    kinds = _KINDS[letters]
    alone, inner = kinds == _ALONE, kinds == _INNER
    starts, ends = alone.copy(), alone
    starts[:1] |= inner[:1]
    starts[1:] |= inner[1:] & ~inner[:-1]
    ends[-1:] |= inner[-1:]
    ends[:-1] |= inner[:-1] & ~inner[1:]
    first, past = np.flatnonzero(starts), np.flatnonzero(ends) + 1
    past_texts = np.cumsum([len(part) + 1 for part in parts])
    per_text = np.diff(np.searchsorted(first, past_texts), prepend=0)
    return Words(_keys(letters, first, past), per_text, data, first, past)


def _keys(
    letters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return a polynomial of the bytes of each span (Karp and Rabin, 1987), modulo 2 ** 64."""
    terms = (letters + np.uint64(1)) * _powers(_BASE, letters.size)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms)])
    return np.asarray((sums[ends] - sums[starts]) * _powers(_INVERSE, letters.size)[starts])


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Return the powers 0, 1, … of a number, modulo 2 ** 64."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    return np.cumprod(factors)
