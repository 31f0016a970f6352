"""EMC1: a dipole 0.8 m over a PEC floor, as a receiving antenna finds it.

The expected values are maxima over 1 to 4 m of the closed form: field of the
dipole plus that of its image, all near terms.  They carry two decimals, so
rounding explains 0.005 dB; 0.05 dB leaves room for the step of the height scan.
"""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents
from emtwin.solver.radiation.near_to_far import far_field, near_field
from tests.validation import Validated

FREQUENCIES = np.array([30e6, 100e6, 300e6, 1000e6])
HEIGHTS = np.linspace(1.0, 4.0, 601)
TABLE = [
    (2, 3.0, (39.37, 49.67, 56.76, 70.13)),
    (1, 3.0, (28.37, 48.88, 61.32, 71.23)),
    (2, 10.0, (31.20, 41.65, 50.19, 61.45)),
]


def _dipole(axis: int) -> EquivalentCurrents:
    """Electric dipole of 1e-5 A m rms, 0.8 m over the floor at z = 0."""
    dipole = Dipoles(
        np.array([[0.0, 0.0, 0.8]]), np.array([axis]), np.full((FREQUENCIES.size, 1), 1e-5 + 0j)
    )
    return EquivalentCurrents(FREQUENCIES, dipole, Dipoles.none(FREQUENCIES.size))


def _antenna(distance: float) -> np.ndarray:
    """Places of the receiving antenna along +x, broadside to a dipole along y."""
    flat = np.zeros_like(HEIGHTS)
    return np.stack((flat + distance, flat, HEIGHTS), axis=1)


def _dbuv(field: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.abs(field).max(axis=1) / 1e-6)


@pytest.mark.parametrize(("axis", "distance", "expected"), TABLE)
def test_largest_field_over_the_height_scan(
    axis: int, distance: float, expected: tuple[float, ...], validated: Validated
) -> None:
    """A point dipole and its image, without a grid: 0.05 dB, see above."""
    field = near_field(_dipole(axis).over_floor(0.0), _antenna(distance))[:, :, axis]
    for f, obtained, value in zip(FREQUENCIES, _dbuv(field), expected, strict=True):
        validated(
            f"EMC1 point dipole, {'vertical' if axis == 2 else 'horizontal'}, {distance:g} m, "
            f"{f / 1e6:g} MHz", obtained, value, 0.05, reference="dipole and image, all terms",
            unit="dBuV/m",
        )  # fmt: skip


def test_the_floor_makes_the_horizontal_field_on_it_vanish() -> None:
    """Image theory: at z = 0 the tangential field of dipole plus image cancels to rounding."""
    points = np.array([[3.0, 0.4, 0.0], [-0.2, 2.0, 0.0]])
    for axis in range(3):
        electric = _dipole(axis)
        magnetic = EquivalentCurrents(FREQUENCIES, electric.magnetic, electric.electric.scaled(377))
        for currents in (electric, magnetic):
            alone = np.abs(near_field(currents, points)).max()
            field = near_field(currents.over_floor(0.0), points)
            assert np.abs(field[:, :, :2]).max() < 1e-12 * alone


def test_a_far_field_only_transform_fails_at_3_m_and_30_mhz() -> None:
    """Negative control: without the near terms the vertical dipole is wrong by more than 1 dB."""
    currents = _dipole(2).over_floor(0.0)
    points = _antenna(3.0)
    distance = np.linalg.norm(points, axis=1)
    far = far_field(currents, points / distance[:, None])[:, :, 2] / distance
    assert abs(_dbuv(far)[0] - 39.37) > 1.0
