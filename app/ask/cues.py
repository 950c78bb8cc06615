"""What kind of thing a question asks for, and whether a sentence holds such a thing."""

from __future__ import annotations

import re
from collections.abc import Callable

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember"
    r"|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty"
    r"|fifty|hundreds?|thousands?|millions?|billions?|dozen|half|twice|once)\b|[一二三四五六七八九十百千万]",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b(?:1\d|20)\d\d\b|\b\d{{1,2}}[:.h]\d\d\b|\b{_MONTH}\b|\b(?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)days?\b|\b(?:today|tomorrow|yesterday|daily|weekly|monthly|yearly|annual(?:ly)?|centur(?:y|ies)"
    r"|(?:hour|day|week|month|year)s?|spring|summer|autumn|winter|noon|midnight)\b|年|月|日",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.!?:] )(?<![\w’'])[A-ZÄÖÜÉÈÀ][\w’'-]+")
"""A word with a capital that does not merely begin its sentence."""
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|on|under|behind|beside|between|above|below|beneath|inside|outside"
    r"|north|south|east|west|street|road|room|floor|city|town|village|country|state|island|river)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order to|therefore|reason|cause[ds]?|to avoid|weil|denn"
    r"|damit|parce que|car|afin)\b",
    re.IGNORECASE,
)
_LIMIT = 0.5
"""What a place that is only told by a preposition, or a name alone, is worth."""


def _has(pattern: re.Pattern[str]) -> Callable[[str], float]:
    return lambda sentence: float(bool(pattern.search(sentence)))


def _place(sentence: str) -> float:
    named = bool(_NAME.search(sentence))
    told = bool(_PLACE.search(sentence))
    return _LIMIT * named + _LIMIT * told


_CUES: tuple[tuple[re.Pattern[str], Callable[[str], float]], ...] = (
    (
        re.compile(
            r"\bhow (?:many|much|long|often|old|far|tall|big|high|deep|large|fast|late|hot|wide)\b"
            r"|\bwhat (?:\w+ )?(?:number|amount|size|percentage|price|cost|age|temperature)\b"
            r"|\b(?:wie ?viele?|wie (?:lange|oft|hoch|groß)|combien|cuánt[oa]s?)\b|多少|几",
            re.IGNORECASE,
        ),
        _has(_NUMBER),
    ),
    (
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century)\b"
            r"|\b(?:wann|quand|cuándo)\b|什么时候|何时",
            re.IGNORECASE,
        ),
        _has(_DATE),
    ),
    (re.compile(r"\b(?:who|whom|whose|wer|wem|wen|qui|quién)\b|谁", re.IGNORECASE), _has(_NAME)),
    (re.compile(r"\b(?:where|wo|woher|wohin|où|dónde)\b|哪里|哪儿", re.IGNORECASE), _place),
    (re.compile(r"\b(?:why|warum|wieso|pourquoi)\b|为什么", re.IGNORECASE), _has(_REASON)),
)


def cue(question: str) -> Callable[[str], float]:
    """Return a function that tells from 0 to 1 whether a sentence holds the kind asked for.

    Kinds are persons (who), times (when), places (where), numbers (how many) and reasons (why);
    a question of no such kind is worth 0 everywhere. Questions in English, German, French,
    Spanish and Chinese are known by their question words.
    """
    for asked, holds in _CUES:
        if asked.search(question):
            return holds
    return lambda _: 0.0
