"""Radar cross-section of a perfectly conducting sphere, painted and conformal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0, TWO_PI
from tests.physics.sphere_scattering import backscatter, measured_backscatter
from tests.validation import Validated

RADIUS = 0.1
PUBLISHED = {300e6: -14.114, 477.4648e6: -9.419, 1000e6: -13.483}
FREQUENCIES = np.array(list(PUBLISHED))


@pytest.mark.quick
def test_the_series_gives_the_published_values(validated: Validated) -> None:
    """Three values in dBsm, to their digits; far below resonance 9 pi a^2 (ka)^4 (Rayleigh)."""
    for frequency, expected in PUBLISHED.items():
        validated(
            f"series of a PEC sphere 0.1 m, backscatter at {frequency / 1e6:g} MHz",
            float(10 * np.log10(backscatter(RADIUS, frequency))),
            expected,
            1e-3,
            reference="published value",
            unit="dBsm",
        )
    k = TWO_PI * 10e6 / C0
    rayleigh = 9 * np.pi * RADIUS**2 * (k * RADIUS) ** 4
    assert backscatter(RADIUS, 10e6) == pytest.approx(rayleigh, rel=1e-3)


def hold(
    validated: Validated, how: str, section: float, frequency: float, **tolerance: Any
) -> None:
    """One frequency against the series."""
    validated(
        f"{how} PEC sphere 0.1 m, 20 cells per radius, backscatter at {frequency / 1e6:g} MHz",
        float(10 * np.log10(section)),
        10 * np.log10(backscatter(RADIUS, frequency)),
        reference="Mie series",
        unit="dBsm",
        **tolerance,
    )


def test_conformal_sphere(validated: Validated, machine: Backend) -> None:
    """0.15 dB at 20 cells per radius (60 per wavelength at 1 GHz), three frequencies in one run.

    Conformal faces are right to the square of the cell: (d/a)^2 = 0.25 % is 0.02 dB; the grid's
    dispersion between the box's faces, 0.04 (kd)^2 per radian at 60 cells per wavelength, turns the
    specular wave against the creeping one by 1e-3 rad. Found 0.02 dB.
    """
    found = measured_backscatter(RADIUS, RADIUS / 20, FREQUENCIES, machine, conformal=True)
    for frequency, section in zip(FREQUENCIES, found, strict=True):
        hold(validated, "conformal", section, frequency, tolerance=0.15)


def test_staircase_sphere(validated: Validated, machine: Backend) -> None:
    """Painted cells: an edge of a conducting cell conducts, so the sphere acts larger than it is.

    By half a cell on average, and the series for such a sphere lies 0.59, 0.23 and 0.74 dB higher
    (the answers are those of spheres larger by 0.44, 0.58 and 0.74 cells). NUMERICS aims at 0.5 dB:
    met at 477 MHz only. With edges that conduct where their own middle lies in the sphere it was
    0.08, 0.20 and 0.54 dB, but then a box between grid planes would lose its edges.
    """
    found = measured_backscatter(RADIUS, RADIUS / 20, FREQUENCIES, machine, conformal=False)
    reason = "an edge of a painted cell conducts: the sphere acts half a cell larger"
    missed: dict[str, Any] = {"aim": 0.5, "reason": reason}
    tolerances: list[dict[str, Any]] = [
        {"tolerance": 0.7} | missed,
        {"tolerance": 0.5},
        {"tolerance": 1.3} | missed,
    ]
    for frequency, section, tolerance in zip(FREQUENCIES, found, tolerances, strict=True):
        hold(validated, "staircase", section, frequency, **tolerance)


@pytest.mark.parametrize(
    ("radius", "cells", "off_node"),
    [(0.073, 12, (0.31, -0.42, 0.17)), (0.031, 9.4, (0.5, 0.5, 0.0))],
    ids=["73 mm", "31 mm"],
)
def test_other_spheres(
    radius: float, cells: float, off_node: tuple[float, float, float], machine: Backend
) -> None:
    """Any radius, any place in its cell, coarser: ka = 0.6, 1 (resonance) and 1.8; 0.15 dB.

    With n cells per radius the expected error is four times that of 20 cells at n = 10: 0.08 dB.
    """
    frequencies = np.array([0.6, 1.0, 1.8]) * C0 / (TWO_PI * radius)
    found = measured_backscatter(
        radius, radius / cells, frequencies, machine, conformal=True, off_node=off_node
    )
    expected = np.array([backscatter(radius, f) for f in frequencies])
    np.testing.assert_allclose(10 * np.log10(found / expected), 0, atol=0.15)
