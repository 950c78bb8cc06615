"""Small collections with queries, of sources that neither model that ships was trained on.

Most queries have one right passage, as when somebody looks for what they remember; a few are a name
or a number that one passage holds. Others ask for what there is about something: the title of a
page, whose passages are all right, or a sentence of it. (What the index model started from had seen
them: soft match, which is made of its words, weighs more here than in sources that are new to it.)
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

GROUPS: dict[str, tuple[str, ...]] = {
    "docs": ("debian/postgresql-doc-15", "prometheus/docs"),
    "textbook": ("openstax/osbooks-principles-economics-bundle",),
    "recipes": ("LukeSmithxyz/based.cooking",),
    "questions": (
        "18F/handbook",
        "sudheerj/reactjs-interview-questions",
        "deepset-ai/COVID-QA faq",
        "debian/debian-faq",
        "OWASP/CheatSheetSeries",
    ),
    "code": ("conala-train (ypapanik/t5-for-code-generation)",),
    "manual": ("debian/manpages-dev",),
}
"""Collection → its sources."""
SOURCES = frozenset[str]().union(*GROUPS.values())
"""All of them: they are held out of training."""
PAGES: dict[str, tuple[str, ...]] = {
    "docs, pages": GROUPS["docs"],
    "textbook, pages": GROUPS["textbook"],
    "recipes, pages": GROUPS["recipes"],
    "handbooks, pages": ("18F/handbook", "OWASP/CheatSheetSeries", "debian/debian-faq"),
    "manual, pages": GROUPS["manual"],
}
"""The same for collections of whole pages."""
_QUERIES = 80
_CLOZE = 20
"""Queries a collection that are a sentence of a passage, to be found by the rest of it."""
_NAMES = 4
"""Queries a collection that are a word which one passage holds and no other."""
_NAME = re.compile(r"[^\W_]{5,}")
_UNANSWERED = 0.25
"""Share of the queries whose answer is not indexed."""
_FOREIGN = 8
"""Queries a collection from the others."""
_PASSAGES = 600
_LONGEST = 900
"""Characters of a passage: two cores embed a few dozen long ones a second."""
_SHORTEST = 150
"""Characters of a passage of a page."""
_PAGE = range(3, 13)
"""Passages of a page; of a longer one the first."""
_PAGES = 80
_SHORTEST_QUERY = 2
_SEED = 0
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CLOZE_WORDS = range(8, 41)


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, and queries with the passages that each asks for."""

    name: str
    passages: tuple[str, ...]
    queries: tuple[tuple[str, tuple[int, ...]], ...]
    """(text, indexes of the passages): none if what it asks for is left out."""


def collections(data: Path) -> list[Collection]:
    """Make collections of one right passage a query and of whole pages.

    The former also get some queries of each other, to which they have no answer.
    """
    chance = random.Random(_SEED)
    made = [_collection(name, sources, data, chance) for name, sources in GROUPS.items()]
    mixed = [
        Collection(
            one.name,
            one.passages,
            (*one.queries, *((text, ()) for text in _queries_of_others(one, made, chance))),
        )
        for one in made
    ]
    return mixed + [_pages(name, sources, data, chance) for name, sources in PAGES.items()]


def _queries_of_others(
    one: Collection, made: Sequence[Collection], chance: random.Random
) -> list[str]:
    texts = [text for other in made if other is not one for text, _ in other.queries]
    return chance.sample(texts, _FOREIGN)


def _collection(name: str, sources: Sequence[str], data: Path, chance: random.Random) -> Collection:
    pairs = [row for row in _rows(data, "pairs-*.jsonl.gz", sources) if _fits(row["positive"])]
    texts = [row["text"] for row in _rows(data, "passages*.jsonl.gz", sources)]
    texts = [text for text in texts if _fits(text)]
    chance.shuffle(pairs)
    chance.shuffle(texts)
    answers: dict[str, set[str]] = {}
    for row in pairs:
        answers.setdefault(_folded(row["query"]), set()).add(_folded(row["positive"]))
    asking = {
        row["query"]: row["positive"]
        for row in pairs
        if len(answers[_folded(row["query"])]) == 1
        and len(_folded(row["query"]).split()) >= _SHORTEST_QUERY
    }
    asking = dict(list(asking.items())[:_QUERIES])
    cloze = dict(list(filter(None, (_cloze(text, chance) for text in texts)))[:_CLOZE])
    taken = {_folded(f"{text} {rest}") for text, rest in cloze.items()}
    asking |= cloze
    left_out = {
        _folded(answer)
        for answer in chance.sample([*asking.values()], int(len(asking) * _UNANSWERED))
    }
    passages: dict[str, str] = {}
    others = [text for text in texts if not any(query in text for query in cloze)]
    for text in (*asking.values(), *(row["positive"] for row in pairs), *others):
        key = _folded(text)
        if key not in left_out and key not in taken and len(passages) < _PASSAGES:
            passages.setdefault(key, text)
    places = {key: place for place, key in enumerate(passages)}
    found = ((query, places.get(_folded(text))) for query, text in asking.items())
    queries = [(query, () if place is None else (place,)) for query, place in found]
    queries += [(word, (place,)) for word, place in _names([*passages.values()])]
    return Collection(name, tuple(passages.values()), tuple(queries))


def _names(passages: Sequence[str]) -> list[tuple[str, int]]:
    """Return some words that one passage holds and no other, each with its passage."""
    holders: dict[str, list[int]] = {}
    for place, text in enumerate(passages):
        for word in dict.fromkeys(_NAME.findall(text.lower())):
            holders.setdefault(word, []).append(place)
    alone = [(word, places[0]) for word, places in holders.items() if len(places) == 1]
    return random.Random(_SEED).sample(alone, _NAMES)


def _pages(name: str, sources: Sequence[str], data: Path, chance: random.Random) -> Collection:
    passages: list[str] = []
    queries: list[tuple[str, tuple[int, ...]]] = []
    pages = _read_pages(data, sources)
    chance.shuffle(pages)
    for title, texts in pages[:_PAGES]:
        if len(passages) >= _PASSAGES:
            break
        right = tuple(range(len(passages), len(passages) + len(texts)))
        queries.append((title, right))
        places = [(place, _cloze(text, chance)) for place, text in enumerate(texts)]
        place, cloze = next(((place, one) for place, one in places if one), (0, None))
        if cloze:
            queries.append((cloze[0], right))
            texts[place] = cloze[1]
        passages += texts
    return Collection(name, tuple(passages), tuple(queries))


def _read_pages(data: Path, sources: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return (title, passages) of pages that have several."""
    pages: dict[tuple[str, str], dict[str, str]] = {}
    for row in _rows(data, "passages*.jsonl.gz", sources):
        if len(row["text"]) > _SHORTEST and _fits(row["text"]):
            title = re.sub(r"[_/]", " ", row["title"].split(" > ")[0])
            pages.setdefault((row["src"], title), {})[_folded(row["text"])] = row["text"]
    found = [(title, [*texts.values()][: _PAGE[-1]]) for (_, title), texts in pages.items()]
    return [(title, texts) for title, texts in found if len(texts) in _PAGE]


def _cloze(text: str, chance: random.Random) -> tuple[str, str] | None:
    """Return one sentence of a passage and the rest, or None if it has too few."""
    sentences = _SENTENCE.split(text)
    fit_ones = [one for one in sentences if len(one.split()) in _CLOZE_WORDS]
    if len(sentences) < 4 or not fit_ones:
        return None
    query = chance.choice(fit_ones)
    return query, " ".join(one for one in sentences if one != query)


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST


def _rows(data: Path, pattern: str, sources: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of some sources, as far as they are openly licensed."""
    lines = (data / "licences.tsv").read_text("utf-8").splitlines()[1:]
    is_open = {fields[0] for fields in (line.split("\t") for line in lines) if fields[1] == "open"}
    for path in sorted(data.glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for line in rows:
                row = json.loads(line)
                if row["src"] in is_open.intersection(sources):
                    yield row


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
