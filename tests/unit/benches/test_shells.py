"""A metal wall in a magnetic field: thresholds, skin depth, and the three regimes."""

from __future__ import annotations

import math

import pytest

from emtwin.benches import shells
from emtwin.benches.shells import Shell


def test_thresholds_have_the_sizes_that_their_reasons_give() -> None:
    through = abs(1 + 1j * shells.UNDISTURBED_SHELL)
    assert 20 * math.log10(through) == pytest.approx(0.043, abs=0.001)
    assert 20 * math.log10(math.exp(shells.OPAQUE_WALL)) == pytest.approx(43.4, abs=0.1)


def test_skin_depth_of_copper() -> None:
    """sqrt(2 / (omega mu0 sigma)) of 58 MS/m: 9.35 mm at 50 Hz, 66.1 um at 1 MHz."""
    assert shells.skin_depth(50.0, 5.8e7) == pytest.approx(9.346e-3, rel=1e-3)
    assert shells.skin_depth(1e6, 5.8e7) == pytest.approx(66.09e-6, rel=1e-3)


def test_metal_lets_a_field_pass_stirs_it_or_keeps_it_out() -> None:
    """35 MS/m, 150 mm, 1 mm: omega mu0 sigma r t / 3 is 13.8 at 1 kHz, so 0.1 at 7.2 Hz; the wall
    is five skin depths thick from 181 kHz on."""
    shell = Shell(0.15, 1e-3, 35e6)
    assert shells.regime(7.0, shell) == "static"
    assert shells.regime(7.5, shell) == "eddy currents"
    assert shells.regime(180e3, shell) == "eddy currents"
    assert shells.regime(182e3, shell) == "perfect conductor"
