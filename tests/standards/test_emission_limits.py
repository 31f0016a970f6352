"""Limits of CISPR 11, methods and uncertainties of CISPR 16, against a second copy of the facts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from emtwin.compliance.limits import limit_line
from emtwin.standards import Band, Limit, Network, Parameter, Uncertainty, applying, load

MHZ = 1e6
ED_6, ED_7 = "2015+A1:2016+A2:2019", "2024"
Piece = tuple[float, float, float, float]
Line = tuple[object, ...]

# (class, group, power above, power to in VA): quasi-peak and average pieces in dBuV
MAINS_EDGES = (0.15, 0.5, 5, 30)
CLASS_B = (((66, 56), 56, 60), ((56, 46), 46, 50))
MIDDLE = ((100, 86, (90, 73)), (90, 76, (80, 60)))
HIGH = ((130, 125, 115), (120, 115, 105))
MAINS = {
    ("B", 1, 0.0, None): CLASS_B,
    ("B", 2, 0.0, None): CLASS_B,
    ("A", 1, 0.0, 20e3): ((79, 73, 73), (66, 60, 60)),
    ("A", 1, 20e3, 75e3): MIDDLE,
    ("A", 1, 75e3, None): HIGH,
    ("A", 2, 0.0, 75e3): MIDDLE,
    ("A", 2, 75e3, None): HIGH,
}
DC_PORT = {  # edges, quasi-peak, average
    ("A", 1, 0.0, 20e3): ((0.15, 5, 30), ((97, 89), 89), ((84, 76), 76)),
    ("B", 1, 0.0, None): ((0.15, 0.5, 30), ((84, 74), 74), ((74, 64), 64)),
}

GROUP_1 = {  # (class, power above, power to, distance): (30-230 MHz, 230-1000 MHz)
    ("B", 0.0, None, 10.0): (30, 37),
    ("B", 0.0, None, 3.0): (40, 47),
    ("A", 0.0, 20e3, 10.0): (40, 47),
    ("A", 0.0, 20e3, 3.0): (50, 57),
    ("A", 20e3, None, 10.0): (50, 50),
    ("A", 20e3, None, 3.0): (60, 60),
}

GROUP_2_B_EDGES = (30, 80.872, 81.848, 134.786, 136.414, 230, 1000)
GROUP_2_B = {
    (10.0, "quasi_peak"): (30, 50, 30, 50, 30, 37),
    (10.0, "average"): (25, 45, 25, 45, 25, 32),
    (3.0, "quasi_peak"): (40, 60, 40, 60, 40, 47),
    (3.0, "average"): (35, 55, 35, 55, 35, 42),
}

GROUP_2_A_EDGES = (
    *(30, 47, 53.91, 54.56, 68, 80.872, 81.848, 87, 134.786, 136.414, 156, 174),
    *(188.7, 190.979, 230, 400, 470, 1000),
)
GROUP_2_A = {
    30.0: (58, 40, 40, 40, 53, 68, 53, 50, 60, 50, 64, 40, 50, 40, 50, 53, 50),
    10.0: (68, 50, 50, 50, 63, 78, 63, 60, 70, 60, 74, 50, 60, 50, 60, 63, 60),
    3.0: (78, 60, 60, 60, 73, 88, 73, 70, 80, 70, 84, 60, 70, 60, 70, 73, 70),
}
GROUP_2_A_H_EDGES = (0.15, 0.49, 1.705, 2.194, 3.95, 11, 20, 30)
GROUP_2_A_H = {
    30.0: (33.5, 23.5, 28.5, 23.5, 8.5, 8.5, -1.5),
    10.0: (57.5, 47.5, 52.5, 43.5, 18.5, 18.5, 8.5),
    3.0: (82, 72, 77, 68, (68, 28.5), 28.5, 18.5),
}

ABOVE_1_GHZ = {  # (class, group, detector, fluctuating, edition): edges in MHz, dBuV/m at 3 m
    ("B", 1, "peak", False, ED_7): ((1000, 3000, 6000), (70, 74)),
    ("B", 1, "average", False, ED_7): ((1000, 3000, 6000), (50, 54)),
    ("A", 1, "peak", False, ED_7): ((1000, 3000, 6000), (76, 80)),
    ("A", 1, "average", False, ED_7): ((1000, 3000, 6000), (56, 60)),
    ("A", 2, "peak", False, ED_6): ((1000, 18000), (70,)),
    ("B", 2, "peak", False, ED_6): ((1000, 18000), (70,)),
    ("A", 2, "weighted", False, ED_6): ((1000, 18000), (60,)),
    ("B", 2, "weighted", False, ED_6): ((1000, 18000), (60,)),
    ("B", 2, "peak", True, ED_6): ((1000, 11700, 12700, 18000), (92, 73, 92)),
}

PARAMETERS = {
    "cispr11-g2-3m-pk-harmonic-bands": (82.0, "dBuV/m", "low"),
    "cispr11-ed7-range-1-internal": (108e6, "Hz", "high"),
    "cispr11-ed7-range-1-measured": (1e9, "Hz", "high"),
    "cispr11-ed7-range-2-internal": (500e6, "Hz", "high"),
    "cispr11-ed7-range-2-measured": (2e9, "Hz", "high"),
    "cispr11-ed7-range-3-internal": (1e9, "Hz", "high"),
    "cispr11-ed7-range-3-measured": (5e9, "Hz", "high"),
    "cispr11-ed7-range-4-multiple": (5.0, "1", "high"),
    "cispr11-ed7-range-4-measured": (6e9, "Hz", "high"),
    "cispr16-2-3-height-lowest": (1.0, "m", "high"),
    "cispr16-2-3-height-highest": (4.0, "m", "high"),
    "cispr16-2-3-table-height": (0.8, "m", "high"),
    "cispr16-2-3-turntable": (360.0, "deg", "high"),
    "cispr16-2-3-height-lowest-30m": (2.0, "m", "low"),
    "cispr16-2-3-height-highest-30m": (6.0, "m", "low"),
    "cispr16-2-3-floor-standing-lowest": (0.1, "m", "high"),
    "cispr16-2-3-floor-standing-highest": (0.15, "m", "high"),
    "cispr16-2-1-amn-distance": (0.8, "m", "high"),
    "cispr16-2-1-plane-distance": (0.4, "m", "high"),
    "cispr16-2-1-lead-length": (1.0, "m", "high"),
}

DESIGNATED = {  # centre, from, to in MHz
    "6.78": (6.78, 6.765, 6.795),
    "13.56": (13.56, 13.553, 13.567),
    "27.12": (27.12, 26.957, 27.283),
    "40.68": (40.68, 40.66, 40.70),
    "433.92": (433.92, 433.05, 434.79),
    "915": (915, 902, 928),
    "2450": (2450, 2400, 2500),
    "5800": (5800, 5725, 5875),
    "24125": (24125, 24000, 24250),
}

U_CISPR = {  # test, range in Hz, dB
    "amn-9-150khz": ("conducted_emission", (9e3, 150e3), 3.8),
    "amn-0.15-30": ("conducted_emission", (150e3, 30e6), 3.4),
    "voltage-probe": ("conducted_emission", (None, None), 2.9),
    "aan": ("conducted_emission", (None, None), 5.0),
    "cvp": ("conducted_emission", (None, None), 3.9),
    "current-probe": ("conducted_emission", (None, None), 2.9),
    "absorbing-clamp": ("conducted_emission", (None, None), 4.5),
    "radiated-30-1000": ("radiated_emission", (30e6, 1e9), 6.3),
    "radiated-far-30-1000": ("radiated_emission", (30e6, 1e9), 5.3),
    "radiated-1-6ghz": ("radiated_emission", (1e9, 6e9), 5.2),
    "radiated-6-18ghz": ("radiated_emission", (6e9, 18e9), 5.5),
}

NETWORKS = {  # ohm, H, ohm, range in Hz
    "50-50-5": (50.0, 50e-6, 5.0, (9e3, 30e6)),
    "50-50": (50.0, 50e-6, None, (150e3, 30e6)),
    "50-5-1": (50.0, 5e-6, 1.0, (150e3, 108e6)),
}


def _pieces(edges, limits) -> list[Piece]:
    ends = [limit if isinstance(limit, tuple) else (limit, limit) for limit in limits]
    return [
        (low * MHZ, high * MHZ, float(start), float(stop))
        for low, high, (start, stop) in zip(edges, edges[1:], ends, strict=False)
    ]


def _line(test, equipment, place, detector, fluctuating=False, edition=ED_6) -> Line:
    return (test, *equipment, place, detector, fluctuating, edition)


def _conducted() -> Iterator[tuple[Line, list[Piece]]]:
    ports = {equipment: ("ac_mains", MAINS_EDGES, *both) for equipment, both in MAINS.items()}
    tables = [*ports.items(), *((e, ("dc_power", *rest)) for e, rest in DC_PORT.items())]
    for equipment, (port, edges, *both) in tables:
        for detector, limits in zip(("quasi_peak", "average"), both, strict=True):
            line = _line("conducted_emission", equipment, port, detector)
            yield line, _pieces(edges, limits)


def _fields() -> Iterator[tuple[Line, list[Piece]]]:
    radiated, magnetic, detector = "radiated_emission", "magnetic_emission", "quasi_peak"
    b, a = ("B", 2, 0.0, None), ("A", 2, 0.0, None)
    for (kind, above, to, distance), limits in GROUP_1.items():
        line = _line(radiated, (kind, 1, above, to), distance, detector)
        yield line, _pieces((30, 230, 1000), limits)
    yield _line(magnetic, b, 3.0, detector), _pieces((0.15, 30), ((39, 3),))
    for (distance, read), limits in GROUP_2_B.items():
        yield _line(radiated, b, distance, read), _pieces(GROUP_2_B_EDGES, limits)
    for distance, limits in GROUP_2_A.items():
        yield _line(radiated, a, distance, detector), _pieces(GROUP_2_A_EDGES, limits)
    for distance, limits in GROUP_2_A_H.items():
        yield _line(magnetic, a, distance, detector), _pieces(GROUP_2_A_H_EDGES, limits)
    for (kind, group, read, fluctuating, edition), (edges, limits) in ABOVE_1_GHZ.items():
        equipment = (kind, group, 0.0, None)
        yield _line(radiated, equipment, 3.0, read, fluctuating, edition), _pieces(edges, limits)


EXPECTED: dict[Line, list[Piece]] = {**dict(_conducted()), **dict(_fields())}
"""Lines of the fact table, each as its pieces (from, to, limit from, limit to)."""


def _key(row: Limit) -> Line:
    equipment = (row.equipment_class, row.group, row.power_above, row.power_to)
    place = row.distance if row.distance is not None else row.port
    return (row.test, *equipment, place, row.detector, row.fluctuating, row.edition)


def _lines() -> dict[Line, list[Limit]]:
    lines: dict[Line, list[Limit]] = {}
    for row in sorted(load().limits, key=lambda row: row.frequency_from):
        lines.setdefault(_key(row), []).append(row)
    return lines


def test_every_row_is_in_the_fact_table() -> None:
    rows = [row for row in load().rows if row.standard in ("CISPR 11", "CISPR 16-2-1")]
    rows += [row for row in load().rows if row.standard in ("CISPR 16-2-3", "CISPR 16-4-2")]
    rows += load().of(Network)
    known = sum(map(len, EXPECTED.values())) + len(PARAMETERS) + len(DESIGNATED)
    assert len(rows) == known + len(U_CISPR) + len(NETWORKS)


def test_the_same_limit_lines_as_in_the_fact_table() -> None:
    assert set(_lines()) == set(EXPECTED)


@pytest.mark.parametrize("line", list(EXPECTED), ids=str)
def test_limit_line(line: Line) -> None:
    rows = _lines()[line]
    assert len(rows) == len(EXPECTED[line])
    for row, (low, high, start, stop) in zip(rows, EXPECTED[line], strict=True):
        assert math.isclose(row.frequency_from, low, rel_tol=1e-12)
        assert math.isclose(row.frequency_to, high, rel_tol=1e-12)
        assert (row.limit_from, row.limit_to) == (start, stop)


def test_some_limits_of_group_2_are_for_some_of_its_equipment_only() -> None:
    """Class B average below 1 GHz: magnetrons; from 1 GHz on: what works above 400 MHz."""
    for row in load().limits:
        above_1_ghz = row.group == 2 and row.frequency_from >= 1e9
        assert row.works_above == (400e6 if above_1_ghz else None), row.id
        field = row.test == "radiated_emission" and row.group == 2
        assert row.magnetron is (field and row.detector == "average"), row.id


def test_limit_lines_have_no_gap() -> None:
    for rows in _lines().values():
        for row, following in pairwise(rows):
            assert row.frequency_to == following.frequency_from


def test_confidence_follows_the_fact_table() -> None:
    """Low below 85 %: class A of group 2, group 2 above 1 GHz, d.c. power ports; recalled at 85 %
    and more: high power, above 1 GHz in edition 7, class B of group 2 at 3 m but its H line.
    """
    for row in load().limits:
        above_1_ghz = row.frequency_from >= 1e9
        recalled_group_2 = row.group == 2 and (
            above_1_ghz or (row.equipment_class == "A" and row.test != "conducted_emission")
        )
        at_3_m = row.group == 2 and row.test == "radiated_emission" and row.distance == 3.0
        powerful = row.power_above > 0.0 or row.power_to == 75e3
        if recalled_group_2 or row.port == "dc_power":
            assert row.confidence == "low", row.id
        elif powerful or above_1_ghz or at_3_m:
            assert row.confidence == "high", row.id
        else:
            assert row.confidence == "confirmed", row.id


CLASS_B_QUASI_PEAK = {0.15: 66.0, 0.2: 63.61, 0.25: 61.76, 0.3: 60.24, 0.4: 57.85, 0.5: 56.0}
HIGH_POWER = {"quasi_peak": {10.0: 83.42, 20.0: 76.85}, "average": {10.0: 72.26, 20.0: 64.53}}
MAGNETIC = {0.5: 30.82, 1.0: 26.11, 3.0: 18.65, 10.0: 10.46, 13.56: 8.40, 27.12: 3.69}


@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize(("detector", "below"), [("quasi_peak", 0.0), ("average", 10.0)])
def test_class_b_mains_falls_with_the_logarithm(group: int, detector: str, below: float) -> None:
    """Values to two decimals, so within 0.005 dB."""
    line = limit_line("conducted_emission", "B", group=group, detector=detector)
    limits = line.at(MHZ * np.array(list(CLASS_B_QUASI_PEAK)))
    np.testing.assert_allclose(limits + below, list(CLASS_B_QUASI_PEAK.values()), atol=5.1e-3)


@pytest.mark.parametrize("detector", HIGH_POWER)
@pytest.mark.parametrize(("group", "power"), [(1, 50e3), (2, 50e3)])
def test_class_a_mains_of_high_power_falls_with_the_logarithm(
    detector: str, group: int, power: float
) -> None:
    """Values to two decimals, so within 0.005 dB."""
    line = limit_line("conducted_emission", "A", group=group, power=power, detector=detector)
    for frequency, expected in HIGH_POWER[detector].items():
        assert line.at(frequency * MHZ) == pytest.approx(expected, abs=5.1e-3)


@pytest.mark.parametrize("frequency", MAGNETIC)
def test_class_b_magnetic_field_falls_with_the_logarithm(frequency: float) -> None:
    """Values to two decimals, so within 0.005 dB."""
    line = limit_line("magnetic_emission", "B", group=2, distance=3.0)
    assert line.at(frequency * MHZ) == pytest.approx(MAGNETIC[frequency], abs=5.1e-3)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter(name: str) -> None:
    row = load().row(name)
    assert isinstance(row, Parameter)
    assert (row.value, row.unit, row.confidence) == PARAMETERS[name]


@pytest.mark.parametrize("name", DESIGNATED)
def test_designated_band(name: str) -> None:
    row = load().row(f"cispr11-ism-{name}")
    assert isinstance(row, Band)
    found = (row.centre, row.frequency_from, row.frequency_to)
    np.testing.assert_allclose(found, np.array(DESIGNATED[name]) * MHZ, rtol=1e-12)


@pytest.mark.parametrize(
    ("centre", "half_width"),
    [(6.78, 15e-3), (13.56, 13.56 * 5e-4), (27.12, 27.12 * 6e-3), (40.68, 40.68 * 5e-4)],
)
def test_width_of_the_designated_bands(centre: float, half_width: float) -> None:
    """15 kHz, 0.05 %, 0.6 % and 0.05 %; the table rounds to 1 kHz."""
    row = load().row(f"cispr11-ism-{centre}")
    assert isinstance(row, Band)
    for edge, sign in ((row.frequency_from, -1), (row.frequency_to, 1)):
        assert edge / MHZ == pytest.approx(centre + sign * half_width, abs=5e-4)


@pytest.mark.parametrize("equipment_class", ["A", "B"])
def test_corners_of_group_2_are_harmonics_of_the_ism_band(equipment_class: str) -> None:
    """27.12 MHz within 0.6 %, times 2, 3, 5 and 7; printed to 1 kHz at best, 5 kHz at worst."""
    low, high = 27.12 * (1 - 0.006), 27.12 * (1 + 0.006)
    rows = [r for r in load().limits if r.group == 2 and r.test == "radiated_emission"]
    corners = {r.frequency_from for r in rows if r.equipment_class == equipment_class}
    for order in (2, 3, 5, 7) if equipment_class == "A" else (3, 5):
        for edge in (order * low, order * high):
            assert any(abs(corner / MHZ - edge) <= 5.5e-3 for corner in corners), edge


@pytest.mark.parametrize(
    ("test", "port", "frequency", "ids"),
    [
        (
            "conducted_emission",
            "ac_mains",
            1e6,
            {f"cispr11-conducted-g{g}-b-{d}-0.5-5" for g in (1, 2) for d in ("qp", "av")},
        ),
        ("conducted_emission", "enclosure", 1e6, set()),
        ("magnetic_emission", "enclosure", 1e6, {"cispr11-g2-b-3m-h-0.15-30"}),
        (
            "radiated_emission",
            "enclosure",
            100e6,
            {"cispr11-g1-b-10m-30-230", "cispr11-g1-b-3m-30-230"}
            | {f"cispr11-g2-b-{m}m-{d}-81.848-134.786" for m in (3, 10) for d in ("qp", "av")},
        ),
    ],
)
def test_limits_that_apply_at_home(test: str, port: str, frequency: float, ids: set[str]) -> None:
    """Class B of the current edition: what a port is asked for, by its test and frequency."""
    found = applying(load(), test=test, port=port, environment="home", frequency=frequency)
    assert {row.id for row in found} == ids


def test_the_designated_band_is_told_with_the_limits() -> None:
    found = applying(load(), test="radiated_emission", environment="home", frequency=433.92e6)
    assert "cispr11-ism-433.92" in {row.id for row in found}


@pytest.mark.parametrize("name", U_CISPR)
def test_u_cispr(name: str) -> None:
    row = load().row(f"cispr16-4-2-{name}")
    assert isinstance(row, Uncertainty)
    test, band, value = U_CISPR[name]
    assert (row.test, (row.frequency_from, row.frequency_to), row.expanded) == (test, band, value)
    assert (row.coverage, row.confidence) == (2.0, "high")


@pytest.mark.parametrize("name", NETWORKS)
def test_network(name: str) -> None:
    row = load().row(f"cispr16-1-2-{name}")
    assert isinstance(row, Network)
    resistance, inductance, series, band = NETWORKS[name]
    assert (row.receiver_resistance, row.series_resistance) == (resistance, series)
    assert row.inductance == pytest.approx(inductance)
    assert (row.frequency_from, row.frequency_to) == band
    assert (row.impedance_tolerance, row.phase_tolerance) == (0.2, 11.5)
    assert row.confidence == "high"


def test_elements_of_the_network_for_mains() -> None:
    row = load().row("cispr16-1-2-50-50-5")
    assert isinstance(row, Network)
    assert row.circuit is not None
    elements = row.circuit.model_dump()
    assert elements == pytest.approx(
        {
            "mains_inductance": 250e-6,
            "shunt_capacitance": 8e-6,
            "shunt_resistance": 5.0,
            "mains_capacitance": 4e-6,
            "mains_resistance": 10.0,
            "coupling_capacitance": 0.25e-6,
            "bleed_resistance": 1000.0,
        }
    )
