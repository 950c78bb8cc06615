"""Level to discharge at the Oude Brug, rating curve no. 9 (30 March 2026)."""

ZERO_M = 1.85  # level at which the river would stand still
LOWEST_M, BREAK_M, BANK_M, HIGHEST_M = 1.95, 3.05, 3.62, 4.20


class OutsideCurve(ValueError):
    """The level lies where nobody has ever measured."""


def discharge(level_m: float) -> float:
    """Return the discharge in m3/s for a level in m TAW.

    Above 3.62 m the left meadow carries water too, over the towpath, and its share is added.

    Raises:
        OutsideCurve: below 1.95 or above 4.20 m; extrapolate by hand and say so.
    """
    if not LOWEST_M <= level_m <= HIGHEST_M:
        raise OutsideCurve(f"{level_m:.2f} m is outside {LOWEST_M} to {HIGHEST_M} m")
    depth_m = level_m - ZERO_M
    if level_m <= BREAK_M:
        return float(9.8 * depth_m**1.62)
    channel = 10.05 * depth_m**1.48
    meadow = 14.0 * max(0.0, level_m - BANK_M) ** 1.5
    return float(channel + meadow)


def shifted(level_m: float, weed_cm: float) -> float:
    """Discharge when plants hold the water ``weed_cm`` too high (May to October)."""
    return discharge(level_m - weed_cm / 100.0)
