"""Does a passage bear out what a sentence says? A simple rule, so that it can be explained.

A sentence is borne out by the passages it cites if

1. every number in it stands in a passage (or in the question),
2. every name in it does,
3. it denies nothing that the sentence of the passages nearest to it affirms, and the reverse,
4. three fifths of its words stand in the passages, or two fifths if it also means nearly the same
   as a sentence of theirs.

This cannot see a sentence that puts the right words together wrongly; it finds what was made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from store import Hit, terms

from .sentences import sentences

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<![\w’'-])[A-ZÄÖÜÉÈÀ][\w’'-]*[\w]")
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t"
    r"|nicht|kein\w*|nie|ohne|ne|pas|jamais|sans|aucun\w*)\b|[不没無无]",
    re.IGNORECASE,
)
_ENOUGH_WORDS = 0.6
_FEWER_WORDS = 0.4
_NEARLY_THE_SAME = 0.7

Similarity = Callable[[str, Sequence[str]], float]
"""(sentence, sentences) → the greatest similarity in meaning, −1 to 1."""


def is_supported(
    sentence: str, question: str, passages: Sequence[Hit], similarity: Similarity
) -> bool:
    """Tell whether passages bear out a sentence of an answer; see the module for the rule."""
    if not passages:
        return False
    text = "\n".join(f"{hit.title}\n{hit.heading}\n{hit.text}" for hit in passages)
    if not _numbers(sentence) <= _numbers(text) | _numbers(question):
        return False
    if not _names(sentence) <= _words(text) | _words(question):
        return False
    told = [one for hit in passages for one in sentences(hit.text)]
    if _is_reversed(sentence, told):
        return False
    share = coverage(sentence, text)
    if share >= _ENOUGH_WORDS:
        return True
    return share >= _FEWER_WORDS and similarity(sentence, told) >= _NEARLY_THE_SAME


def coverage(sentence: str, text: str) -> float:
    """Return the share of a sentence's distinct terms that a text holds; 0 if it has none."""
    keys = set(terms(sentence))
    return len(keys & set(terms(text))) / len(keys) if keys else 0.0


def _is_reversed(sentence: str, told: Sequence[str]) -> bool:
    nearest = max(told, key=lambda one: coverage(sentence, one), default="")
    if coverage(sentence, nearest) < _ENOUGH_WORDS:
        return False  # it is put together from several; none is its opposite
    return bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(nearest))


def _numbers(text: str) -> set[str]:
    """Return numbers as one writes them shortest: `1,250.00` and `1250` are one."""
    plain = (re.sub(r"[,.](?=\d{3}(?:\D|$))", "", one) for one in _NUMBER.findall(text))
    return {re.sub(r"[,.]00?$", "", one) for one in plain}


def _names(sentence: str) -> set[str]:
    """Return words with a capital, but for the first, in lower case without `'s`."""
    found = [
        match for match in _NAME.finditer(sentence) if sentence[: match.start()].strip("“\"'(")
    ]
    return {_bare(match.group()) for match in found}


def _words(text: str) -> set[str]:
    return {_bare(word) for word in re.findall(r"[\w’'-]*\w", text)}


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word).casefold().strip("'’-")
