"""Text to terms, for chunks and queries alike.

A term is known to the index only by its 24-bit key. A word shares its key with one of 50,000
others about one time in three hundred; what is shown is scored by its source text anyway.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

import Stemmer

WORD = r"[^\W_]+"
"""A regular expression for a word as it is written."""
_WORD = re.compile(WORD)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_SCRIPT_RUN = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_SPACED = re.compile(f"(?![{_CJK}])\\w")
_CAMEL = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|\d+")
KEY_BITS = 24
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_ACCENT = re.compile("[\u0300-\u036f]")
_SHORT_STEM = 4
_SHORT_ENDING = re.compile("(?<=^.)ie$|(?<=.)[iye]$")
"""What stemming changes in short words: dying, cry, hoping."""
_CACHED_CHARS = 16
_MOST_KNOWN = 1 << 17
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
    return list(chain.from_iterable(map(word_keys, _words(text))))


def counts(text: str) -> Counter[int]:
    """Return how often `text` holds each of its terms, by key."""
    return Counter(terms(text))


def distinct_keys(text: str) -> set[int]:
    """Return the keys of the terms of `text`, faster than `terms`."""
    return set(chain.from_iterable(map(word_keys, set(_words(text)))))


def plain_words(text: str) -> dict[str, tuple[int, ...]]:
    """Return the distinct words of `text` in plain Latin letters, folded, with their keys."""
    found = {fold(word): word_keys(word) for word in set(_words(text))}
    return {word: keys for word, keys in found.items() if keys and word.isascii()}


def beginnings(text: str) -> dict[int, str]:
    """Return, for the key of each term of `text`, what all words with that stem contain."""
    beginnings: dict[int, str] = {}
    for word in _words(text):
        for term in _word_terms(word):
            # Stemming changes no more than the last letters, as in happy, happi.
            beginnings[_key(term)] = (
                _SHORT_ENDING.sub("", term) if len(term) <= _SHORT_STEM else term[:-2]
            )
    return beginnings


def certain_keys(phrase: str) -> set[int]:
    """Return keys that every text has in which `phrase` occurs, whatever is around it there."""
    keys: set[int] = set()
    for word in _words(phrase):
        folded = fold(word)
        if len(word) == len(folded):  # else what was one word may have become two
            for run in _SCRIPT_RUN.findall(folded):
                if is_spaced(run[0]):
                    keys.update(word_keys(run)[:1])  # the word itself, not its parts
                elif len(run) > 1:
                    keys.update(word_keys(run))
    return keys


def is_cjk(character: str) -> bool:
    """Tell whether a character is Chinese, Japanese or Korean."""
    return bool(re.match(f"[{_CJK}]", character))


def is_spaced(character: str) -> bool:
    """Tell whether a character belongs to a word that has spaces or punctuation around it."""
    return bool(_SPACED.match(character))


class _KnownWords(dict[str, tuple[int, ...]]):
    """The keys of the words met so far; most words of a text have been met before."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD and word.isascii():
            return ()
        keys = tuple(_key(term) for term in _word_terms(word))
        if len(word) <= _LONGEST_WORD:  # else it is a sentence in CJK
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[word] = keys
        return keys


word_keys = _KnownWords().__getitem__
"""Return the keys of one word: none for a stop word, several for camelCase or CJK."""


def _words(text: str) -> list[str]:
    # Some systems write an accent as a character of its own, which would end the word.
    return _WORD.findall(text if text.isascii() else unicodedata.normalize("NFC", text))


def fold(word: str) -> str:
    """Return a word without case and accents, so that `Café` matches `cafe`."""
    folded = word.casefold()
    return folded if folded.isascii() else _FOREIGN.sub(_without_accents, folded)


def _without_accents(run: re.Match[str]) -> str:
    text = run.group()
    return _fold_run(text) if len(text) <= _CACHED_CHARS else _fold_run.__wrapped__(text)


@lru_cache(maxsize=1 << 14)
def _fold_run(run: str) -> str:
    decomposed = _ACCENT.sub("", unicodedata.normalize("NFKD", run))
    return unicodedata.normalize("NFC", decomposed.casefold())


def _word_terms(word: str) -> Iterator[str]:
    folded = fold(word)
    if folded.isascii():
        if folded in STOP_WORDS:
            return
        yield _stem(folded)
        if word[1:] == folded[1:] and word.isalpha():
            return  # most words: a capital at most in front
        parts = _CAMEL.findall(word)
        if len(parts) > 1:
            yield from (_stem(part.lower()) for part in parts)
        return
    for run in _SCRIPT_RUN.findall(folded):
        if not is_spaced(run[0]):
            yield from _bigrams(run)
        elif len(run) <= _LONGEST_WORD:
            yield _stem(run)


def _bigrams(run: str) -> Iterator[str]:
    """CJK writes no spaces between words; overlapping pairs of characters stand in for them."""
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second


def _key(term: str) -> int:
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 32 - KEY_BITS
