"""ICNIRP 2020 against a second copy of the facts, and rows that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import resources
from emtwin.errors import InputError
from emtwin.standards import BasicRestriction, ReferenceLevel, load, query

MHZ, GHZ = 1e6, 1e9
PUBLIC, WORKERS = "general_public", "occupational"
E, H, S = "electric_field", "magnetic_field", "power_density"
LOW, MIDDLE, HIGH = (0.1 * MHZ, 30 * MHZ), (30 * MHZ, 400 * MHZ), (400 * MHZ, 2 * GHZ)
TO_10_MHZ = (0.1 * MHZ, 10 * MHZ)
TO_6_GHZ, ABOVE_6_GHZ, ABOVE_2_GHZ = (2 * GHZ, 6 * GHZ), (6 * GHZ, 300 * GHZ), (2 * GHZ, 300 * GHZ)

# (quantity, exposure, group): pieces (range, coefficient, exponent)
LEVELS = {
    (E, "local", PUBLIC): ((LOW, 671, -0.7), (MIDDLE, 62, 0), (HIGH, 4.72, 0.43)),
    (E, "local", WORKERS): ((LOW, 1504, -0.7), (MIDDLE, 139, 0), (HIGH, 10.58, 0.43)),
    (H, "local", PUBLIC): ((LOW, 4.9, -1), (MIDDLE, 0.163, 0), (HIGH, 0.0123, 0.43)),
    (H, "local", WORKERS): ((LOW, 10.8, -1), (MIDDLE, 0.36, 0), (HIGH, 0.0274, 0.43)),
    (S, "local", PUBLIC): (
        *((MIDDLE, 10, 0), (HIGH, 0.058, 0.86), (TO_6_GHZ, 40, 0)),
        (ABOVE_6_GHZ, 55, -0.177),
    ),
    (S, "local", WORKERS): (
        *((MIDDLE, 50, 0), (HIGH, 0.29, 0.86), (TO_6_GHZ, 200, 0)),
        (ABOVE_6_GHZ, 275, -0.177),
    ),
    (E, "whole_body", PUBLIC): ((LOW, 300, -0.7), (MIDDLE, 27.7, 0), (HIGH, 1.375, 0.5)),
    (H, "whole_body", PUBLIC): ((LOW, 2.2, -1), (MIDDLE, 0.073, 0), (HIGH, 0.0037, 0.5)),
    (S, "whole_body", PUBLIC): ((MIDDLE, 2, 0), (HIGH, 1 / 200, 1), (ABOVE_2_GHZ, 10, 0)),
    (E, "whole_body", WORKERS): ((LOW, 660, -0.7), (MIDDLE, 61, 0), (HIGH, 3, 0.5)),
    (H, "whole_body", WORKERS): ((LOW, 4.9, -1), (MIDDLE, 0.16, 0), (HIGH, 0.008, 0.5)),
    (S, "whole_body", WORKERS): ((MIDDLE, 10, 0), (HIGH, 1 / 40, 1), (ABOVE_2_GHZ, 50, 0)),
    (E, "peak", PUBLIC): ((TO_10_MHZ, 83, 0),),
    (E, "peak", WORKERS): ((TO_10_MHZ, 170, 0),),
    (H, "peak", PUBLIC): ((TO_10_MHZ, 21, 0),),
    (H, "peak", WORKERS): ((TO_10_MHZ, 80, 0),),
}

# (quantity, region): public, occupational, averaging time s, mass kg, area m2
RESTRICTIONS = {
    ("specific_absorption_rate", "whole_body"): (0.08, 0.4, 1800, None, None),
    ("specific_absorption_rate", "head_and_torso"): (2, 10, 360, 0.01, None),
    ("specific_absorption_rate", "limbs"): (4, 20, 360, 0.01, None),
    ("absorbed_power_density", "any"): (20, 100, 360, None, 4e-4),
    ("induced_electric_field", "any"): (1.35e-4, 2.7e-4, None, None, None),
}


def test_the_same_lines_as_in_the_fact_table() -> None:
    assert {(r.quantity, r.exposure, r.group) for r in load().of(ReferenceLevel)} == set(LEVELS)
    found = {(r.quantity, r.region) for r in load().of(BasicRestriction)}
    assert found == set(RESTRICTIONS)


@pytest.mark.parametrize("line", LEVELS, ids="-".join)
def test_reference_level(line: tuple[str, str, str]) -> None:
    rows = [r for r in load().of(ReferenceLevel) if (r.quantity, r.exposure, r.group) == line]
    assert len(rows) == len(LEVELS[line])
    for row, (band, coefficient, exponent) in zip(rows, LEVELS[line], strict=True):
        assert (row.frequency_from, row.frequency_to) == band
        assert (row.coefficient, row.exponent) == (coefficient, exponent)
        assert row.frequency_unit == ("GHz" if band == ABOVE_6_GHZ else "MHz")
        assert row.unit == {E: "V/m", H: "A/m", S: "W/m2"}[row.quantity]
        times = {"local": 360, "whole_body": 1800, "peak": None}
        assert row.averaging_time == times[row.exposure]
        assert row.confidence == ("confirmed" if row.exposure == "local" else "high")


@pytest.mark.parametrize("line", RESTRICTIONS, ids="-".join)
def test_basic_restriction(line: tuple[str, str]) -> None:
    public, workers, time, mass, area = RESTRICTIONS[line]
    rows = [r for r in load().of(BasicRestriction) if (r.quantity, r.region) == line]
    assert {row.group: row.coefficient for row in rows} == {PUBLIC: public, WORKERS: workers}
    for row in rows:
        found = (row.averaging_time, row.averaging_mass, row.averaging_area)
        assert found == (time, mass, area)
        assert row.confidence == ("high" if "induced" in row.quantity else "confirmed")
        assert row.exponent == (1 if "induced" in row.quantity else 0)


def test_rows_say_what_they_ask_for() -> None:
    (row,) = query("icnirp local electric general public 671")
    assert row.summary() == (
        "reference level, electric field local, general public, 100 kHz to 30 MHz: "
        "671 x (f/MHz)^-0.7 V/m, mean over 6 min"
    )
    (row,) = query("icnirp induced occupational")
    assert row.summary() == (
        "basic restriction, induced electric field, occupational, 100 kHz to 10 MHz: "
        "0.00027 x (f/Hz) V/m"
    )
    (row,) = query("icnirp limbs occupational")
    assert row.summary().endswith("20 W/kg, mean over 6 min and 10 g")
    (row,) = query("icnirp absorbed density occupational")
    assert row.summary().endswith("100 W/m2, mean over 6 min and 4 cm2")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("frequency_to: 30 MHz", "frequency_to: 50 kHz", "frequency_from must be below"),
        ("frequency_to: 30 MHz", "frequency_to: 40 MHz", "frequency range overlaps"),
        ("coefficient: 671", "coefficient: 0", "coefficient: 0: .* greater than 0"),
        ("    unit: V/m\n", "", "unit: is missing"),
        ("unit: V/m", "unit: furlong", "'furlong' is unknown for electric_field"),
        ("unit: V/m", "unit: A/m", "whose limits are in V/m"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (resources.standards_dir() / "icnirp_2020.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=rf"bad.yaml:.*icnirp2020-local-e-public-.*{said}"):
        load(tmp_path)
