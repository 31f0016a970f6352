"""Every limit and every number of its methods, against a second copy of the facts."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from emtwin.standards import Limit, Parameter, load

MHZ = 1e6

GROUP_1 = {  # (class, power above, distance): (30-230 MHz, 230-1000 MHz)
    ("B", 0.0, 10.0): (30.0, 37.0),
    ("B", 0.0, 3.0): (40.0, 47.0),
    ("A", 0.0, 10.0): (40.0, 47.0),
    ("A", 0.0, 3.0): (50.0, 57.0),
    ("A", 20e3, 10.0): (50.0, 50.0),
    ("A", 20e3, 3.0): (60.0, 60.0),
}

GROUP_2_B_EDGES = (30, 80.872, 81.848, 134.786, 136.414, 230, 1000)
GROUP_2_B = {
    (10.0, "quasi_peak"): (30, 50, 30, 50, 30, 37),
    (10.0, "average"): (25, 45, 25, 45, 25, 32),
    (3.0, "quasi_peak"): (40, 60, 40, 60, 40, 47),
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

PARAMETERS = {
    "iec61000-4-3-modulation-depth": (0.8, "1", "confirmed"),
    "iec61000-4-3-modulation-frequency": (1000.0, "Hz", "confirmed"),
    "iec61000-4-3-calibration-factor": (1.8, "1", "confirmed"),
    "iec61000-4-3-frequency-step": (1.0, "%", "confirmed"),
    "iec61000-4-3-dwell": (0.5, "s", "confirmed"),
    "iec61000-4-3-distance": (3.0, "m", "confirmed"),
    "iec61000-4-3-distance-shortest": (1.0, "m", "confirmed"),
    "iec61000-4-3-faces": (4.0, "1", "confirmed"),
    "iec61000-4-3-polarisations": (2.0, "1", "confirmed"),
    "iec61000-4-3-uniform-area-side": (1.5, "m", "confirmed"),
    "iec61000-4-3-uniform-area-height": (0.8, "m", "confirmed"),
    "cispr16-2-3-height-lowest": (1.0, "m", "high"),
    "cispr16-2-3-height-highest": (4.0, "m", "high"),
    "cispr16-2-3-table-height": (0.8, "m", "high"),
    "cispr16-2-3-turntable": (360.0, "deg", "high"),
    "cispr16-1-1-bandwidth-band-c-d": (120e3, "Hz", "confirmed"),
    "cispr16-4-2-radiated-30-1000": (6.3, "dB", "high"),
    "cispr16-4-2-radiated-far-30-1000": (5.3, "dB", "high"),
    "cispr16-4-2-radiated-1-6ghz": (5.2, "dB", "high"),
    "cispr16-4-2-radiated-6-18ghz": (5.5, "dB", "high"),
}


def _lines() -> dict[tuple[object, ...], list[Limit]]:
    lines: dict[tuple[object, ...], list[Limit]] = {}
    for row in sorted(load().limits, key=lambda row: row.frequency_from):
        key = (row.quantity, row.equipment_class, row.group, row.power_above)
        lines.setdefault((*key, row.distance, row.detector), []).append(row)
    return lines


def _expected() -> dict[tuple[object, ...], list[tuple[float, float, float, float]]]:
    """Limit lines of the fact table: pieces (from, to, limit from, limit to)."""
    electric = "electric_field"
    lines: dict[tuple[object, ...], list[tuple[float, float, float, float]]] = {
        ("magnetic_field", "B", 2, 0.0, 3.0, "quasi_peak"): _pieces((0.15, 30), ((39, 3),))
    }
    for (kind, above, distance), values in GROUP_1.items():
        lines[electric, kind, 1, above, distance, "quasi_peak"] = _pieces((30, 230, 1000), values)
    for (distance, detector), limits in GROUP_2_B.items():
        lines[electric, "B", 2, 0.0, distance, detector] = _pieces(GROUP_2_B_EDGES, limits)
    for distance, limits in GROUP_2_A.items():
        lines[electric, "A", 2, 0.0, distance, "quasi_peak"] = _pieces(GROUP_2_A_EDGES, limits)
    for distance, pieces in GROUP_2_A_H.items():
        key = ("magnetic_field", "A", 2, 0.0, distance, "quasi_peak")
        lines[key] = _pieces(GROUP_2_A_H_EDGES, pieces)
    return lines


def _pieces(edges, limits) -> list[tuple[float, float, float, float]]:
    ends = [limit if isinstance(limit, tuple) else (limit, limit) for limit in limits]
    return [
        (low * MHZ, high * MHZ, float(start), float(stop))
        for low, high, (start, stop) in zip(edges, edges[1:], ends, strict=False)
    ]


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter(name: str) -> None:
    row = load().row(name)
    assert isinstance(row, Parameter)
    assert (row.value, row.unit, row.confidence) == PARAMETERS[name]


def test_the_same_limit_lines_as_in_the_fact_table() -> None:
    assert set(_lines()) == set(_expected())


@pytest.mark.parametrize("line", list(_expected()), ids=str)
def test_limit_line(line: tuple[object, ...]) -> None:
    expected = _expected()[line]
    rows = _lines()[line]
    assert len(rows) == len(expected)
    for row, (low, high, start, stop) in zip(rows, expected, strict=True):
        assert math.isclose(row.frequency_from, low, rel_tol=1e-12)
        assert math.isclose(row.frequency_to, high, rel_tol=1e-12)
        assert (row.limit_from, row.limit_to) == (start, stop)
        assert row.edition == "2015+A1:2016+A2:2019"


def test_limit_lines_have_no_gap() -> None:
    for rows in _lines().values():
        for row, following in pairwise(rows):
            assert row.frequency_to == following.frequency_from


def test_confidence_follows_the_fact_table() -> None:
    low = {row.id for row in load().limits if row.confidence == "low"}
    assert low == {row.id for row in load().limits if row.id.startswith("cispr11-g2-a-")}
    above = [row for row in load().limits if "above-20kva" in row.id]
    assert {row.confidence for row in above} == {"high"}


def test_class_a_group_2_corners_are_harmonics_of_the_ism_band() -> None:
    low, high = 27.12e6 * (1 - 0.006), 27.12e6 * (1 + 0.006)
    corners = {row.frequency_from for row in load().limits if row.group == 2}
    for order in (2, 3, 5):
        for edge in (order * low, order * high):
            assert any(math.isclose(corner, edge, rel_tol=1e-4) for corner in corners), edge
