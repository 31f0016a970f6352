"""EMC2 as a formula: the whole table, free space, and near terms."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.compliance.site_attenuation import (
    free_space_attenuation,
    normalised_site_attenuation,
)
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.errors import InputError
from emtwin.standards import SiteAttenuation, load
from tests.validation import Validated

REFERENCE = "table of CISPR 16-1-4"


def _row(polarisation: str, distance: int = 3) -> SiteAttenuation:
    row = load().row(f"cispr16-1-4-site-attenuation-{distance}m-{polarisation}")
    assert isinstance(row, SiteAttenuation)
    return row


@pytest.mark.parametrize("distance", [3, 10])
@pytest.mark.parametrize("polarisation", ["horizontal", "vertical"])
def test_the_formula_gives_the_table(
    polarisation: str, distance: int, validated: Validated
) -> None:
    """All frequencies of the rows: one decimal in print, 0.05 dB, and the step of the scan."""
    row = _row(polarisation, distance)
    f = np.array(row.frequencies)
    assert (row.distance, f.size) == (distance, 24)
    found = normalised_site_attenuation(f, row.distance, row.height, polarisation)
    for one, obtained, value in zip(f, found, row.values, strict=True):
        validated(
            f"EMC2 site attenuation at {distance} m, {polarisation}, {one / 1e6:g} MHz, "
            "row of the table",
            obtained, value, 0.1, reference=REFERENCE, unit="dB",
        )  # fmt: skip


@pytest.mark.parametrize("polarisation", ["horizontal", "vertical"])
def test_the_same_as_the_form_with_the_largest_field(polarisation: str) -> None:
    """A_N = 48.92 - 20 log f_MHz - E_Dmax with sqrt(49.2) uV/m, written out for both.

    The constants are rounded to four digits: 0.01 dB.
    """
    f = np.array(_row("horizontal").frequencies)
    h1, h2, distance = 1.0, np.linspace(1, 4, 601), 3.0
    d1, d2 = np.hypot(distance, h1 - h2), np.hypot(distance, h1 + h2)
    angle = TWO_PI / C0 * f[:, None] * (d2 - d1)
    if polarisation == "horizontal":
        field = np.sqrt(d2**2 + d1**2 - 2 * d1 * d2 * np.cos(angle)) / (d1 * d2)
    else:
        root = np.sqrt(d2**6 + d1**6 + 2 * d1**3 * d2**3 * np.cos(angle))
        field = distance**2 * root / (d1 * d2) ** 3
    largest = 20 * np.log10(np.sqrt(49.2) * field.max(axis=1))
    expected = 48.92 - 20 * np.log10(f / 1e6) - largest
    found = normalised_site_attenuation(f, distance, h1, polarisation)
    np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.parametrize("distance", [3.0, 10.0])
def test_free_space(distance: float, validated: Validated) -> None:
    """The printed formula with its receiver of 50 ohm: 20 log(250 d / (2 pi f_MHz root)).

    Constants: 250 / 2 pi = 39.789 against 50 c / eta0 = 39.790 in MHz m.
    """
    f = np.array([30e6, 50e6, 100e6, 300e6, 1e9])
    turn = TWO_PI / C0 * f * distance
    root = np.sqrt(1 - turn**-2.0 + turn**-4.0)
    expected = 20 * np.log10(250 * distance / (TWO_PI * f / 1e6 * root))
    for one, obtained, value in zip(f, free_space_attenuation(f, distance), expected, strict=True):
        validated(
            f"EMC2 site attenuation in free space, {distance:g} m, {one / 1e6:g} MHz", obtained,
            value, 0.01, reference="formula of CISPR 16-1-4 for a fully anechoic room", unit="dB",
        )  # fmt: skip


def test_far_away_the_near_terms_are_gone() -> None:
    """At 30 m and 1 GHz k r = 630: near terms below 0.002 of the wave, 0.02 dB."""
    for polarisation in ("horizontal", "vertical"):
        both = [
            normalised_site_attenuation(1e9, 30.0, 1.0, polarisation, near_terms=near)
            for near in (False, True)
        ]
        assert abs(both[0] - both[1])[0] < 0.02
    far = free_space_attenuation(1e9, 30.0)[0]
    assert far == pytest.approx(20 * np.log10(50 * C0 * 30 / (ETA0 * 1e9)), abs=1e-4)


def test_near_terms_of_short_dipoles() -> None:
    """EMC2 with all terms, from the field of dipole and image: 17.76 and 8.77 dB at 30 MHz."""
    for polarisation, expected in (("horizontal", 17.76), ("vertical", 8.766)):
        found = normalised_site_attenuation(30e6, 3.0, 1.0, polarisation, near_terms=True)
        assert found[0] == pytest.approx(expected, abs=0.005)


def test_impossible_geometry_is_refused() -> None:
    with pytest.raises(InputError, match="antennas 0 m apart"):
        free_space_attenuation(30e6, 0.0)
