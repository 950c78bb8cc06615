"""Packed blobs carry a checksum, so that damage is found before it is believed."""

from __future__ import annotations

import zlib

from ..values.errors import StoreDamaged

_CHECKSUM_BYTES = 4


def seal(payload: bytes, beside: bytes = b"") -> bytes:
    """Put a CRC-32 before `payload`, of it and of what is kept `beside` it."""
    return _checksum(payload, beside) + payload


def unseal(blob: bytes, what: str, beside: bytes = b"") -> bytes:
    """Return the payload of a sealed blob. Raises StoreDamaged naming `what`."""
    payload = blob[_CHECKSUM_BYTES:]
    if len(blob) < _CHECKSUM_BYTES or _checksum(payload, beside) != blob[:_CHECKSUM_BYTES]:
        raise StoreDamaged(f"{what} in the index is damaged (checksum mismatch)")
    return payload


def _checksum(payload: bytes, beside: bytes) -> bytes:
    return zlib.crc32(beside, zlib.crc32(payload)).to_bytes(_CHECKSUM_BYTES, "little")
