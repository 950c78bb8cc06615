"""Nightly: does a pressure gauge measure the weather instead of the water?

A vented sensor with a blocked tube shows the change of the air pressure added to the level.
One hectopascal is 1.02 cm of water. We compare hourly changes, since levels themselves drift
for honest reasons. Written after Roosdonk, September 2025.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

CM_PER_HPA = 1.02
ALARM = 0.6


def changes(values: Sequence[float]) -> list[float]:
    """Differences between neighbours."""
    return [b - a for a, b in pairwise(values)]


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Pearson's r of two equally long series; 0.0 if one of them never moves."""
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    sxy = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    sxx = sum((x - mean_x) ** 2 for x in xs)
    syy = sum((y - mean_y) ** 2 for y in ys)
    return sxy / sqrt(sxx * syy) if sxx and syy else 0.0


def is_blocked(levels_cm: Sequence[float], air_hpa: Sequence[float]) -> bool:
    """True if at least 48 hourly levels follow the barometer too faithfully."""
    if len(levels_cm) < 48:
        return False
    air_cm = [p * CM_PER_HPA for p in air_hpa]
    return abs(correlation(changes(levels_cm), changes(air_cm))) > ALARM
