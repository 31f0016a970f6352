"""Exposure limits: values, continuity where pieces meet, ratios, messages."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from emtwin.compliance.exposure import (
    basic_restriction_rows,
    exposure_ratio,
    limit_at,
    reference_level_rows,
)
from emtwin.constants import ETA0
from emtwin.errors import InputError

PUBLIC, WORKERS = "general_public", "occupational"


@pytest.mark.parametrize(
    ("quantity", "group", "exposure", "frequency", "expected"),
    [
        # coefficient f^exponent, by hand from the table
        ("electric_field", PUBLIC, "local", 1e6, 671.0),
        ("electric_field", PUBLIC, "local", 100e3, 671 / 0.1**0.7),
        ("electric_field", PUBLIC, "local", 100e6, 62.0),
        ("electric_field", WORKERS, "local", 900e6, 10.58 * 900**0.43),
        ("magnetic_field", PUBLIC, "local", 13.56e6, 4.9 / 13.56),
        ("magnetic_field", WORKERS, "local", 200e6, 0.36),
        ("power_density", PUBLIC, "local", 10e9, 55 / 10**0.177),
        ("power_density", WORKERS, "local", 2.45e9, 200.0),
        ("electric_field", PUBLIC, "whole_body", 900e6, 1.375 * 30),
        ("power_density", PUBLIC, "whole_body", 900e6, 4.5),
        ("power_density", PUBLIC, "whole_body", 60e9, 10.0),
    ],
)
def test_reference_levels(
    quantity: str, group: str, exposure: str, frequency: float, expected: float
) -> None:
    rows = reference_level_rows(quantity, group, exposure)
    assert float(limit_at(rows, frequency)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("quantity", "group", "region", "frequency", "expected"),
    [
        ("specific_absorption_rate", PUBLIC, "whole_body", 1e9, 0.08),
        ("specific_absorption_rate", WORKERS, "whole_body", 1e9, 0.4),
        ("specific_absorption_rate", PUBLIC, "head_and_torso", 1e9, 2.0),
        ("specific_absorption_rate", WORKERS, "limbs", 1e9, 20.0),
        ("absorbed_power_density", PUBLIC, "any", 30e9, 20.0),
        ("absorbed_power_density", WORKERS, "any", 30e9, 100.0),
        ("induced_electric_field", PUBLIC, "any", 100e3, 13.5),
        ("induced_electric_field", WORKERS, "any", 10e6, 2700.0),
    ],
)
def test_basic_restrictions(
    quantity: str, group: str, region: str, frequency: float, expected: float
) -> None:
    rows = basic_restriction_rows(quantity, group, region)
    assert float(limit_at(rows, frequency)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("quantity", "group", "exposure", "frequency", "step"),
    [
        ("electric_field", PUBLIC, "local", 30e6, 0.001),
        ("electric_field", PUBLIC, "local", 400e6, 0.002),
        ("electric_field", WORKERS, "local", 30e6, 0.001),
        ("electric_field", WORKERS, "local", 400e6, 0.002),
        ("magnetic_field", PUBLIC, "local", 30e6, 0.003),
        ("magnetic_field", WORKERS, "local", 30e6, 0.001),
        ("power_density", PUBLIC, "local", 400e6, 0.004),
        ("power_density", PUBLIC, "local", 2e9, 0.001),
        ("power_density", PUBLIC, "local", 6e9, 0.002),
        ("power_density", WORKERS, "local", 2e9, 0.003),
        ("electric_field", PUBLIC, "whole_body", 30e6, 0.002),
        ("electric_field", PUBLIC, "whole_body", 400e6, 0.008),  # 27.5 against 27.7
        ("electric_field", WORKERS, "whole_body", 30e6, 0.001),
        ("electric_field", WORKERS, "whole_body", 400e6, 0.017),  # 60 against 61
        ("magnetic_field", WORKERS, "whole_body", 30e6, 0.021),  # 0.163 against 0.16
        ("magnetic_field", WORKERS, "whole_body", 400e6, 1e-9),
        ("power_density", WORKERS, "whole_body", 400e6, 1e-9),
        ("power_density", WORKERS, "whole_body", 2e9, 1e-9),
        ("power_density", PUBLIC, "whole_body", 400e6, 1e-9),
        ("power_density", PUBLIC, "whole_body", 2e9, 1e-9),
    ],
)
def test_pieces_meet(
    quantity: str, group: str, exposure: str, frequency: float, step: float
) -> None:
    """The table rounds to two or three digits: its pieces meet that well, and the lower holds."""
    rows = reference_level_rows(quantity, group, exposure)
    meeting = [row.at(frequency) for row in rows if row.covers(frequency)]
    assert len(meeting) == 2
    assert max(meeting) / min(meeting) - 1 <= step
    assert float(limit_at(rows, frequency)) == min(meeting)


def test_field_and_power_density_say_the_same() -> None:
    """A plane wave of the limit of E or H has that of S, E^2 / eta0 or H^2 eta0, to rounding.

    Coefficients of two and three digits: 4 %. That of E for the whole body of a worker from 400 MHz
    on has one digit, 3, where 3.07 would be exact: 2 (3.07 / 3 - 1) = 4.7 %.
    """
    f = np.geomspace(30e6, 2e9, 40)
    for group, exposure in itertools.product((PUBLIC, WORKERS), ("local", "whole_body")):
        e = limit_at(reference_level_rows("electric_field", group, exposure), f)
        h = limit_at(reference_level_rows("magnetic_field", group, exposure), f)
        s = limit_at(reference_level_rows("power_density", group, exposure), f)
        rough = (group, exposure) == (WORKERS, "whole_body")
        np.testing.assert_allclose(e**2 / ETA0, s, rtol=0.047 if rough else 0.04)
        np.testing.assert_allclose(h**2 * ETA0, s, rtol=0.04)


def test_the_limit_at_300_ghz() -> None:
    """The table says 20 and 100 W/m2 there; the power law gives that within 0.3 %."""
    for group, expected in ((PUBLIC, 20.0), (WORKERS, 100.0)):
        rows = reference_level_rows("power_density", group, "local")
        assert float(limit_at(rows, 300e9)) == pytest.approx(expected, rel=3e-3)


def test_ratio() -> None:
    rows = reference_level_rows("electric_field", PUBLIC, "local")
    ratio = exposure_ratio([31.0, 62.0], [100e6, 200e6], rows)
    np.testing.assert_allclose(ratio, [0.5, 1.0])
    assert rows[1].averaging_time == 360


def test_what_is_not_there_is_refused() -> None:
    rows = reference_level_rows("electric_field", PUBLIC, "local")
    with pytest.raises(InputError, match="no such limit at 5 GHz") as caught:
        limit_at(rows, 5e9)
    assert "from 100 kHz to 2 GHz" in caught.value.problems[0].remedy
    with pytest.raises(InputError, match="no line for power_density occupational peak"):
        reference_level_rows("power_density", WORKERS, "peak")
    with pytest.raises(InputError, match="no line for heat general_public any") as caught:
        basic_restriction_rows("heat", PUBLIC, "any")
    assert "specific_absorption_rate general_public limbs" in caught.value.problems[0].remedy
    with pytest.raises(InputError, match="an exposure cannot be -1 V/m"):
        exposure_ratio(-1.0, 1e9, rows)


def test_the_ends_of_a_line_hold_to_rounding() -> None:
    """A frequency that a product has moved off 100 kHz or 400 MHz by rounding is on it."""
    rows = reference_level_rows("power_density", PUBLIC, "local")
    assert limit_at(rows, 30e6 * (1 - 1e-12)) == 10
    assert limit_at(rows, 400e6 * (1 + 1e-12)) == 10
