from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.fakes import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)
