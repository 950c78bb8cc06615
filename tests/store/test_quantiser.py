from __future__ import annotations

import numpy as np
import pytest

from store import Quantiser
from store.vectors.quantiser import CODE_DIMS, estimate
from tests.store.fakes import DIMS, QUANTISER, embed

CHUNKS = embed([f"{a} {b} {c}" for a in "abcdef" for b in "ghijkl" for c in "mnopqr"])


def test_a_code_takes_24_bytes() -> None:
    assert QUANTISER.encode(CHUNKS).shape == (len(CHUNKS), QUANTISER.code_bytes) == (216, 24)


def test_codes_keep_the_nearest_chunks_near() -> None:
    codes = np.ascontiguousarray(QUANTISER.encode(CHUNKS).T)
    kept = []
    for query in CHUNKS[::7]:
        nearest = np.argsort(-(CHUNKS @ query))[:3]
        estimated = np.argsort(-estimate(codes, QUANTISER.tables(query)))[:32]
        kept.append(np.isin(nearest, estimated).mean())
    assert np.mean(kept) > 0.9


def test_fitting_brings_embeddings_nearer_to_the_signs_that_stand_for_them() -> None:
    chance = np.random.default_rng(0)
    random, _ = np.linalg.qr(chance.standard_normal((CODE_DIMS, CODE_DIMS)))
    vectors = chance.standard_normal((2000, 256)).astype(np.float32) ** 3
    fitted = Quantiser.fit(vectors, turns=10)
    places = (vectors - fitted.mean) @ fitted.rotation
    assert np.abs(places).mean() > 1.02 * np.abs(places @ random).mean()
    assert np.allclose(fitted.rotation.T @ fitted.rotation, np.eye(CODE_DIMS), atol=1e-4)


def test_a_quantiser_survives_its_file() -> None:
    copy = Quantiser.from_bytes(QUANTISER.to_bytes())
    again = Quantiser.from_bytes(copy.to_bytes())
    assert copy.dims == DIMS
    assert copy.digest == again.digest
    assert (copy.encode(CHUNKS) == again.encode(CHUNKS)).all()


def test_fewer_dimensions_than_the_code_has_are_enough() -> None:
    small = CHUNKS[:, :8].copy()
    quantiser = Quantiser.fit(small)
    codes = np.ascontiguousarray(quantiser.encode(small).T)
    scores = estimate(codes, quantiser.tables(small[5]))
    assert 5 in np.argsort(-scores)[:10]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"\x00" * 100])
def test_what_is_no_projection_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="projection"):
        Quantiser.from_bytes(data)
