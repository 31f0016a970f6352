"""Radiated emission: antenna places, the table of a dipole over ground, terminations, verdict."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from emtwin.benches import antenna_scan, radiated_emission
from emtwin.benches.finding import Finding
from emtwin.compliance.decibel import field_dbuv
from emtwin.extract import PortModel
from emtwin.solver import Dipoles, EquivalentCurrents
from tests.benches.conftest import SetUp

FREQUENCIES = np.array([30e6, 100e6, 300e6, 1000e6])
VERTICAL_3_M = (39.37, 49.67, 56.76, 70.13)
HORIZONTAL_3_M = (28.37, 48.88, 61.32, 71.23)


@pytest.mark.parametrize(
    ("axis", "polarisation", "expected"),
    [(2, 1, VERTICAL_3_M), (0, 0, HORIZONTAL_3_M)],
)
def test_a_dipole_over_the_floor_reads_as_published(
    axis: int, polarisation: int, expected: tuple[float, ...]
) -> None:
    """I l = 1e-5 A m rms at 0.8 m, largest over 1 to 4 m at 3 m: 0.3 dB.

    The source is a point, so the transform is exact; what remains is the scan's height step of
    0.1 m against a continuous scan, below 0.3 dB at these frequencies.
    """
    moment = np.full((4, 1), 1e-5 + 0j)
    electric = Dipoles(np.zeros((1, 3)), np.array([axis]), moment)
    currents = EquivalentCurrents(FREQUENCIES, electric, Dipoles.none(4))
    model = PortModel(
        "over_floor",
        FREQUENCIES,
        ("p",),
        np.array([50.0]),
        np.zeros((4, 1, 1), complex),
        (currents,),
    )
    site = SimpleNamespace(floor=-0.8)
    scanned = antenna_scan.scan(site, model, 0.0)  # type: ignore[arg-type]
    field = np.abs(scanned.field[0, 0, ..., polarisation]).max(axis=(1, 2))
    np.testing.assert_allclose(field_dbuv(field), expected, atol=0.3)


def test_harmonics_lie_in_the_band(emission_site: SetUp) -> None:
    """40 MHz clock, run up to 300 MHz: 40, 80 ... 280 MHz."""
    found = radiated_emission.harmonics(emission_site.loaded, 300e6)
    np.testing.assert_allclose(found, 40e6 * np.arange(1, 8))


def test_terminations_of_the_lead_spread_and_are_kept(emission_finding: Finding) -> None:
    """0, 25, 150 ohm and open give four different curves; the declared 150 ohm is one of them."""
    level = emission_finding.curves["level"].values
    assert level.shape == (2, 4, 2, 7)
    assert np.ptp(level, axis=1).max() > 0.5
    declared = emission_finding.curves["declared_level"].values
    np.testing.assert_allclose(level[:, 2], declared, atol=1e-9)
    names = [name for name, _ in emission_finding.verdict.contributions]
    assert "termination spread" in names
    assert "CISPR 16-4-2" in names


def test_verdict_is_limit_minus_the_largest_level(emission_finding: Finding) -> None:
    """Margin, frequency, height, angle and polarisation belong to one and the same reading."""
    level = emission_finding.curves["declared_level"].values[0]
    limit = emission_finding.curves["limit_b"].values[0]
    margin = (limit[None, :] - level).min()
    verdict = emission_finding.verdict
    assert verdict.margin_db == pytest.approx(margin)
    assert 1.0 <= verdict.worst["height"] <= 4.0
    assert verdict.worst["distance"] == 3.0
