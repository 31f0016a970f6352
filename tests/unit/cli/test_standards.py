"""`emtwin standards` answers with rows, clause and confidence, grouped by test."""

from __future__ import annotations

import json

import pytest
import yaml

from emtwin.cli import standards as command
from emtwin.standards import terms
from tests.unit.cli.conftest import Call


def _ids(call: Call, *asked: str) -> set[str]:
    done = call("standards", "--json", *asked)
    assert done.code == 0, done.err
    return {row["id"] for row in json.loads(done.out)["rows"]}


def test_rows_with_clause_and_confidence(call: Call) -> None:
    done = call("standards", "home", "radiated")
    assert done.code == 0
    for text in ("10 V/m", "80 MHz to 2.7 GHz", "IEC 60601-1-2:2014+A1:2020", "confirmed", "1 row"):
        assert text in done.out, text


def test_all_rows(call: Call) -> None:
    everything = json.loads(call("standards", "--json").out)["rows"]
    assert len(everything) > 20
    assert all(row["citation"] and row["confidence"] and row["edition"] for row in everything)
    assert f"{len(everything)} rows" in call("standards").out


def test_what_applies_at_433_92_mhz_to_a_home_device(call: Call) -> None:
    """What a test house lists: field, proximity field, class B limits, and the ISM band."""
    done = call("standards", "--frequency", "433.92 MHz", "--environment", "home")
    assert done.code == 0
    titles = [line.strip() for line in done.out.splitlines() if line[:1].isalpha()]
    assert titles == [
        "Radiated RF fields (radiated_immunity)",
        "Proximity fields of RF wireless equipment (proximity_rf)",
        "Radiated emission (radiated_emission)",
        "Bands at this frequency",
    ]
    for text in (
        *("10 V/m", "Table 4", "28 V/m", "Table 9", "FM ±5 kHz, 1 kHz sine", "2 W at 0.3 m"),
        *("433.92 MHz is in its band; the test is at 450 MHz", "class B group 1, 3 m"),
        *("37 dBuV/m", "47 dBuV/m", "designated ISM", "433.05", "Tests without a frequency"),
        "Rows of low confidence never decide a verdict alone",
    ):
        assert text in done.out, text
    assert "class A" not in done.out
    assert _ids(call, "--frequency", "433.92MHz", "--environment", "home") == {
        *("iec60601-1-2-t4-radiated-rf-home", "iec60601-1-2-t9-430-470mhz", "cispr11-ism-433.92"),
        *("cispr11-g1-b-10m-230-1000", "cispr11-g1-b-3m-230-1000"),
        *("cispr11-g2-b-10m-qp-230-1000", "cispr11-g2-b-10m-av-230-1000"),
        *("cispr11-g2-b-3m-qp-230-1000", "cispr11-g2-b-3m-av-230-1000"),
    }


def test_sloping_limit_is_told_at_the_frequency(call: Call) -> None:
    """Class B conducted, quasi-peak: 66 dBuV at 0.15 MHz to 56 at 0.5 MHz; 61.8 at 0.25 MHz."""
    done = call(
        "standards", "--frequency", "250 kHz", "--environment", "home", "--port", "ac_mains"
    )
    assert "61.8 dBuV at 250 kHz" in done.out
    assert "51.8 dBuV at 250 kHz" in done.out


@pytest.mark.parametrize(
    ("frequency", "environment", "volts"),
    [
        ("13.56 MHz", "professional", "6v"),
        ("3.7 MHz", "professional", "3v"),
        ("3.7 MHz", "home", "6v"),
        ("14.25 MHz", "home", "3v"),
    ],
)
def test_bands_decide_the_conducted_level(
    call: Call, frequency: str, environment: str, volts: str
) -> None:
    asked = ("--test", "conducted_immunity", "--port", "patient", "--environment", environment)
    found = _ids(call, *asked, "--frequency", frequency)
    levels = {name for name in found if "conducted" in name}
    assert levels == {f"iec60601-1-2-t7-conducted-{volts}-{environment}"}


def test_editions(call: Call) -> None:
    asked = ("--test", "power_frequency_magnetic", "--environment", "home")
    assert _ids(call, *asked) == {"iec60601-1-2-t4-power-frequency-magnetic"}
    assert _ids(call, *asked, "--edition", "4.1") == _ids(call, *asked)
    assert _ids(call, *asked, "--edition", "3") == {"iec60601-1-2-2007-power-frequency-magnetic"}
    assert _ids(call, *asked, "--edition", "2014") == {
        "iec60601-1-2-2014-t4-power-frequency-magnetic"
    }


def test_words_and_options_together(call: Call) -> None:
    found = _ids(call, "line", "to", "ground", "--port", "signal", "--environment", "home")
    assert found == {"iec60601-1-2-t8-surge-line-to-ground"}


def test_dips_are_grouped_by_test(call: Call) -> None:
    done = call("standards", "--port", "ac_mains", "--environment", "professional")
    for text in ("Voltage dips (dips)", "70 % UT for 25/30 cycles", "Voltage interruptions"):
        assert text in done.out


def test_yaml_holds_what_json_holds_but_for_empty_fields(call: Call) -> None:
    asked = ("standards", "--test", "esd", "--port", "patient")
    as_json = json.loads(call(*asked, "--format", "json").out)
    assert as_json == json.loads(call(*asked, "--json").out)
    as_yaml = yaml.safe_load(call(*asked, "--format", "yaml").out)
    for brief, full in zip(as_yaml["rows"], as_json["rows"], strict=True):
        assert all(full[key] == value for key, value in brief.items())
        assert set(full) > set(brief)
        assert {"id", "citation", "summary", "test", "port", "environments"} <= set(brief)


def test_an_environment_by_another_name(call: Call) -> None:
    done = call("standards", "--environment", "hospital")
    assert done.code == 2
    said = " ".join(done.err.split())
    assert "'hospital' is not one of professional, home, special. Write 'professional'." in said


def test_a_query_without_an_answer(call: Call) -> None:
    done = call("standards", "radaited")
    assert done.code == 2
    assert "QUERY: no row of the standards says 'radaited'" in done.err
    assert "use fewer words, or none for all rows. Did you mean 'radiated'?" in done.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("--test", "esd", "--frequency", "1 GHz"),
            "no row of the standards answers --test esd --frequency '1 GHz'",
        ),
        (
            ("--test", "esd", "--frequency", "1 GHz"),
            "esd has no frequencies: leave --frequency out",
        ),
        (
            ("--test", "surge", "--port", "patient"),
            "surge is asked for at ac_mains, dc_input, signal",
        ),
        (
            ("--test", "proximity_magnetic", "--edition", "2007"),
            "no row does not mean no test",
        ),
        (
            ("--test", "radiated_immunity", "--frequency", "3 GHz"),
            "the frequencies of radiated_immunity are 80 MHz to 2.7 GHz",
        ),
        (("--test", "proximity_magnetic", "--edition", "2007"), "without --test"),
        (("--edition", "6.0"), "leave --edition out: there are no rows of it"),
        (
            ("--test", "surge", "--port", "patient", "--frequency", "1 MHz"),
            "not even without --frequency is there a row",
        ),
        (("--edition", "1999"), "IEC 60601-1-2 has 2007 (3), 2014 (4), 2014+A1:2020 (4.1)"),
        (("--edition", "7"), "CISPR 11 has 2015 (6.0)"),
        (("nothing", "--port", "patient"), "without the words"),
        (("--frequency", "0.001 Hz"), "the rows go from 50 Hz to"),
        (("nothing", "--frequency", "0.001 Hz"), "use fewer words, or none for all rows"),
        (("--frequency", "433"), "'433' has no unit"),
        (("--frequency", "-1 MHz"), "-1 MHz is not above 0 Hz"),
    ],
)
def test_nothing_found_says_what_to_leave_out(
    call: Call, asked: tuple[str, ...], said: str
) -> None:
    done = call("standards", *asked)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize(
    ("option", "word", "near"),
    [
        ("--test", "esdd", "esd"),
        ("--port", "mains", "ac_mains"),
        ("--environment", "hom", "home"),
        ("--format", "jason", "json"),
    ],
)
def test_unknown_word_offers_the_nearest(call: Call, option: str, word: str, near: str) -> None:
    done = call("standards", option, word)
    assert done.code == 2
    assert f"Did you mean '{near}'?" in done.err


def test_choices_are_the_words_of_the_rows() -> None:
    assert (
        *(terms.TESTS, terms.PORTS),
        terms.ENVIRONMENTS,
    ) == (command.TESTS, command.PORTS, command.ENVIRONMENTS)
