"""How often the faults happen: a few times in the everyday suite, many times in `make faults`."""

from __future__ import annotations

from typing import Any

import pytest


def rounds(everyday: int, all_: int) -> list[Any]:
    """Return the seeds of a test that runs them in one go, for parametrisation."""
    return [
        pytest.param(range(everyday), id="everyday"),
        pytest.param(range(everyday, all_), id="all", marks=pytest.mark.faults),
    ]
