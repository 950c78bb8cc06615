"""Names for topics: the words that are common in one and rare in the others.

Each word is judged by its part in the Kullback-Leibler divergence of a topic from all topics, as
labels of clusters often are (Manning, Raghavan and Schütze, "Introduction to Information
Retrieval", 2008, §17.7). A word names one topic at most: the one where it says most and is needed.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..lexical import analysis
from ..values.results import Hit

_WORDS = 3
"""Most words of a name."""
_SAYS_ENOUGH = 0.4
"""Share of the first word's worth that a further one must have."""
_NAMED = 2
"""How often a word of a title, a heading, a file's or a folder's name counts."""
_SHORTEST = 3
_LONGEST_ACRONYM = 5
_WORD = re.compile(r"[^\W\d_]+")

_SAYS_NOTHING = """
am again another ask away back before being between both came come day days did does doing done down
during each either else even ever every few first gave get gets give go goes going gone good got
here high however instead keep kept last later least less let like line list little long look lot
made make makes many may might much must name need needs never new next nor nothing now off often
old once own part per put right said same saw say see seen set since some something still take takes
taken ten text than thing things think though three through time today together took too turn two
under until upon use used uses using value want way week well went whether without work yes yet aber
alle als auch auf aus bei bin bis das dass dem den der des die dies diese dieser doch durch ein eine
einem einen einer eines für habe haben hat hier ich ihr immer ist kann kein keine mehr mit nach
nicht noch nur oder ohne sehr sein seine sich sie sind über und uns unter vom von vor was weil wenn
wer wie wir wird wurde zum zur zwei aan bij daar dan dat deze dit een geen het hij hoe ik maar meer
met naar niet nog ook ons onze over uit van veel voor waar wat werd wij zijn zo alors après au aussi
autre aux avait avec avant bien ces cette comme dans deux donc dont elle elles entre est et être
fait faire ils les leur leurs mais même nos notre nous par pas peu plus pour quand que qui sans ses
sont sous sur tous tout très une vos votre vous como con cuando del desde donde dos ella ellos esta
este esto fue hay las los más muy otro para pero por porque qué ser sin sobre sus también tiene todo
una uno alla anche che chi così dei della delle di dopo due gli già hanno il lei loro lui ma molto
nel nella noi non ogni perché più quando questa questo sono suo sua tra tutti tutto ainda até com
ela ele eles essa esse está foi isso já mas muito na não ou pela pelo são sem seu também tem uma
"""
_FUNCTION_WORDS = frozenset(_SAYS_NOTHING.split())
"""Words of European languages that name no topic; the index leaves out fewer, English ones."""


@dataclass(frozen=True, slots=True)
class Central:
    """A document from the middle of a topic."""

    hit: Hit
    text: str
    """Of its passages that are nearest to the middle."""


def names_of(topics: Sequence[Sequence[Central]]) -> list[str]:
    """Return a name for each topic, from passages in its middle. No two share a word."""
    spellings: dict[int, Counter[str]] = defaultdict(Counter)
    worth = _worth([_shares(documents, spellings) for documents in topics])
    ranked = sorted(
        (-value, -spellings[key].total(), topic, spellings[key].most_common(1)[0][0])
        for topic, words in enumerate(worth)
        for key, value in words.items()
    )
    names: list[list[str]] = [[] for _ in topics]
    taken: set[str] = set()
    for value, _, topic, word in ranked:
        enough = _SAYS_ENOUGH * max(worth[topic].values())
        if word in taken or -value < enough or not _adds(word, names[topic]):
            continue
        taken.add(word)
        names[topic].append(word)
    return [", ".join(name) or _fallback(topic, topics[topic]) for topic, name in enumerate(names)]


def _adds(word: str, name: Sequence[str]) -> bool:
    """Return whether a name has room for a word and does not hold it, or a form of it, yet."""
    return len(name) < _WORDS and not any(word in other or other in word for other in name)


def _fallback(topic: int, documents: Sequence[Central]) -> str:
    """Return a name for a topic that no words tell apart."""
    hits = [one.hit for one in documents]
    return hits[0].title or hits[0].path.name if hits else f"topic {topic + 1}"


def _worth(shares: Sequence[Mapping[int, float]]) -> list[dict[int, float]]:
    """Return what each word says of each topic."""
    total: Counter[int] = Counter()
    for words in shares:
        total.update(words)
    alone = len(shares) == 1  # what is common is all that can be said then
    return [
        {
            key: share if alone else share * math.log(share * len(shares) / total[key])
            for key, share in words.items()
        }
        for words in shares
    ]


def _shares(documents: Sequence[Central], spellings: dict[int, Counter[str]]) -> dict[int, float]:
    """Return key of a word → share of the documents that have it, names counting more.

    A word of a single document names no topic that has several.
    """
    weights: Counter[int] = Counter()
    holders: Counter[int] = Counter()
    for document in documents:
        keys: dict[int, int] = {}
        for weight, text in ((1, document.text), (_NAMED, _names_in(document.hit))):
            for word in _words(text):
                key = analysis.word_keys(word)[0]
                keys[key] = weight
                spellings[key][_spelling(word)] += 1
        weights.update(keys)
        holders.update(keys.keys())
    enough = 2 if len(documents) > 2 else 1
    return {
        key: weight / (_NAMED * len(documents))
        for key, weight in weights.items()
        if holders[key] >= enough
    }


def _spelling(word: str) -> str:
    """Return a word as a name has it: small, except for what looks like an acronym."""
    return word if word.isupper() and len(word) <= _LONGEST_ACRONYM else word.casefold()


def _names_in(hit: Hit) -> str:
    """Return what a document is called: by itself, and by its file and the folder around it."""
    title = "" if hit.title == hit.path.name else hit.title
    return " ".join((title, hit.heading, hit.path.stem, hit.path.parent.name))


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text that may be part of a name; of CJK pairs of characters."""
    for word in _WORD.findall(text):
        if analysis.is_cjk(word[0]):
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _SHORTEST and not _says_nothing(word):
            yield word


def _says_nothing(word: str) -> bool:
    return word.casefold() in _FUNCTION_WORDS or not analysis.word_keys(word)
