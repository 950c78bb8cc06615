"""The few checks that have each been needed once."""

import unittest

from gapfill import fill
from rating import OutsideCurve, discharge
from units import cfs_to_m3s, runoff_mm


class TestUnits(unittest.TestCase):
    """Numbers from the back of an envelope."""

    def test_hundred_cubic_feet(self) -> None:
        """100 cfs is a small river of 2.83 m3/s."""
        self.assertAlmostEqual(cfs_to_m3s(100), 2.8317, places=4)

    def test_runoff_of_a_day(self) -> None:
        """One m3/s for a day from 86.4 km2 is a millimetre."""
        self.assertAlmostEqual(runoff_mm(1.0, 86.4, 24), 1.0)


class TestCurve(unittest.TestCase):
    """The night of 3 February 2026."""

    def test_peak(self) -> None:
        """4.12 m gives 39 m3/s with the meadow."""
        self.assertAlmostEqual(discharge(4.12), 39, delta=0.5)

    def test_no_guessing(self) -> None:
        """Above 4.20 m the program refuses."""
        with self.assertRaises(OutsideCurve):
            discharge(4.5)


class TestGaps(unittest.TestCase):
    """Short holes are bridged and long ones are not."""

    def test_short(self) -> None:
        """One missing value becomes the mean of its neighbours."""
        self.assertEqual(fill([1.0, None, 3.0]), [1.0, 2.0, 3.0])

    def test_long(self) -> None:
        """A missing tide remains missing."""
        hole: list[float | None] = [1.0, *[None] * 40, 3.0]
        self.assertEqual(fill(hole), hole)


if __name__ == "__main__":
    unittest.main()
