"""Retrieval sets on disk: loading them, and writing their documents as files of a folder.

A set is a folder with `corpus.jsonl.gz` (`{"id", "title", "text"}` a line), `queries.jsonl`
(`{"id", "text"}`) and `qrels.tsv` (query, document, grade).
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

CODE = frozenset({"cosqa_dev"})
"""Sets whose documents are Python functions."""

Qrels = dict[str, dict[str, int]]
"""Query id → document id → grade, grades above 0 only."""


@dataclass(frozen=True, slots=True)
class Text:
    """One document of a set."""

    id: str
    title: str
    body: str

    @property
    def whole(self) -> str:
        """Title, blank line, body; what a rival indexes and what a file holds."""
        return "\n\n".join(part for part in (self.title, self.body) if part)


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """A retrieval set; every query has a relevant document."""

    name: str
    texts: tuple[Text, ...]
    queries: dict[str, str]
    """Query id → text, in file order."""
    qrels: Qrels


def load(folder: Path, most_queries: int) -> RetrievalSet:
    """Read a set with its first `most_queries` queries, less those without relevant documents."""
    qrels = _load_qrels(folder / "qrels.tsv")
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    queries = {str(query["id"]): str(query["text"]) for query in map(json.loads, lines)}
    first = list(queries)[:most_queries]
    return RetrievalSet(
        folder.name,
        tuple(load_texts(folder)),
        {key: queries[key] for key in first if key in qrels},
        qrels,
    )


def load_texts(folder: Path) -> list[Text]:
    """Read the documents of a set that are not empty."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = (Text(str(row["id"]), row["title"].strip(), row["text"].strip()) for row in rows)
    return [text for text in texts if text.whole]


def write_files(documents: RetrievalSet, folder: Path) -> None:
    """Write each document as one file, named by its id so that `document_id` finds it again."""
    folder.mkdir(parents=True)
    suffix = ".py" if documents.name in CODE else ".txt"
    for text in documents.texts:
        path = folder / f"{quote(text.id, safe='')}{suffix}"
        path.write_text(text.whole + "\n", "utf-8", newline="\n")


def document_id(path: str) -> str:
    """Return the id of the document that `write_files` put at `path`."""
    return unquote(Path(path).stem)


def _load_qrels(path: Path) -> Qrels:
    qrels: Qrels = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            qrels[query][document] = int(grade)
    return dict(qrels)
