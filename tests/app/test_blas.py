from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.engine.blas import keep_to_one_thread

INDEX = """
import os, sys
from app.cli.main import main
main(["index", "--quiet"])
sys.exit("numpy" not in sys.modules or os.environ.get("OPENBLAS_NUM_THREADS") != "1")
"""


def test_who_sets_the_threads_of_blas_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    keep_to_one_thread()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"


def test_an_index_run_has_one_thread_of_blas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_HOME", str(tmp_path))
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert subprocess.run([sys.executable, "-c", INDEX], check=False).returncode == 0
