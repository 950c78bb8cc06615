"""What the models are trained on: pairs of texts, and every text once, cut to some tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer

from .corpus import Corpus, sample, sentences, title_pairs

_EACH_TITLE = 3


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs of places in `texts`."""

    texts: tuple[str, ...]
    queries: tuple[int, ...]
    passages: tuple[int, ...]
    kinds: tuple[str, ...]


def make(corpus: Corpus, cutter: Tokenizer, most_passages: int, seed: int) -> Examples:
    """Pair queries and headings with passages, and sentences with the passage they follow.

    Args:
        corpus: training text, without what tests and development tasks hold.
        cutter: a tokenizer with truncation; passages are cut where it stops, so that teacher and
            student see the same text.
        most_passages: passages used beside those of the pairs, no source above its fair share.
        seed: of every random choice.
    """
    each = max(1, 2 * most_passages // max(1, len({p.source for p in corpus.passages})))
    passages = sample(corpus.passages, most_passages, each, seed)
    pairs = [*corpus.pairs, *title_pairs(passages, _EACH_TITLE)]
    whole = [*dict.fromkeys([*(pair.passage for pair in pairs), *(p.text for p in passages)])]
    ends = [_end(encoding) for encoding in cutter.encode_batch(whole)]
    cut = {text: text[:end] for text, end in zip(whole, ends, strict=True)}
    rows = [(pair.query, cut[pair.passage], pair.kind) for pair in pairs]
    rows += [
        (sentence, cut[text], "sentence")
        for text, sentence in _following(whole, cut, random.Random(seed))
    ]
    random.Random(seed).shuffle(rows)
    place: dict[str, int] = {}
    for query, passage, _ in rows:
        place.setdefault(query, len(place))
        place.setdefault(passage, len(place))
    return Examples(
        tuple(place),
        tuple(place[query] for query, _, _ in rows),
        tuple(place[passage] for _, passage, _ in rows),
        tuple(kind for _, _, kind in rows),
    )


def _following(
    whole: Sequence[str], cut: dict[str, str], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield texts with a sentence that stands after the part of them that is kept."""
    for text in whole:
        later = sentences(text[len(cut[text]) :])[1:]
        if later:
            yield text, chance.choice(later)


def _end(encoding: Encoding) -> int:
    """Return where the last token that was kept ends; encode_batch_fast would not say."""
    return int(max((end for _, end in encoding.offsets), default=0))
