"""Packed blobs carry a checksum, so that damage is found before it is believed."""

from __future__ import annotations

import zlib

from .errors import StoreDamaged

_CHECKSUM_BYTES = 4


def seal(payload: bytes) -> bytes:
    """Put the CRC-32 of `payload` before it."""
    return zlib.crc32(payload).to_bytes(_CHECKSUM_BYTES, "little") + payload


def unseal(blob: bytes, what: str) -> bytes:
    """Return the payload of a sealed blob. Raises StoreDamaged naming `what`."""
    payload = blob[_CHECKSUM_BYTES:]
    if len(blob) < _CHECKSUM_BYTES or zlib.crc32(payload).to_bytes(4, "little") != blob[:4]:
        raise StoreDamaged(f"{what} in the index is damaged (checksum mismatch)")
    return payload
