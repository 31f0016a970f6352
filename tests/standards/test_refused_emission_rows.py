"""Wrong rows of limits, networks, bands and uncertainties are refused with file, row and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin.errors import InputError
from emtwin.standards import load
from tests.standards.refusals import Change, refusal

RADIATED = ("cispr11_group1_radiated.yaml", "cispr11-g1-b-3m-30-230")
HIGH_POWER = ("cispr11_conducted.yaml", "cispr11-conducted-g1-a-20-75kva-qp-5-30")
MAINS = ("cispr11_conducted.yaml", "cispr11-conducted-g1-b-qp-0.15-0.5")
MAGNETIC = ("cispr11_group2_class_b_radiated.yaml", "cispr11-g2-b-3m-h-0.15-30")
NETWORK = ("cispr16_1_2.yaml", "cispr16-1-2-50-50-5")
BAND = ("cispr11_ism_bands.yaml", "cispr11-ism-13.56")
SITE = ("cispr16_1_4.yaml", "cispr16-1-4-site-attenuation-3m-vertical")
UNCERTAINTY = ("cispr16_4_2.yaml", "cispr16-4-2-amn-0.15-30")


@pytest.mark.parametrize(
    ("row", "change", "said"),
    [
        (RADIATED, ("    distance: 3 m\n", ""), "needs a distance, such as 3 m"),
        (MAGNETIC, ("    distance: 3 m\n", ""), "needs a distance, such as 3 m"),
        (RADIATED, ("distance: 3 m", "distance: 3"), "3 has no unit"),
        (RADIATED, ("distance: 3 m", "distance: 3 m\n    port: ac_mains"), "has no port"),
        (RADIATED, ("    test: radiated_emission\n", ""), "test: is missing"),
        (RADIATED, ("test: radiated", "test: magnetic"), "measures magnetic_field in dBuA/m"),
        (
            RADIATED,
            ("edition: 2015+A1:2016+A2:2019", "edition: '1999'"),
            "edition '1999' of CISPR 11",
        ),
        (RADIATED, ("unit: dBuV/m", "unit: dBuV"), "measures electric_field in dBuV/m"),
        (RADIATED, ("    unit: dBuV/m\n", ""), "unit: is missing"),
        (RADIATED, ("detector: quasi_peak", "detector: rms"), "detector: 'rms'"),
        (RADIATED, ("limit_to: 40", "limit_to: forty"), "limit_to: 'forty'"),
        (MAINS, ("port: ac_mains", "port: ac_mains\n    distance: 3 m"), "has no distance"),
        (MAINS, ("    port: ac_mains\n", ""), "needs a port, ac_mains or dc_power"),
        (MAINS, ("port: ac_mains", "port: signal"), "port: 'signal'"),
        (MAINS, ("quantity: voltage", "quantity: electric_field"), "measures voltage in dBuV"),
        (MAINS, ("frequency_from: 150 kHz", "frequency_from: 5 MHz"), "below frequency_to"),
        (
            HIGH_POWER,
            ("power_to: 75 kVA", "power_to: 20 kVA"),
            "power_to must be above power_above",
        ),
        (HIGH_POWER, ("power_to: 75 kVA", "power_to: 75000"), "power_to: 75000 has no unit"),
        (NETWORK, ("inductance: 50 uH", "inductance: 50"), "50 has no unit"),
        (NETWORK, ("inductance: 50 uH", "inductance: 50 uF"), "is a capacitance"),
        (NETWORK, ("tolerance: 0.2", "tolerance: 20"), "less than 1"),
        (NETWORK, ("frequency_to: 30 MHz", "frequency_to: 3 kHz"), "below frequency_to"),
        (NETWORK, ("      bleed_resistance: 1 kohm", ""), "circuit.bleed_resistance: is missing"),
        (BAND, ("centre: 13.56 MHz", "centre: 13.6 MHz"), "centre lies outside the band"),
        (SITE, (" 100 MHz,", ""), "24 values for 23 frequencies"),
        (SITE, (" 100 MHz", " 20 MHz"), "frequencies must rise"),
        (SITE, ("scan_to: 4 m", "scan_to: 1 m"), "scan_from must be below scan_to"),
        (UNCERTAINTY, ("unit: dB", "unit: '%'"), "unit: '%'"),
        (UNCERTAINTY, ("    frequency_to: 30 MHz\n", ""), "go together"),
        (UNCERTAINTY, ("frequency_to: 30 MHz", "frequency_to: 3 kHz"), "below frequency_to"),
        (UNCERTAINTY, ("expanded: 3.4", "expanded: -3.4"), "greater than 0"),
    ],
)
def test_bad_row_is_refused(
    tmp_path: Path, row: tuple[str, str], change: Change, said: str
) -> None:
    assert said in refusal(tmp_path, *row, change)


ONE = """\
  - {{id: {name}, kind: limit, standard: CISPR 11, edition: "{edition}", clause: 6.2.1,
     test: conducted_emission, quantity: voltage, equipment_class: A, group: 1, {power}
     port: {port}, frequency_from: {low}, frequency_to: 30 MHz, limit_from: 73, limit_to: 73,
     unit: dBuV, detector: quasi_peak, confidence: low, source: made up}}
"""


def one(name: str, **fields: str) -> str:
    """A limit row, with some fields changed."""
    usual = {"power": "", "port": "ac_mains", "low": "5 MHz"}
    usual["edition"] = "2015+A1:2016+A2:2019"
    return ONE.format(name=name, **(usual | fields))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"low": "10 MHz"}),
        ({"power": "power_to: 20 kVA,"}, {}),
        ({"power": "power_to: 20 kVA,"}, {"power": "power_above: 10 kVA,"}),
    ],
    ids=["frequency", "any power", "power"],
)
def test_two_pieces_that_hold_at_once_are_refused(
    tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    (tmp_path / "bad.yaml").write_text("rows:\n" + one("a", **first) + one("b", **second))
    with pytest.raises(
        InputError,
        match=r"bad\.yaml:\d+: row 'a'.*overlaps that of 'b'|"
        r"bad\.yaml:\d+: row 'b'.*overlaps that of 'a'",
    ):
        load(tmp_path)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"power": "power_to: 20 kVA,"}, {"power": "power_above: 20 kVA,"}),
        ({}, {"port": "dc_power"}),
        ({}, {"edition": "2024"}),
    ],
    ids=["power", "port", "edition"],
)
def test_pieces_of_different_lines_may_cover_the_same_frequencies(
    tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    (tmp_path / "good.yaml").write_text("rows:\n" + one("a", **first) + one("b", **second))
    assert len(load(tmp_path).limits) == 2
