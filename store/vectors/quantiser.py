"""Embeddings to codes: one sign bit for each of 192 or more rotated principal components.

Distances are asymmetric: the query stays float, only chunks are quantised, which estimates
better than comparing codes with codes at the same size (Jégou et al., "Product Quantization for
Nearest Neighbor Search", 2011, §III). A random rotation spreads variance evenly, so that one bit
for each dimension is fair (Gao and Long, "RaBitQ", 2024); it may be turned to bring embeddings near
to the corners that signs stand for (Gong and Lazebnik, "Iterative Quantization", 2011). Many
dimensions at one bit keep more of the true neighbours than half as many at two;
docs/experiments.md has the figures.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from ..values.embeddings import Vectors
from ..values.errors import StoreError

CODE_DIMS = 192
"""Dimensions of a code that is meant to be small."""
_PER_BYTE = 8
_EXPECTED = math.sqrt(2 / math.pi)
"""Mean of the absolute value of a standard normal variable: what a sign bit says of it."""
_UNBIASED = math.sqrt(math.pi / 2)
"""Times the sign, it keeps the expected product of a place with itself."""

Codes = NDArray[np.uint8]
"""Codes, uint8, shape (n, code_bytes)."""


@dataclass(frozen=True)
class Quantiser:
    """A projection and the codes it gives."""

    mean: NDArray[np.float32]
    """Shape (dims,)."""
    rotation: NDArray[np.float32]
    """Shape (dims, code_dims), orthonormal columns."""
    scale: NDArray[np.float32]
    """Standard deviation of each projected dimension, shape (code_dims,)."""

    @property
    def dims(self) -> int:
        """Dimensions of the embeddings this quantiser takes."""
        return int(self.mean.size)

    @property
    def code_dims(self) -> int:
        """Dimensions that are projected to, of which a code has the signs."""
        return int(self.scale.size)

    @property
    def code_bytes(self) -> int:
        """Bytes of a code."""
        return self.code_dims // _PER_BYTE

    @classmethod
    def fit(
        cls, vectors: Vectors, seed: int = 0, *, code_dims: int = CODE_DIMS, turns: int = 0
    ) -> Quantiser:
        """Fit to a sample of embeddings, shape (n, dims) with n >= 1.

        The rotation is random, then turned so many times to bring them near to their signs.
        `code_dims` is a multiple of 8.
        """
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, axes = np.linalg.eigh(centred.T @ centred)
        principal = axes[:, ::-1][:, :code_dims]
        kept = principal.shape[1]
        rotation = np.zeros((vectors.shape[1], code_dims), dtype=np.float32)
        rotation[:, :kept] = principal @ _spin(centred @ principal, seed, turns)
        scale = np.maximum((centred @ rotation).std(axis=0), 1e-6)
        return cls(mean.astype(np.float32), rotation, scale.astype(np.float32))

    def encode(self, vectors: Vectors) -> Codes:
        """Return the codes of embeddings, shape (n, code_bytes)."""
        return np.packbits((vectors - self.mean) @ self.rotation > 0, axis=1, bitorder="little")

    def decode(self, codes: Codes) -> NDArray[np.float32]:
        """Return the projected embeddings that codes stand for, shape (n, code_dims)."""
        bits = np.unpackbits(np.ascontiguousarray(codes), axis=1, bitorder="little")
        signs = bits.astype(np.float32) * 2 - 1
        return np.asarray(signs * (self.scale * _UNBIASED) + self.centre)

    def project(self, vectors: Vectors) -> NDArray[np.float16]:
        """Return the projected embeddings, shape (n, code_dims), that `decode` approximates."""
        return np.asarray(vectors @ self.rotation, dtype=np.float16)

    @cached_property
    def centre(self) -> NDArray[np.float32]:
        """The projected mean, shape (code_dims,)."""
        return np.asarray(self.mean @ self.rotation)

    def tables(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what each byte value adds to the similarity with `query`, (code_bytes, 256)."""
        return self._tables(query @ self.rotation, float(query @ self.mean))

    def tables_of_place(self, place: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the same for a projected embedding, shape (code_dims,)."""
        return self._tables(place, float(place @ self.centre))

    def _tables(self, place: NDArray[np.float32], of_mean: float) -> NDArray[np.float32]:
        weights = place * self.scale * np.float32(_EXPECTED)
        tables = weights.reshape(self.code_bytes, _PER_BYTE) @ self._byte_signs
        tables[0] += of_mean
        return np.ascontiguousarray(tables, dtype=np.float32)

    @cached_property
    def _byte_signs(self) -> NDArray[np.float32]:
        """The eight signs that each byte value stands for, shape (8, 256)."""
        values = np.arange(256, dtype=np.uint8)[:, None]
        bits = np.unpackbits(values, axis=1, bitorder="little").astype(np.float32)
        return np.ascontiguousarray((bits * 2 - 1).T)

    @cached_property
    def digest(self) -> str:
        """Short digest of the projection; equal ones give equal codes."""
        return blake2b(self.rotation.tobytes() + self.mean.tobytes(), digest_size=8).hexdigest()

    def to_bytes(self) -> bytes:
        """Serialise as float16, about 2 * dims * code_dims bytes."""
        packed = np.concatenate([self.mean[:, None], self.rotation], axis=1)
        buffer = io.BytesIO()
        np.savez(buffer, packed=packed.astype(np.float16), scale=self.scale)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Quantiser:
        """Load what `to_bytes` made. Raises ValueError if it is something else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                packed = arrays["packed"].astype(np.float32)
                scale = arrays["scale"].astype(np.float32)
        except Exception as error:  # numpy, zipfile and zlib each raise their own
            raise ValueError(f"not a code projection: {error}") from error
        code_dims = scale.size
        if packed.ndim != 2 or packed.shape[1] != code_dims + 1 or scale.shape != (code_dims,):
            raise ValueError(f"a code projection of shape {packed.shape} does not fit")
        if not code_dims or code_dims % _PER_BYTE:
            raise ValueError(f"a code projection to {code_dims} dimensions does not fill bytes")
        return cls(packed[:, 0].copy(), np.ascontiguousarray(packed[:, 1:]), scale)


def estimate(codes_by_byte: Codes, tables: NDArray[np.float32]) -> NDArray[np.float32]:
    """Estimate similarities of one query with many chunks.

    Args:
        codes_by_byte: codes transposed to (code_bytes, n), so that each look-up is sequential.
        tables: the query's, from `Quantiser.tables`.

    Returns:
        Estimated dot products, shape (n,).
    """
    similarity = tables[0].take(codes_by_byte[0])
    part = np.empty_like(similarity)
    for table, column in zip(tables[1:], codes_by_byte[1:], strict=True):
        table.take(column, out=part, mode="clip")
        similarity += part
    return np.asarray(similarity, dtype=np.float32)


def _spin(places: NDArray[np.float32], seed: int, turns: int) -> NDArray[np.float32]:
    """Return a rotation that brings places near to the signs of their coordinates."""
    dims = places.shape[1]
    spin, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((dims, dims)))
    spin = spin.astype(np.float32)
    for _ in range(turns):
        left, _, right = np.linalg.svd(places.T @ np.sign(places @ spin))
        spin = left @ right
    return spin


def refuse_bad(vectors: Vectors, quantiser: Quantiser) -> None:
    """Raise StoreError if vectors cannot be a model's: they would spoil every later search."""
    if vectors.shape[1:] != (quantiser.dims,):
        raise StoreError(
            f"the model gives embeddings of shape {vectors.shape[1:]} where {quantiser.dims} "
            "dimensions are expected; nothing was written: check the setting index_model"
        )
    if not np.isfinite(vectors).all():
        raise StoreError(
            "the model gives embeddings that are not finite numbers; nothing was written: "
            "check the setting index_model"
        )
