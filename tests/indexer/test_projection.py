from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer import Embedder, Model, ModelError, load_quantiser


def excerpts() -> list[str]:
    """Return what documents begin with."""
    return [f"{one} and {other} in the year {one * 7}" for one in range(20) for other in range(15)]


def test_a_model_without_a_projection_gets_one_once(model_folder: Path, tmp_path: Path) -> None:
    shipped = load_quantiser(Embedder(Model.load(model_folder)), tmp_path)
    (model_folder / "projection.npz").unlink()
    cache = tmp_path / "cache"
    fitted = load_quantiser(Embedder(Model.load(model_folder)), cache, excerpts)
    again = load_quantiser(Embedder(Model.load(model_folder)), cache, lambda: ["of later"] * 300)
    assert fitted.digest == again.digest
    assert len(list(cache.iterdir())) == 1
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o600}
    assert fitted.dims == shipped.dims


def test_a_projection_is_fitted_to_the_documents_or_else_to_words(
    model_folder: Path, tmp_path: Path
) -> None:
    (model_folder / "projection.npz").unlink()
    embedder = Embedder(Model.load(model_folder))
    to_documents = load_quantiser(embedder, tmp_path / "1", excerpts)
    assert to_documents.digest == load_quantiser(embedder, tmp_path / "2", excerpts).digest
    to_words = load_quantiser(embedder, tmp_path / "3", lambda: excerpts()[:20])
    assert to_documents.digest != to_words.digest
    assert to_words.digest == load_quantiser(embedder, tmp_path / "4").digest


def test_a_projection_is_not_kept_before_there_are_documents(
    model_folder: Path, tmp_path: Path
) -> None:
    (model_folder / "projection.npz").unlink()
    load_quantiser(Embedder(Model.load(model_folder)), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_of_two_processes_that_fit_a_projection_both_use_the_first(
    model_folder: Path, tmp_path: Path
) -> None:
    (model_folder / "projection.npz").unlink()
    embedder, others = Embedder(Model.load(model_folder)), []

    def slowly() -> list[str]:
        others.append(load_quantiser(embedder, tmp_path / "cache", lambda: excerpts()[::-2]))
        return excerpts()

    assert load_quantiser(embedder, tmp_path / "cache", slowly).digest == others[0].digest
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_broken_projection_is_named(model_folder: Path, tmp_path: Path) -> None:
    (model_folder / "projection.npz").write_bytes(b"broken")
    with pytest.raises(ModelError, match=r"projection\.npz"):
        load_quantiser(Embedder(Model.load(model_folder)), tmp_path)


@pytest.mark.parametrize(("dims", "code_bytes"), [(256, 32), (248, 24)])
def test_a_model_of_many_dimensions_gets_longer_codes(
    model_folder: Path, tmp_path: Path, dims: int, code_bytes: int
) -> None:
    (model_folder / "projection.npz").unlink()
    model = replace(Model.load(model_folder), dims=dims, output_dims=256)
    assert load_quantiser(Embedder(model), tmp_path, excerpts).code_bytes == code_bytes
