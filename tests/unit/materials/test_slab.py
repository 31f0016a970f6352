"""What a slab of metal lets through."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import ETA0
from emtwin.materials.slab import shielding, skin_depth


@pytest.mark.parametrize(
    ("frequency", "expected", "tolerance"), [(0.1e9, 25.950, 0.001), (10e9, 28.699, 0.05)]
)
def test_shielding_of_a_plate(frequency: float, expected: float, tolerance: float) -> None:
    """1 mm of 100 S/m against the exact slab, with displacement current.

    At 10 GHz it is w eps0 / sigma = 0.0056 of the conduction current: half of that on the 17.3 dB
    of absorption is 0.05 dB.
    """
    assert shielding(100.0, 1e-3, frequency) == pytest.approx(expected, abs=tolerance)


def test_shielding_of_a_coat_is_that_of_its_surface_resistance() -> None:
    """1 um of copper at 30 MHz, a twelfth of a skin depth: 20 log10(1 + eta0 sigma t / 2)."""
    expected = 20 * np.log10(1 + ETA0 * 5.8e7 * 1e-6 / 2)
    assert shielding(5.8e7, 1e-6, 30e6) == pytest.approx(expected, abs=0.001)


def test_thick_wall_lets_nothing_through() -> None:
    assert shielding(5.8e7, 0.1, 1e9) == float("inf")


def test_skin_depth_of_copper() -> None:
    """66.1 um at 1 MHz, a tenth of it at 100 MHz."""
    assert skin_depth(5.8e7, 1e6) == pytest.approx(66.09e-6, rel=1e-3)
    assert skin_depth(5.8e7, 100e6) == pytest.approx(6.609e-6, rel=1e-3)
