"""Trains the index model: a table of tokens whose sum, at unit length, is the embedding.

Three losses are added: the right passage against all others of a large batch, in both directions
(InfoNCE, van den Oord et al., 2018); the same with passages as the codes an index keeps of them;
and the divergence from the teacher's similarities among texts it has seen (soft labels, as in
Hinton et al., 2015), which is what carries over to subjects that no pair is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from store import Quantiser

from .examples import Examples
from .graphs import REPEATED
from .log import Log

_EXPECTED = math.sqrt(2 / math.pi)
_REFIT_STEPS = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    steps: int = 220
    pairs: int = 1024
    """Pairs a step."""
    texts: int = 512
    """Texts a step whose similarities the teacher says."""
    rate: float = 4e-4
    warm_up: int = 10
    temperature: float = 0.05
    teacher_temperature: float = 0.05
    code_weight: float = 0.3
    teacher_weight: float = 2.0
    share: float = 0.25
    """Of what training changed that is kept: some is only about the sources trained on."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Bags:
    """Token ids of texts, one after the other."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    """Where each text starts, and at last where all end."""
    weights: NDArray[np.float32]
    """Of each token: less, the more often its text repeats it."""

    @classmethod
    def of(cls, tokenizer: Tokenizer, texts: Sequence[str]) -> Bags:
        """Tokenise texts."""
        tokenizer.no_truncation()
        ids = [np.array(one.ids) for one in tokenizer.encode_batch_fast(list(texts))]
        starts = np.cumsum([0, *map(len, ids)])
        return cls(np.concatenate(ids), starts, _weights(np.concatenate(ids), starts))

    def take(self, texts: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Return ids, starts and weights of some texts, as EmbeddingBag takes them."""
        spans = [slice(self.starts[text], self.starts[text + 1]) for text in texts]
        starts = np.cumsum([0, *(span.stop - span.start for span in spans)])[:-1]
        ids, weights = (
            torch.from_numpy(np.concatenate([array[span] for span in spans]))
            for array in (self.ids, self.weights)
        )
        return ids, torch.from_numpy(starts), weights


def train(
    table: NDArray[np.float32],
    bags: Bags,
    examples: Examples,
    taught: NDArray[np.float16],
    settings: Settings,
    device: str,
) -> NDArray[np.float32]:
    """Return the trained table, shape (tokens, dims), averaged with where it started.

    Averaging keeps what the start knew of other subjects (Wortsman et al., WiSE-FT, 2022).

    Args:
        table: where to start.
        bags: tokens of all texts of `examples`.
        examples: the pairs.
        taught: the teacher's embeddings of the first so many texts.
        settings: how.
        device: of torch.
    """
    torch.manual_seed(settings.seed)
    model = nn.EmbeddingBag.from_pretrained(torch.tensor(table), freeze=False, mode="sum")
    model.to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: _pace(n, settings))
    chance = np.random.default_rng(settings.seed)
    log = Log()
    quantiser = None
    for step, places in enumerate(_batches(examples, settings, chance), start=1):
        queries, passages = (
            _embed(model, bags, np.array(side)[places], device)
            for side in (examples.queries, examples.passages)
        )
        if quantiser is None or step % _REFIT_STEPS == 0:
            quantiser = Quantiser.fit(passages.detach().cpu().numpy())
        same = _same(examples, places, device)
        some = chance.choice(len(taught), min(settings.texts, len(taught)), replace=False)
        seen = _embed(model, bags, some, device)
        losses = torch.stack(
            [
                _pairs_loss(queries @ passages.T, same, settings),
                _code_loss(queries, passages, quantiser, same, settings),
                _teacher_loss(seen, taught[some], settings),
            ]
        ) * torch.tensor([1, settings.code_weight, settings.teacher_weight], device=device)
        optimiser.zero_grad()
        losses.sum().backward()
        optimiser.step()
        schedule.step()
        log.add(step, losses)
    trained = model.weight.detach().cpu().numpy()
    return np.asarray(table + settings.share * (trained - table), dtype=np.float32)


def embed(table: NDArray[np.float32], bags: Bags, texts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the embeddings of some texts, shape (n, dims), unit length."""
    model = nn.EmbeddingBag.from_pretrained(torch.tensor(table), mode="sum")
    return np.asarray(_embed(model, bags, texts, "cpu").numpy(), dtype=np.float32)


def start(
    table: NDArray[np.float32], known: Tokenizer, tokenizer: Tokenizer
) -> NDArray[np.float32]:
    """Return rows for the tokens of `tokenizer` that add up to what `table` gives for them.

    Args:
        table: rows of the tokens of `known`.
        known: the tokenizer that the table was made for.
        tokenizer: another one, with more whole words.
    """
    ids = known.get_vocab()
    rows = np.zeros((tokenizer.get_vocab_size(), table.shape[1]), np.float32)
    for token, number in tokenizer.get_vocab().items():
        pieces = [ids[token]] if token in ids else known.encode(token, add_special_tokens=False).ids
        rows[number] = table[pieces].sum(axis=0)
    return rows


def _embed(model: nn.EmbeddingBag, bags: Bags, texts: NDArray[np.int64], device: str) -> Tensor:
    ids, starts, weights = (array.to(device) for array in bags.take(texts))
    return functional.normalize(model(ids, starts, per_sample_weights=weights), dim=-1)


def _weights(ids: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the number of times that a token is in its text, to the power that the graph uses."""
    texts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keys = texts * (int(ids.max(initial=0)) + 1) + ids
    _, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[places] ** -REPEATED, dtype=np.float32)


def _same(examples: Examples, places: NDArray[np.int64], device: str) -> Tensor:
    """Return where another pair has the same passage or query: no wrong answers."""
    equal = np.zeros((len(places), len(places)), dtype=bool)
    for side in (examples.queries, examples.passages):
        own = np.array(side)[places]
        equal |= own[:, None] == own
    np.fill_diagonal(equal, val=False)
    return torch.from_numpy(equal).to(device)


def _pairs_loss(similarity: Tensor, same: Tensor, settings: Settings) -> Tensor:
    scores = (similarity / settings.temperature).masked_fill(same, -1e4)
    right = torch.arange(len(scores), device=scores.device)
    there = functional.cross_entropy(scores, right)
    return (there + functional.cross_entropy(scores.T, right)) / 2


def _code_loss(
    queries: Tensor, passages: Tensor, quantiser: Quantiser, same: Tensor, settings: Settings
) -> Tensor:
    """Compare queries with the codes of passages; the sign passes gradients straight through."""
    mean, rotation, scale = (
        torch.from_numpy(array).to(queries.device)
        for array in (quantiser.mean, quantiser.rotation, quantiser.scale)
    )
    places = (passages - mean) @ rotation / scale
    signs = places.clamp(-1, 1)
    signs = signs + (places.sign() - signs).detach()
    decoded = signs * (scale * _EXPECTED) + mean @ rotation
    return _pairs_loss(queries @ rotation @ decoded.T, same, settings)


def _teacher_loss(embedded: Tensor, taught: NDArray[np.float16], settings: Settings) -> Tensor:
    targets = torch.from_numpy(taught.astype(np.float32)).to(embedded.device)
    itself = torch.eye(len(targets), dtype=torch.bool, device=embedded.device)
    wanted = (targets @ targets.T / settings.teacher_temperature).masked_fill(itself, -1e4)
    given = (embedded @ embedded.T / settings.teacher_temperature).masked_fill(itself, -1e4)
    return functional.kl_div(
        functional.log_softmax(given, dim=-1),
        functional.softmax(wanted, dim=-1),
        reduction="batchmean",
    )


def _batches(
    examples: Examples, settings: Settings, chance: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield the places of `settings.pairs` pairs, `settings.steps` times."""
    count, left = len(examples.queries), settings.steps
    size = min(settings.pairs, count)
    while left:
        order = chance.permutation(count)
        for first in range(0, count - size + 1, size):
            if not left:
                return
            left -= 1
            yield order[first : first + size]


def _pace(step: int, settings: Settings) -> float:
    if step < settings.warm_up:
        return (step + 1) / settings.warm_up
    done = (step - settings.warm_up) / max(1, settings.steps - settings.warm_up)
    return 1 - 0.95 * min(1.0, done)
