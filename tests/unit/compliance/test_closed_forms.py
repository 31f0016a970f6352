"""EMC2 and EMC3 as formulas: normalised site attenuation, closed forms of emission."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.compliance.closed_forms import common_mode_field, differential_mode_field
from emtwin.compliance.site_attenuation import normalised_site_attenuation
from emtwin.errors import InputError
from tests.validation import Validated

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("polarisation", "expected"),
    [("horizontal", (15.8, -2.0, -23.5)), ("vertical", (8.2, -0.7, -22.4))],
)
def test_normalised_site_attenuation(
    polarisation: str, expected: tuple[float, ...], validated: Validated
) -> None:
    """EMC2: 3 m, transmitter at 1 m, receiver 1 to 4 m: the standards' table, one decimal.

    NSA = 50 / (mu0 f g) with g the largest sum of direct and reflected wave. Rounding explains
    0.05 dB, the step of the scan less than 0.01 dB.
    """
    frequencies = np.array([30e6, 100e6, 1000e6])
    found = normalised_site_attenuation(frequencies, 3.0, 1.0, polarisation)
    for f, obtained, value in zip(frequencies, found, expected, strict=True):
        validated(
            f"EMC2 site attenuation, formula, {polarisation}, {f / 1e6:g} MHz", obtained, value,
            0.1, reference="table of ANSI C63.4", unit="dB",
        )  # fmt: skip


def test_closed_forms_of_emission(validated: Validated) -> None:
    """EMC3: 5 uA on 1 m, and 20 mA round 1 cm2, at 50 MHz and 3 m.

    mu0 f I l / 2 r = 52.4 uV/m = 34.38 dBuV/m; eta0 k^2 I A / 4 pi r = 21.9 uV/m = 26.83 dBuV/m;
    the ground doubles either (6.02 dB). Two decimals: 0.006 dB.
    """
    cable, loop = (50e6, 5e-6, 1.0, 3.0), (50e6, 20e-3, 1e-4, 3.0)
    for name, estimate, value in (
        ("common mode, free space", common_mode_field(*cable, ground=False), 34.38),
        ("common mode, ground doubled", common_mode_field(*cable, ground=True), 40.40),
        ("differential mode, free space", differential_mode_field(*loop, ground=False), 26.83),
        ("differential mode, ground doubled", differential_mode_field(*loop, ground=True), 32.85),
    ):
        validated(
            f"EMC3 {name}", estimate.dbuv, value, 0.006, reference="closed form", unit="dBuV/m"
        )


def test_an_estimate_says_where_it_stands() -> None:
    """The two sites differ by 6 dB, so the result names its own."""
    free = common_mode_field(50e6, 5e-6, 1.0, 3.0, ground=False)
    doubled = common_mode_field(50e6, 5e-6, 1.0, 3.0, ground=True)
    assert str(free) == "34.38 dBuV/m (free space)"
    assert str(doubled) == "40.40 dBuV/m (doubled by a conducting ground)"


def test_closed_forms_refuse_what_they_do_not_hold_for() -> None:
    """A cable above a quarter wavelength, a negative current, a polarisation that is none."""
    with pytest.raises(InputError, match=r"2 m is above a quarter of the wavelength of 50 MHz"):
        common_mode_field(50e6, 5e-6, 2.0, 3.0, ground=False)
    with pytest.raises(InputError, match=r"current must be positive, got -1"):
        differential_mode_field(50e6, -1.0, 1e-4, 3.0, ground=False)
    with pytest.raises(InputError, match=r"site attenuation of 'slanted' antennas 3 m apart"):
        normalised_site_attenuation(30e6, 3.0, 1.0, "slanted")
