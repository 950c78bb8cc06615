"""Folders of notes made from the text of real documents: large, and the same on every machine.

Paragraphs are runs of sentences cut at random places of random documents, so that hardly two
chunks are alike. Lines between them hold things that occur once (a number, a hash, a link), about
six to a kilobyte as in real notes, because such words are most of a vocabulary.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from .sets import CODE, Text, load_texts

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_LEAST_BODY = 400
"""Characters; documents with less text make no paragraphs."""
_FILES_IN_A_FOLDER = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write. Sizes are spread evenly over their logarithm, so small files are common."""

    files: int
    least_bytes: int
    most_bytes: int
    seed: int = 1
    swapped: float = 0
    """Share of the words of paragraphs that are replaced by others, so that none is told twice."""

    @classmethod
    def of_total(cls, total_bytes: int, least_bytes: int, most_bytes: int) -> Plan:
        """Plan as many files as make about `total_bytes`."""
        mean_bytes = (most_bytes - least_bytes) / math.log(most_bytes / least_bytes)
        return cls(round(total_bytes / mean_bytes), least_bytes, most_bytes)


def load_prose(sets: Path, samples: Path) -> list[Text]:
    """Read the documents to cut up: those of the retrieval sets or, without these, the samples."""
    corpora = sorted(sets.glob("*/corpus.jsonl.gz"))
    if corpora:
        folders = [corpus.parent for corpus in corpora if corpus.parent.name not in CODE]
        texts = [text for folder in folders for text in load_texts(folder)]
    else:
        files = sorted([*samples.rglob("*.md"), *samples.rglob("*.txt")])
        texts = [Text(file.name, "", file.read_text("utf-8", "replace")) for file in files]
    return [text for text in texts if len(text.body) >= _LEAST_BODY]


def write_folder(folder: Path, prose: Sequence[Text], plan: Plan) -> int:
    """Write Markdown files into a new folder; return their bytes."""
    chance = random.Random(plan.seed)
    total = 0
    for number in range(plan.files):
        spread = chance.random()
        size = round(plan.least_bytes * (plan.most_bytes / plan.least_bytes) ** spread)
        path = folder / f"{number // _FILES_IN_A_FOLDER:03}" / f"note-{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        total += path.write_bytes(_note(prose, size, chance, plan.swapped).encode())
    return total


def _note(prose: Sequence[Text], size: int, chance: random.Random, swapped: float) -> str:
    """Return a note of `size` bytes; its last line may be cut."""
    parts = [f"# {_heading(prose, chance)}"]
    room = size - len(parts[0].encode())
    while room > 0:
        for part in _section(prose, chance, swapped):
            parts.append(part)
            room -= len(part.encode()) + 2
    return "\n\n".join(parts).encode()[: size - 1].decode(errors="ignore") + "\n"


def _section(prose: Sequence[Text], chance: random.Random, swapped: float) -> Iterator[str]:
    """Yield, now and then, a heading; a paragraph; a line of things that occur once."""
    if chance.random() < 0.2:
        yield f"## {_heading(prose, chance)}"
    paragraph = _paragraph(_sentences(chance.choice(prose)), chance)
    yield _swap(paragraph, prose, chance, swapped) if swapped else paragraph
    day = f"20{chance.randrange(10, 27)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    number = f"{chance.randrange(10**9)}"
    link = f"https://example.org/{chance.randrange(16**8):08x}"
    yield f"- {day} · {number} · {chance.randrange(16**10):010x} · {link}"


def _heading(prose: Sequence[Text], chance: random.Random) -> str:
    sentence = chance.choice(_sentences(chance.choice(prose)))
    return shorten(sentence, 60, placeholder="") or "Notes"


def _paragraph(sentences: Sequence[str], chance: random.Random) -> str:
    """Return neighbouring sentences: 250 to 900 characters, less at the end of a document."""
    length = chance.randrange(250, 900)
    taken = ""
    for sentence in sentences[chance.randrange(len(sentences)) :]:
        taken = f"{taken} {sentence}".strip()
        if len(taken) >= length:
            break
    return taken


def _swap(paragraph: str, prose: Sequence[Text], chance: random.Random, share: float) -> str:
    """Replace a share of the words by words of one other document."""
    words, others = paragraph.split(" "), chance.choice(prose).body.split()
    for place in chance.sample(range(len(words)), round(share * len(words))):
        words[place] = chance.choice(others)
    return " ".join(words)


def _sentences(text: Text) -> list[str]:
    return _SENTENCE_END.split(text.body)
