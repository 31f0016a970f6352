"""Cells in materials: wavelengths, limits, and the cap that they make along an axis."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.constants import C0, MU0, TWO_PI
from emtwin.materials import Material
from emtwin.voxel.planning.limits import (
    Cap,
    Limit,
    largest_cell,
    limits_of_materials,
    unmet,
    wavelength,
)
from tests.unit.voxel.shapes import METAL, box, solid


def material(**values: float | tuple[float, float, float]) -> Material:
    """A material of the given values, vacuum otherwise."""
    fields = {"permittivity": 1.0, "conductivity": 0.0} | values
    return Material("m", metal=False, source="test", **fields)  # type: ignore[arg-type]


def test_wavelength_of_lossless_media() -> None:
    assert wavelength(material(), 1e9) == pytest.approx(C0 / 1e9)
    assert wavelength(material(permittivity=4.0), 1e9) == pytest.approx(C0 / 1e9 / 2)
    magnetic = material(permittivity=4.0, permeability=9.0)
    assert wavelength(magnetic, 1e9) == pytest.approx(C0 / 1e9 / 6)
    uneven = material(permittivity=(2.0, 16.0, 3.0))
    assert wavelength(uneven, 1e9) == pytest.approx(C0 / 1e9 / 4)


def test_in_a_good_conductor_it_is_4_4_skin_depths() -> None:
    skin = math.sqrt(2.0 / (TWO_PI * 1e9 * MU0 * 1e4))
    found = wavelength(material(conductivity=1e4), 1e9)
    assert found == pytest.approx(TWO_PI / math.sqrt(2.0) * skin, rel=1e-4)


def test_poles_count_at_the_frequency() -> None:
    from emtwin.rational import PoleResidue

    rate = TWO_PI * 1e9
    relaxing = Material(
        "m", 2.0, 0.0, False, "test", poles=PoleResidue(0.0, (-rate + 0j,), (8.0 * rate + 0j,))
    )
    index = math.sqrt(abs(2.0 + 8.0 / (1 + 1j)))
    assert wavelength(relaxing, 1e9) == pytest.approx(C0 / 1e9 / index)


def test_limits_hold_over_a_part_and_a_cell_beyond_and_not_for_metal() -> None:
    part = solid("glass", box((0.0, 0.0, 0.0), (0.1, 0.2, 0.3)), material(permittivity=9.0))
    block = solid("block", box((0.0, 0.0, 0.0), (0.1, 0.2, 0.3)), METAL)
    limits = list(limits_of_materials([part, block], 1e9, 10.0))
    size = C0 / 1e9 / 30
    assert [(n.axis, n.lo, n.hi, n.source) for n in limits] == [
        (0, 0.0, 0.1, "glass"),
        (1, 0.0, 0.2, "glass"),
        (2, 0.0, 0.3, "glass"),
    ]
    assert all(n.size == n.near == pytest.approx(size) for n in limits)


def test_the_cap_is_the_smallest_limit_and_rises_with_the_slope() -> None:
    limits = [Limit(0, 0.0, 1.0, 0.1, "a"), Limit(0, 0.5, 0.6, 0.02, "b"), Limit(0, 3, 4, 9, "c")]
    cap = Cap(limits, 0.01, 0.5, slope=0.25)
    x = np.array([-4.0, -0.4, 0.0, 0.4, 0.5, 0.55, 0.6, 0.7, 1.0, 1.4, 3.5, 9.0])
    wanted = [0.5, 0.2, 0.1, 0.045, 0.02, 0.02, 0.02, 0.045, 0.1, 0.2, 0.5, 0.5]
    assert np.allclose(cap(x), wanted)
    assert np.allclose(Cap([], 0.01, 0.5, 0.25)(x), 0.5)
    assert Cap([Limit(0, 0, 1, 0.001, "tiny")], 0.01, 0.5, 0.25)(np.array([0.5])) == 0.01


def test_what_is_not_resolved_is_named_with_its_worst_axis() -> None:
    lines = np.array([0.0, 0.1, 0.2, 0.35, 0.5])
    assert largest_cell(lines, 0.0, 0.2) == pytest.approx(0.1)
    assert largest_cell(lines, 0.0, 0.21) == pytest.approx(0.15)
    limits = [Limit(axis, 0.0, 0.5, 0.1, "water") for axis in range(3)]
    fine = np.linspace(0.0, 0.5, 6)
    assert unmet(limits, (fine, fine, fine)) == []
    (notice,) = unmet(limits, (fine, lines, fine))
    assert notice.name == "wavelength-unresolved"
    assert "part 'water' wants cells of 100 mm" in notice.message
    assert "has 150 mm along y, 1.5 times" in notice.message
