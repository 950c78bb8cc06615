from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import thimble

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample documents, to read.

    Its cache has room for them all, so the transformer embeds each passage once for all tests; a
    search scores with the values of the cache in any case.
    """
    home = tmp_path_factory.mktemp("samples-home")
    for argv in (["config", "set", "cache_percent", "100"], ["add", str(SAMPLES)]):
        done = thimble(home, *argv)
        assert done.returncode == 0, done.stderr
    return home
