"""Levels of the manufacturer: raised with a reason, lower only in a special environment."""

from __future__ import annotations

import pytest

from emtwin.benches import radiated_immunity
from emtwin.benches.planning import Plan, radiated_immunity_level_of
from emtwin.errors import InputError, Problem
from emtwin.standards import load as load_standards
from tests.unit.benches.planning.conftest import (
    ENVIRONMENT,
    TESTS,
    Load,
    Make,
    device,
    entry,
    with_tests,
)

SPECIAL = (ENVIRONMENT, "environment: special\n")
ALL_SPECIAL = (
    "  radiated_immunity: {level: 1 V/m, reason: a shielded room}\n"
    "  esd: {contact: [4 kV], air: [4 kV], reason: conductive floor}\n"
    "  proximity_rf: {levels_of: professional, reason: radios are let in}\n"
    "  power_frequency_magnetic: {level: 300 A/m, reason: beside a transformer}\n"
    "  proximity_magnetic: {spots: [{frequency: 134.2 kHz, level: 80 A/m}, "
    "{frequency: 1 MHz, level: 5 A/m}], reason: RFID gate}\n"
    "  eft: {level: 0.5 kV, reason: filtered mains}\n"
    "  surge: {line_to_ground: [1 kV], reason: protected lines}\n"
    "  conducted_immunity: {level: 1 V, level_in_bands: 1 V, reason: a shielded room}\n"
)


def said(plan: Plan, test: str, port: str = "enclosure") -> list[str]:
    """Levels of a test in words."""
    return [level.said for level in entry(plan, test, port).levels]


def raised(line: str) -> tuple[str, str]:
    """Radiated immunity with options."""
    return TESTS, f"  radiated_immunity: {{{line}}}\n"


def problem_of(make: Make, *changes: tuple[str, str]) -> Problem:
    with pytest.raises(InputError) as caught:
        make(*changes)
    return caught.value.problems[0]


def test_a_raised_level_has_its_reason_in_the_plan(make: Make) -> None:
    plan = make(raised("level: 20 V/m, reason: next to a base station"))
    (level,) = entry(plan, "radiated_immunity", "enclosure").levels
    assert level.said == "20 V/m, 80 MHz to 2.7 GHz"
    assert level.changed == "3 V/m in the table; next to a base station"
    assert level.row == "iec60601-1-2-t4-radiated-rf-professional"


def test_the_verdict_has_the_same_level(load: Load) -> None:
    """What the plan raises, the bench applies."""
    loaded = load(raised("level: 20 V/m, reason: next to a base station"))
    row, changed = radiated_immunity_level_of(loaded, load_standards())
    assert (row.levels, row.band) == ((20.0,), (80e6, 2.7e9))
    assert "next to a base station" in changed


def test_levels_of_the_home_environment(make: Make) -> None:
    plan = make(raised("levels_of: home, reason: also used at home"))
    (level,) = entry(plan, "radiated_immunity", "enclosure").levels
    assert level.said.startswith("10 V/m")
    assert level.changed == "levels of the home environment; also used at home"


def test_a_modulation_of_the_risk_file(make: Make) -> None:
    plan = make(raised("modulation_frequency: 2 Hz, reason: respiration"))
    (level,) = entry(plan, "radiated_immunity", "enclosure").levels
    assert (level.modulation, level.changed) == (
        "80 % AM 2 Hz",
        "80 % AM 1 kHz in the table; respiration",
    )


@pytest.mark.parametrize(
    ("distance", "level"),
    [("0.1 m", "84.9 V/m at 450 MHz"), ("0.2 m", "42.4 V/m at 450 MHz")],
)
def test_a_smaller_separation_raises_the_proximity_level(
    make: Make, distance: str, level: str
) -> None:
    """6 sqrt(2 W) / 0.1 m = 84.9 V/m, at 0.2 m half of it."""
    plan = make(with_tests(f"proximity_rf: {{distance: {distance}, reason: worn on the body}}"))
    levels = entry(plan, "proximity_rf", "enclosure").levels
    (found,) = [one for one in levels if "450 MHz" in one.said]
    assert found.said == level
    assert f"28 V/m in the table, {distance} to the transmitter" in found.changed
    remarks = entry(plan, "proximity_rf", "enclosure").remarks
    assert any(f"levels hold for {distance}" in remark for remark in remarks)
    assert all(one.changed for one in levels)


def test_one_burst_level_for_ports_of_different_levels(make: Make) -> None:
    """The declared level holds where it is the higher one."""
    mains = device("power: {ac: {voltage: [230 V]}}")
    plan = make(mains, with_tests("eft: {level: 2 kV, reason: long cables}"))
    assert said(plan, "eft", "ac_mains") == ["±2 kV, repetition 100 kHz"]
    assert said(plan, "eft", "signal") == ["±2 kV, repetition 100 kHz"]
    assert entry(plan, "eft", "ac_mains").levels[0].changed == ""
    assert "±1 kV in the table" in entry(plan, "eft", "signal").levels[0].changed


def test_bands_with_a_level_of_their_own(make: Make) -> None:
    plan = make(with_tests("conducted_immunity: {level_in_bands: 10 V, reason: ISM next door}"))
    levels = entry(plan, "conducted_immunity", "signal").levels
    assert [(one.said.split(",")[0], bool(one.changed)) for one in levels] == [
        ("3 V", False),
        ("10 V", True),
    ]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (raised("level: 1 V/m, reason: x"), "radiated_immunity.level", "1 V/m is below the 3 V/m"),
        (
            with_tests("esd: {contact: [6 kV], reason: x}"),
            "esd.contact",
            "6 kV is below the ±8 kV of Table 4",
        ),
        (
            with_tests("proximity_rf: {distance: 1 m, reason: x}"),
            "proximity_rf.distance",
            "8.05 V/m is below the 27 V/m of Table 9",
        ),
        (
            with_tests(
                "proximity_magnetic: {spots: [{frequency: 134.2 kHz, level: 8 A/m}], reason: x}"
            ),
            "proximity_magnetic.spots",
            "8 A/m is below the 65 A/m of Table 11",
        ),
    ],
)
def test_a_fixed_environment_is_not_lowered(
    make: Make, change: tuple[str, str], field: str, message: str
) -> None:
    problem = problem_of(make, change)
    assert problem.field == f"tests.{field}"
    assert message in problem.message
    assert "environment: special" in problem.remedy
    assert problem.line is not None


def test_professional_levels_at_home_are_refused(make: Make) -> None:
    problem = problem_of(
        make,
        (ENVIRONMENT, "environment: home\n"),
        raised("levels_of: professional, reason: x"),
    )
    assert problem.field == "tests.radiated_immunity.levels_of"
    assert "lower than those at home" in problem.message


def test_a_special_environment_must_give_its_levels(make: Make) -> None:
    problem = problem_of(make, SPECIAL)
    assert problem.field == "tests.esd"
    assert "a special environment has no fixed levels" in problem.message
    assert "esd: {contact: [8 kV], reason: WHY}" in problem.remedy
    assert "not_applicable: REASON" in problem.remedy


def test_a_special_environment_with_levels_below_the_tables(make: Make) -> None:
    plan = make(SPECIAL, (TESTS, ALL_SPECIAL))
    assert plan.environment == "special"
    assert said(plan, "radiated_immunity") == ["1 V/m, 80 MHz to 2.7 GHz"]
    assert said(plan, "esd") == ["±4 kV contact", "±4 kV air"]
    assert said(plan, "power_frequency_magnetic")[0].startswith("300 A/m")
    assert said(plan, "eft", "signal") == ["±0.5 kV, repetition 100 kHz"]
    assert said(plan, "conducted_immunity", "signal")[0].startswith("1 V, 150 kHz to 80 MHz")
    magnetic = entry(plan, "proximity_magnetic", "enclosure")
    spots = magnetic.levels
    assert magnetic.frequencies is not None
    assert magnetic.frequencies.spots == (134.2e3, 1e6, 13.56e6)
    assert [one.said for one in spots] == [
        "80 A/m at 134.2 kHz",
        "7.5 A/m at 13.56 MHz",
        "5 A/m at 1 MHz",
    ]
    assert (spots[-1].row, spots[-1].citation) == ("", "risk management of the manufacturer")
    proximity = entry(plan, "proximity_rf", "enclosure").levels[0]
    assert proximity.changed == "as in the professional environment; radios are let in"
    # What a test does not give itself is that of the professional environment, and says so.
    assert spots[1].changed == "as in the professional environment; RFID gate"
    assert all(level.changed for test in plan.tests[:10] for level in test.levels)


def test_edition_3_knows_no_special_environment(make: Make) -> None:
    plan = make(SPECIAL, (TESTS, ALL_SPECIAL), edition="3")
    assert said(plan, "radiated_immunity")[0] == "1 V/m, 80 MHz to 2.5 GHz"


def test_a_level_of_the_whole_range_holds_in_its_bands(make: Make) -> None:
    higher = make(with_tests("conducted_immunity: {level: 10 V, reason: a transmitter}"))
    assert [one.split(",")[0] for one in said(higher, "conducted_immunity", "signal")] == [
        *("10 V", "10 V"),
    ]
    between = make(with_tests("conducted_immunity: {level: 5 V, reason: a transmitter}"))
    assert [one.split(",")[0] for one in said(between, "conducted_immunity", "signal")] == [
        *("5 V", "6 V"),
    ]


def test_the_sweep_of_a_run_in_a_special_environment(load: Load) -> None:
    loaded = load(SPECIAL, (TESTS, ALL_SPECIAL))
    sweep = radiated_immunity.sweep_of(loaded, 1e9)
    assert (sweep[0], sweep[-1]) == (80e6, 1e9)


def test_a_receivers_band_is_in_the_sweep_of_a_run(load: Load) -> None:
    radio = "intentional_receivers: [{name: a, frequency_from: 868 MHz, frequency_to: 868.6 MHz}]"
    plain, tuned = (
        radiated_immunity.sweep_of(load(*changes), 1e9) for changes in ((), (device(radio),))
    )
    assert set(tuned) - set(plain) == {868.3e6}


def test_a_higher_level_keeps_those_of_the_table_below_it(make: Make) -> None:
    """Discharges and surges go through all levels: 25 kV in air does not spare 2 kV."""
    plan = make(with_tests("esd: {contact: [15 kV], air: [25 kV], reason: dry rooms}"))
    assert said(plan, "esd") == ["±8, ±15 kV contact", "±2, ±4, ±8, ±15, ±25 kV air"]
