"""What all tests share: one index of the samples for a whole run, however many processes run it."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from hypothesis import settings

from tests.processes import thimble

SAMPLES = Path(__file__).parent.parent / "samples"

settings.register_profile("thimble", deadline=None)  # a busy machine is no failure
settings.load_profile("thimble")


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An index of the sample documents, to read. Whichever process needs it first makes it.

    Its cache has room for them all, so the transformer embeds each passage once for all tests; a
    search scores with the values of the cache in any case.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "samples-home"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            for argv in (["config", "set", "cache_percent", "100"], ["add", str(SAMPLES)]):
                done = thimble(home, *argv)
                assert done.returncode == 0, done.stderr
    return home
