"""`emtwin plan` prints the test plan of the example pump as a test house would read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cli.conftest import Call, FakePipeline

PUMP = "examples/infusion_pump/twin.yaml"


@pytest.fixture
def pump(repository: Path) -> Path:
    """Twin file of the example pump."""
    return repository / PUMP


def squeezed(text: str) -> str:
    """Text without the lines of tables and without repeated blanks."""
    return " ".join(text.translate(str.maketrans("│┃", "  ")).split())


def test_it_fits_into_100_columns(call: Call, pump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    for words in ((), ("--edition", "3")):
        assert max(map(len, call("plan", pump, *words).out.splitlines())) <= 100


def test_the_plan_of_the_pump(call: Call, pump: Path) -> None:
    """What applies, what does not and why, levels, times, methods, rows."""
    done = call("plan", pump)
    assert (done.code, done.err) == (0, "")
    said = squeezed(done.out)
    for text in (
        "Test plan: Infusion pump, revision B",
        "IEC 60601-1-2:2014+A1:2020, professional environment; device 317 mm, with cables 2.5 m",
        *("±8 kV contact", "±2, ±4, ±8, ±15 kV air", "(radiated_immunity)"),
        *("3 V/m, 80 MHz to 2.7 GHz", "80 % AM 1 kHz", "355 frequencies"),
        *("infusion_line", "30 A/m at 50 or 60 Hz", "(power_frequency_magnetic)"),
        *("no a.c. mains port: device.power has d.c. 12 V from other equipment, battery inside",),
        *("cable dc_lead: the longest cable is 2.5 m, not longer than 3 m",),
        "cable sensor_cable: the longest cable is 0.8 m, shorter than 1 m",
        "FDA does not accept the exemption of short cables: plan with --authority FDA",
        "full wave, 80 MHz to 1 GHz: 2.5 m are 0.67 wavelengths at 80 MHz and 8.3 at 1 GHz",
        *("-> verdict by `emtwin run`, 1 field run", "-> verdict by `emtwin run`, 3 field runs"),
        *("IEC 60601-1-2:2014+A1:2020, Table 9", "confirmed", "iec60601-1-2-t11-134khz"),
        "This plan supports the manufacturer's test plan and does not replace it",
        *("about 34 min could be counted", "not counted: set-up"),
        "Cable 'dc_lead' is modelled with 912 mm (800 mm of it down to the floor)",
    ):
        assert text in said, text
    assert "UNDECLARED" not in done.out
    assert "What the current edition changes" not in done.out


def test_revision_a_has_the_same_plan_but_for_its_name(call: Call, pump: Path) -> None:
    b, a = call("plan", pump), call("plan", pump.with_name("twin_rev_a.yaml"))
    assert a.code == b.code == 0
    assert "revision A" in a.out
    tables = ["Tests that do not apply", "Rows of the standards"]
    cut = [done.out[done.out.index(tables[0]) : done.out.index("Methods")] for done in (a, b)]
    assert cut[0] == cut[1]


def test_what_is_missing_is_said_at_the_top(call: Call, tmp_path: Path) -> None:
    from tests.benches.tiny_device import write_tiny_device

    head = call("plan", write_tiny_device(tmp_path)).out.splitlines()[2]
    assert head.startswith("UNDECLARED: ")
    assert "of the remarks and notes below say what the twin file lacks" in head


def test_json(call: Call, pump: Path) -> None:
    document = json.loads(call("plan", pump, "--json").out)
    assert document["exit_code"] == 0
    assert document["edition"] == "2014+A1:2020"
    assert document["seconds"] == pytest.approx(2040, abs=60)
    assert document["tests_without_verdict"] == [
        *("esd", "proximity_rf", "power_frequency_magnetic", "proximity_magnetic"),
        "conducted_immunity",
    ]
    tests = {(one["test"], one["port"]): one for one in document["tests"]}
    radiated: Any = tests["radiated_immunity", "enclosure"]
    assert (radiated["status"], radiated["verdict"], radiated["runs"]) == ("applies", True, 1)
    assert radiated["levels"][0] | {"note": ""} == {
        "said": "3 V/m, 80 MHz to 2.7 GHz",
        "modulation": "80 % AM 1 kHz",
        "row": "iec60601-1-2-t4-radiated-rf-professional",
        "citation": "IEC 60601-1-2:2014+A1:2020, Table 4",
        "confidence": "confirmed",
        "note": "",
        "changed": "",
    }
    assert [choice["method"] for choice in radiated["methods"]] == ["full wave", "outside method"]
    rf: Any = tests["conducted_immunity", "patient"]
    assert rf["frequencies"]["extra"] == pytest.approx([13.56e6, 40.68e6])
    assert all(one["why"] for one in document["tests"] if one["status"] == "not_applicable")


def test_yaml_holds_what_json_does(call: Call, pump: Path) -> None:
    as_json = json.loads(call("plan", pump, "--json").out)
    assert yaml.safe_load(call("plan", pump, "--format", "yaml").out) == as_json


def test_markdown(call: Call, pump: Path) -> None:
    text = call("plan", pump, "--format", "markdown").out
    assert text.startswith("# Test plan: Infusion pump, revision B\n")
    assert (
        "| Test | Port, cables | Levels | Frequencies and time |\n| --- | --- | --- | --- |" in text
    )
    assert "| electrostatic discharge<br>(esd) | enclosure | ±8 kV contact<br>±2, ±4, ±8" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.count(" | ") in (1, 2, 3) for line in rows)
    assert "## Notes\n" in text


def test_an_older_edition_lists_what_changes(call: Call, pump: Path) -> None:
    done = call("plan", pump, "--edition", "3")
    assert "IEC 60601-1-2:2007, professional environment" in done.out
    assert "What the current edition changes" in done.out
    said = squeezed(done.out)
    assert "±6 kV contact; ±8 kV air ±8 kV contact; ±2, ±4, ±8, ±15 kV air" in said
    assert "UNDECLARED: device.life_supporting" in said


def test_an_authority_that_wants_short_cables_tested(call: Call, pump: Path) -> None:
    done = call("plan", pump, "--authority", "FDA")
    assert "IEC 60601-1-2:2014+A1:2020, FDA, professional environment" in done.out
    assert "shorter than 1 m" not in done.out
    assert "does not accept" not in done.out


def test_an_unknown_edition(call: Call, pump: Path) -> None:
    done = call("plan", pump, "--edition", "7")
    assert (done.code, done.out) == (2, "")
    assert "--edition: there is no edition '7' of IEC 60601-1-2 in the data" in done.err
    assert "use one of 3 (2007), 4 (2014), 4.1 (2014+A1:2020)" in done.err


def test_an_unknown_format(call: Call, pump: Path) -> None:
    done = call("plan", pump, "--format", "yml")
    assert done.code == 2
    assert "Did you mean 'yaml'?" in done.err


def test_a_run_names_the_tests_that_it_leaves_out(call: Call, pipeline: FakePipeline) -> None:
    """One line; the exit code is that of the verdicts."""
    pipeline.left_out = ("esd", "surge")
    done = call("run", "pump.yaml")
    assert done.code == 0
    said = "By the plan these apply too, or may, without a verdict from emtwin yet: esd, surge."
    assert said in done.out
    document = json.loads(call("run", "pump.yaml", "--json").out)
    assert document["tests_without_verdict"] == ["esd", "surge"]


def test_a_run_of_all_tests_names_none(call: Call, pipeline: FakePipeline) -> None:
    assert "By the plan" not in call("run", "pump.yaml").out
