"""The few checks that have each been needed once. Run it: silence is good."""

from gapfill import fill
from rating import OutsideCurve, discharge
from units import cfs_to_m3s, runoff_mm


def refuses(level_m: float) -> bool:
    """True if the curve declines to guess a discharge."""
    try:
        discharge(level_m)
    except OutsideCurve:
        return True
    return False


def failures() -> list[str]:
    """Sentences that ought to be true and are not."""
    hole = [1.0, *[None] * 40, 3.0]
    claims = {
        "100 cfs is a small river of 2.83 m3/s": abs(cfs_to_m3s(100) - 2.8317) < 1e-4,
        "1 m3/s for a day from 86.4 km2 is a millimetre": abs(runoff_mm(1, 86.4, 24) - 1) < 1e-9,
        "4.12 m gives 39 m3/s with the meadow": abs(discharge(4.12) - 39) < 0.5,
        "the curve refuses 4.50 m": refuses(4.50),
        "the curve does not jump at 3.05 m": abs(discharge(3.05) - discharge(3.0501)) < 0.02,
        "one missing value becomes the mean of its neighbours": fill([1, None, 3]) == [1, 2, 3],
        "a missing tide remains missing": fill(hole) == hole,
    }
    return [claim for claim, holds in claims.items() if not holds]


if __name__ == "__main__":
    for claim in failures():
        print("not true:", claim)
