"""The plan of a device with every port asks for what IEC 60601-1-2:2014+A1:2020 asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline
from emtwin.benches.planning import Plan, PlannedTest, plan_tests
from tests.benches.tiny_device import write_tiny_device

EVERY_PORT = """  power:
    ac: {voltage: [100 V, 240 V], current: 1 A}
    dc: {nominal: 12 V, fed_by: vehicle}
  lines:
    - {name: mains, port: ac_mains, length: 2 m}
    - {name: supply, port: dc_input, length: 5 m}
    - {name: lead, port: patient, length: 2 m}
    - {name: network, port: signal, length: 10 m, outdoor: true}
  magnetically_sensitive: [reed contact]
  highest_frequency: 100 MHz
"""
IMMUNITY = {
    "enclosure": {
        *("esd", "radiated_immunity", "proximity_rf", "power_frequency_magnetic"),
        "proximity_magnetic",
    },
    "ac_mains": {"eft", "surge", "conducted_immunity", "dips", "interruptions"},
    "dc_input": {"eft", "surge", "conducted_immunity"},
    "patient": {"esd", "conducted_immunity"},
    "signal": {"esd", "eft", "surge", "conducted_immunity"},
}
"""Tables 4 to 8, professional environment; at home vehicles add supply transients."""


@pytest.fixture(scope="module", params=["professional", "home"])
def device(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> pipeline.LoadedTwin:
    """A device with all five ports."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    changes = (
        ("    - name: lead\n", "    - name: wire\n"),
        ("      common_mode: 150 ohm\n", "      common_mode: 150 ohm\n      port: internal\n"),
        ("      end: open\n", "      end: open\n      port: internal\n"),
        ("environment: professional\n", f"{EVERY_PORT}environment: {request.param}\n"),
    )
    return pipeline.load(write_tiny_device(folder, *changes))


@pytest.fixture(scope="module")
def plan(device: pipeline.LoadedTwin) -> Plan:
    """Its plan by the current edition."""
    return plan_tests(device)


def applying(plan: Plan, port: str) -> dict[str, PlannedTest]:
    """Immunity tests that apply at a port."""
    return {
        one.test: one
        for one in plan.tests
        if one.port == port and one.status == "applies" and "emission" not in one.test
    }


def levels(plan: Plan, port: str, test: str) -> list[str]:
    """Levels in words."""
    return [level.said for level in applying(plan, port)[test].levels]


def test_every_port_has_the_tests_of_its_table(plan: Plan) -> None:
    at_home = plan.environment == "home"
    for port, tests in IMMUNITY.items():
        expected = tests | ({"supply_transients"} if at_home and port == "dc_input" else set())
        found = set(applying(plan, port)) - {"harmonics", "flicker"}
        assert found == expected, port


def test_mains_and_emission(plan: Plan) -> None:
    found = {one.test: one.status for one in plan.tests if "emission" in one.test}
    assert found == {
        "radiated_emission": "applies",
        "conducted_emission": "applies",
        "magnetic_emission": "not_applicable",
    }
    assert {"harmonics", "flicker"} <= set(applying(plan, "ac_mains"))


def test_levels_of_the_environment(plan: Plan) -> None:
    """3 or 10 V/m; 6 V in ISM bands, at home in amateur bands too; 30 kHz at home only."""
    at_home = plan.environment == "home"
    radiated = levels(plan, "enclosure", "radiated_immunity")
    assert radiated == [f"{10 if at_home else 3} V/m, 80 MHz to 2.7 GHz"]
    names = "ISM and amateur" if at_home else "ISM"
    assert levels(plan, "signal", "conducted_immunity") == [
        f"3 V, 150 kHz to 80 MHz, outside {names} bands",
        f"6 V, in {names} bands",
    ]
    spots = applying(plan, "enclosure")["proximity_magnetic"].frequencies
    assert spots is not None
    assert spots.spots == ((30e3,) if at_home else ()) + (134.2e3, 13.56e6)


def test_levels_that_both_environments_share(plan: Plan) -> None:
    assert levels(plan, "enclosure", "esd") == ["±8 kV contact", "±2, ±4, ±8, ±15 kV air"]
    assert levels(plan, "ac_mains", "eft") == ["±2 kV, repetition 100 kHz"]
    assert levels(plan, "signal", "eft") == ["±1 kV, repetition 100 kHz"]
    assert levels(plan, "dc_input", "surge") == [
        "±0.5, ±1 kV line to line",
        "±0.5, ±1, ±2 kV line to ground",
    ]
    assert levels(plan, "signal", "surge") == ["±2 kV line to ground"]
    assert levels(plan, "ac_mains", "dips") == [
        "0 % UT for 0.5 cycle at 0, 45, 90, 135, 180, 225, 270, 315 deg",
        "0 % UT for 1 cycle at 0 deg, one phase at a time",
        "70 % UT for 25/30 cycles (500 ms) at 0 deg, one phase at a time",
    ]
    assert levels(plan, "ac_mains", "interruptions")[0].startswith("0 % UT for 250/300 cycles")


def test_the_fifteen_spots_of_table_9(plan: Plan) -> None:
    test = applying(plan, "enclosure")["proximity_rf"]
    assert test.frequencies is not None
    assert test.frequencies.count == 15
    assert len(test.levels) == 7
    modulations = {level.modulation for level in test.levels}
    assert modulations == {"pulse 18 Hz 50 %", "FM ±5 kHz, 1 kHz sine", "pulse 217 Hz 50 %"}


def test_frequencies_inside_bands_that_steps_jump_over(plan: Plan) -> None:
    """All bands of the 6 V level narrower than 1 % may be missed: 13.56 and 40.68 MHz are."""
    frequencies = applying(plan, "signal")["conducted_immunity"].frequencies
    assert frequencies is not None
    assert {13.56e6, 40.68e6} <= {round(f, 3) for f in frequencies.extra}
    assert frequencies.count == 633 + len(frequencies.extra)


def test_every_level_stands_in_a_row(plan: Plan) -> None:
    for test in plan.tests:
        for level in test.levels:
            assert level.row, (test.test, level.said)
            assert level.confidence in ("confirmed", "high", "low")
            assert level.citation


def test_mains_tests_name_the_rated_voltages(plan: Plan) -> None:
    tests = applying(plan, "ac_mains")
    assert "at the lowest and highest rated voltage: 100 V and 240 V" in tests["dips"].remarks
    assert "at any one rated voltage: 100 V to 240 V" in tests["interruptions"].remarks


@pytest.mark.parametrize("edition", ["3", "4"])
def test_a_plan_by_an_older_edition_has_bursts_and_surges(
    device: pipeline.LoadedTwin, edition: str
) -> None:
    """What the current edition asks for at a.c. mains, the older ones did too."""
    older = plan_tests(device, edition=edition)
    found = applying(older, "ac_mains")
    assert {"eft", "surge", "conducted_immunity", "dips", "interruptions"} <= set(found)
    repetition = "5 kHz" if edition == "3" else "100 kHz"
    assert levels(older, "ac_mains", "eft") == [f"±2 kV, repetition {repetition}"]
    assert levels(older, "signal", "eft") == [f"±1 kV, repetition {repetition}"]
    assert levels(older, "ac_mains", "surge")[-1].endswith("±2 kV line to ground")
