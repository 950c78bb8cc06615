"""Distils the rank model: the teacher's first layers, and a few that stand for all the others.

All layers are narrowed first. The early ones then stay as they are, so only what follows them is
computed and trained here, from their tokens. Every token of the teacher's last layer is a target
(as in TinyBERT, Jiao et al., 2020), and so are the similarities with a large sample of its
embeddings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from .encoder import Layers, pool
from .examples import Examples
from .graphs import Weights, one_layer
from .log import Log
from .teacher import HEADS, Tokens

EARLY = 2
"""Layers that are not trained."""
_CHOSEN = (0, 1, 4, 5)
"""Layers of the teacher that the student starts from."""
WIDTH = 1024
"""Neurons between the two linear maps of a layer; the teacher has 1,536."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    steps: int = 12_000
    tokens: int = 1024
    """Most tokens a step, padding included."""
    rate: float = 2e-4
    warm_up: int = 20
    bank: int = 2048
    """Embeddings of the teacher that each text is compared with."""
    temperature: float = 0.05
    token_weight: float = 1.0
    similarity_weight: float = 0.5
    pair_weight: float = 0.1
    """Share of the known right passage in the similarities that a query should have."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts as the early layers and the last layer of the teacher see them."""

    texts: NDArray[np.int64]
    early: Tensor
    last: Tensor
    mask: Tensor


def train(
    layers: Layers,
    shards: Sequence[Tokens],
    taught: NDArray[np.float16],
    settings: Settings,
    partners: NDArray[np.int64],
    device: str,
    checkpoint: Path,
) -> None:
    """Train `layers` in place.

    Args:
        layers: the student's later layers.
        shards: what the teacher's tokens are.
        taught: the teacher's embeddings of all texts, of which the shards hold the first.
        settings: how.
        partners: for each text of the shards one that belongs to it, or -1.
        device: of torch.
        checkpoint: file that the weights are kept in now and then.
    """
    torch.manual_seed(settings.seed)
    targets = torch.tensor(taught, dtype=torch.float32, device=device)
    layers.to(device).train()
    optimiser = torch.optim.AdamW(layers.parameters(), lr=settings.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: _pace(n, settings))
    chance = np.random.default_rng(settings.seed)
    log = Log()
    batches = islice(_batches(shards, settings, device), settings.steps)
    for step, batch in enumerate(batches, start=1):
        chosen = chance.choice(len(targets), min(settings.bank, len(targets)), replace=False)
        losses = _losses(layers, batch, targets, chosen, partners, settings)
        optimiser.zero_grad()
        losses.sum().backward()
        torch.nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if log.add(step, losses):
            torch.save(layers.state_dict(), checkpoint)


def start(checkpoint: Weights) -> dict[str, NDArray[np.float32]]:
    """Return the student before it is narrowed: some of the teacher's layers."""
    made = {name: array for name, array in checkpoint.items() if name.startswith("embeddings.")}
    for number, chosen in enumerate(_CHOSEN):
        layer = one_layer(checkpoint, chosen)
        made |= {f"encoder.layer.{number}.{name}": array for name, array in layer.items()}
    return made


def early(student: Weights) -> dict[str, NDArray[np.float32]]:
    """Return the student without the layers that are trained."""
    later = tuple(f"encoder.layer.{number}." for number in range(EARLY, len(_CHOSEN)))
    return {name: array for name, array in student.items() if not name.startswith(later)}


def later(student: Weights) -> Layers:
    """Return the layers that are trained."""
    return Layers(student, range(EARLY, len(_CHOSEN)), HEADS)


def partners(examples: Examples, count: int) -> NDArray[np.int64]:
    """Return for each of the first `count` texts its passage if it is a query, or -1."""
    found = np.full(count, -1)
    for query, passage in zip(examples.queries, examples.passages, strict=True):
        if max(query, passage) < count:
            found[query] = passage
    return found


def _losses(
    layers: Layers,
    batch: Batch,
    targets: Tensor,
    chosen: NDArray[np.int64],
    partners: NDArray[np.int64],
    settings: Settings,
) -> Tensor:
    """Return the losses of tokens, embeddings and similarities, weighted."""
    hidden = layers(batch.early, batch.mask)
    off = ((hidden - batch.last) ** 2).mean(dim=-1)
    tokens = (off * batch.mask).sum() / batch.mask.sum()
    embedded, right = pool(hidden, batch.mask), targets[batch.texts]
    cosine = 1 - (embedded * right).sum(dim=-1).mean()
    similarity = _similarity_loss(embedded, right, targets, batch.texts, chosen, partners, settings)
    return torch.stack(
        [settings.token_weight * tokens, cosine, settings.similarity_weight * similarity]
    )


def _similarity_loss(
    embedded: Tensor,
    right: Tensor,
    targets: Tensor,
    texts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    partners: NDArray[np.int64],
    settings: Settings,
) -> Tensor:
    """Return the divergence from the teacher's similarities with its sample and the partners."""
    others = partners[texts]
    paired = np.flatnonzero(others >= 0)
    bank = targets[np.concatenate([chosen, others[paired]])]
    wanted = functional.softmax(right @ bank.T / settings.temperature, dim=-1)
    known = torch.zeros_like(wanted)
    known[paired, len(chosen) + np.arange(len(paired))] = settings.pair_weight
    wanted = wanted * (1 - known.sum(dim=-1, keepdim=True)) + known
    given = functional.log_softmax(embedded @ bank.T / settings.temperature, dim=-1)
    return functional.kl_div(given, wanted, reduction="batchmean")


def _pace(step: int, settings: Settings) -> float:
    """Return the share of the rate: a line up, then half a cosine down."""
    if step < settings.warm_up:
        return (step + 1) / settings.warm_up
    done = (step - settings.warm_up) / max(1, settings.steps - settings.warm_up)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _batches(shards: Sequence[Tokens], settings: Settings, device: str) -> Iterator[Batch]:
    """Yield batches without end: texts of like length, of one shard, in random order."""
    chance = np.random.default_rng(settings.seed)
    sizes = [np.diff(shard.ends, prepend=0) for shard in shards]
    firsts = np.cumsum([0, *(len(size) for size in sizes)])
    while True:
        plan = [
            (number, places)
            for number, size in enumerate(sizes)
            for places in _groups(size, settings.tokens)
        ]
        for turn in chance.permutation(len(plan)):
            number, places = plan[turn]
            yield _batch(shards[number], places, int(firsts[number]), device)


def _groups(sizes: NDArray[np.int64], tokens: int) -> Iterator[NDArray[np.int64]]:
    group: list[int] = []
    for place in np.argsort(sizes, kind="stable"):
        if group and (len(group) + 1) * sizes[place] > tokens:
            yield np.array(group)
            group = []
        group.append(int(place))
    yield np.array(group)


def _batch(shard: Tokens, places: NDArray[np.int64], first: int, device: str) -> Batch:
    spans = [shard.of(int(place)) for place in places]
    longest = max(span.stop - span.start for span in spans)
    shape = (len(places), longest, shard.early.shape[1])
    early, last = torch.zeros(shape), torch.zeros(shape)
    mask = torch.zeros(shape[:2], dtype=torch.bool)
    for row, span in enumerate(spans):
        size = span.stop - span.start
        early[row, :size] = torch.from_numpy(shard.early[span].astype(np.float32))
        last[row, :size] = torch.from_numpy(shard.last[span].astype(np.float32))
        mask[row, :size] = True
    return Batch(places + first, early.to(device), last.to(device), mask.to(device))
