"""Text to terms, for chunks and queries alike.

A term is known to the index only by its 31-bit key. A word shares its key with one of a million
others about one time in two thousand; whatever is found is checked against the source text anyway.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_SCRIPT_RUN = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|\d+")
_LONGEST_WORD = 64
"""Longer runs of letters and digits are data (base64, hashes), not words."""

_STOP_WORDS = """
a about after all also an and any are as at be because been but by can could did do does for from
had has have he her him his how i if in into is it its just me more most my no not of on one only
or other our out over she should so some such than that the their them then there these they this
those to too up us very was we were what when where which while who why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words too common to tell chunks apart; they have no postings."""

_stem = Stemmer.Stemmer("english", 0).stemWord


def terms(text: str) -> list[int]:
    """Return the keys of the terms of `text`, repeated as often as they occur."""
    keys: list[int] = []
    extend = keys.extend
    for word in _WORD.findall(text):
        extend(word_keys(word))
    return keys


@lru_cache(maxsize=1 << 18)
def word_keys(word: str) -> tuple[int, ...]:
    """Return the keys of one word: none for a stop word, several for camelCase or CJK."""
    if len(word) > _LONGEST_WORD:
        return ()
    return tuple(_key(term) for term in _word_terms(word))


def fold(word: str) -> str:
    """Return a word without case and accents, so that `Café` matches `cafe`."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_accent(c)))


def _is_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


def _word_terms(word: str) -> Iterator[str]:
    folded = fold(word)
    if folded.isascii():
        if folded in STOP_WORDS:
            return
        yield _stem(folded)
        parts = _CAMEL.findall(word)
        if len(parts) > 1:
            yield from (_stem(part.lower()) for part in parts)
        return
    for run in _SCRIPT_RUN.findall(folded):
        yield from _bigrams(run) if re.match(f"[{_CJK}]", run) else (_stem(run),)


def _bigrams(run: str) -> Iterator[str]:
    """CJK writes no spaces between words; overlapping pairs of characters stand in for them."""
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second


def _key(term: str) -> int:
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1
