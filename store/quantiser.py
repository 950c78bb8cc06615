"""Embeddings to codes: a rotated principal-component projection at two bits a dimension.

Distances are asymmetric: the query stays float, only chunks are quantised, which estimates
better than comparing codes with codes at the same size (Jégou et al., "Product Quantization for
Nearest Neighbor Search", 2011, §III). The levels are Lloyd–Max for a normal distribution; the
rotation spreads variance evenly so that a fixed number of bits a dimension is fair.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from .types import Vectors

CODE_DIMS = 96
_PER_BYTE = 4
CODE_BYTES = CODE_DIMS // _PER_BYTE
_BOUNDARY = 0.9816
_LEVELS = np.array([-1.5104, -0.4528, 0.4528, 1.5104], dtype=np.float32)

Codes = NDArray[np.uint8]
"""Codes, uint8, shape (n, CODE_BYTES)."""


@dataclass(frozen=True)
class Quantiser:
    """A projection and the codes it gives."""

    mean: NDArray[np.float32]
    """Shape (dims,)."""
    rotation: NDArray[np.float32]
    """Shape (dims, CODE_DIMS), orthonormal columns."""
    scale: NDArray[np.float32]
    """Standard deviation of each projected dimension, shape (CODE_DIMS,)."""

    @property
    def dims(self) -> int:
        """Dimensions of the embeddings this quantiser takes."""
        return int(self.mean.size)

    @classmethod
    def fit(cls, vectors: Vectors, seed: int = 0) -> Quantiser:
        """Fit to a sample of embeddings, shape (n, dims) with n >= 1."""
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, axes = np.linalg.eigh(centred.T @ centred)
        principal = axes[:, ::-1][:, :CODE_DIMS]
        kept = principal.shape[1]
        random = np.random.default_rng(seed).standard_normal((kept, kept))
        spin, _ = np.linalg.qr(random)
        rotation = np.zeros((vectors.shape[1], CODE_DIMS), dtype=np.float32)
        rotation[:, :kept] = principal @ spin
        scale = np.maximum((centred @ rotation).std(axis=0), 1e-6)
        return cls(mean.astype(np.float32), rotation, scale.astype(np.float32))

    def encode(self, vectors: Vectors) -> Codes:
        """Return the codes of embeddings, shape (n, CODE_BYTES)."""
        projected = ((vectors - self.mean) @ self.rotation) / self.scale
        levels = (projected > -_BOUNDARY).astype(np.uint8)
        levels += projected > 0
        levels += projected > _BOUNDARY
        quads = levels.reshape(-1, CODE_BYTES, _PER_BYTE)
        return np.asarray(quads @ np.array([1, 4, 16, 64], dtype=np.uint8), dtype=np.uint8)

    def tables(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what each byte value adds to the similarity with `query`, (CODE_BYTES, 256)."""
        weights = (query @ self.rotation) * self.scale
        quads = weights.reshape(CODE_BYTES, 1, _PER_BYTE)
        tables = (quads * self._byte_levels[None]).sum(axis=2)
        tables[0] += query @ self.mean
        return np.ascontiguousarray(tables, dtype=np.float32)

    @cached_property
    def _byte_levels(self) -> NDArray[np.float32]:
        """The four levels that each byte value stands for, shape (256, 4)."""
        values = np.arange(256)[:, None] >> np.array([0, 2, 4, 6])
        return np.asarray(_LEVELS[values & 3], dtype=np.float32)

    @property
    def digest(self) -> str:
        """Short digest of the projection; equal ones give equal codes."""
        return blake2b(self.rotation.tobytes() + self.mean.tobytes(), digest_size=8).hexdigest()

    def to_bytes(self) -> bytes:
        """Serialise as float16, about 2 * dims * CODE_DIMS bytes."""
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
        if packed.ndim != 2 or packed.shape[1] != CODE_DIMS + 1 or scale.shape != (CODE_DIMS,):
            raise ValueError(f"a code projection of shape {packed.shape} does not fit")
        return cls(packed[:, 0].copy(), np.ascontiguousarray(packed[:, 1:]), scale)


def estimate(codes_by_byte: Codes, tables: NDArray[np.float32]) -> NDArray[np.float32]:
    """Estimate similarities of one query with many chunks.

    Args:
        codes_by_byte: codes transposed to (CODE_BYTES, n), so that each look-up is sequential.
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
