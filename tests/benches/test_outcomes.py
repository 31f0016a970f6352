"""From voltages and levels to outcomes: quantities, limits, and margins beside the uncertainty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from emtwin import site_runs
from emtwin.benches import radiated_emission, radiated_immunity
from emtwin.benches.antenna_scan import DISTANCES
from emtwin.benches.finding import Finding, coverage
from emtwin.compliance.uncertainty import Contribution
from emtwin.compliance.verdict import Outcome
from emtwin.errors import InputError
from emtwin.scene import Equipment, LoadedTwin, RadiatedImmunity
from tests.benches.conftest import SetUp


def with_port(loaded: LoadedTwin, name: str, **changes: Any) -> LoadedTwin:
    """The twin with other values at one port."""
    device = loaded.twin.device
    ports = tuple(p.model_copy(update=changes) if p.name == name else p for p in device.ports)
    twin = loaded.twin.model_copy(update={"device": device.model_copy(update={"ports": ports})})
    return replace(loaded, twin=twin)


def with_threshold(loaded: LoadedTwin, threshold: float, quantity: str) -> LoadedTwin:
    """The twin with another threshold at the victim."""
    before = loaded.twin.device.port("input").immunity
    assert before is not None
    immunity = before.model_copy(update={"threshold": threshold, "quantity": quantity})
    return with_port(loaded, "input", immunity=immunity)


def immunity_of(chamber: SetUp, loaded: LoadedTwin) -> Finding:
    done = chamber.done
    return radiated_immunity.evaluate(loaded, done.site, done.model, done.quality)


@pytest.mark.parametrize(
    ("quantity", "factor"),
    [
        ("carrier_rms", 1.0),
        ("envelope_peak", 1.8 * np.sqrt(2.0)),
        ("demodulated", 0.8 * np.sqrt(2.0)),
    ],
)
def test_margin_in_the_quantity_of_the_threshold(
    immunity_chamber: SetUp, quantity: str, factor: float
) -> None:
    """80 % AM: the envelope peaks at 1.8 sqrt 2 times the carrier's rms, and swings by 0.8."""
    finding = immunity_of(immunity_chamber, with_threshold(immunity_chamber.loaded, 2.0, quantity))
    voltage = finding.curves["voltage"].values
    expected = 20 * np.log10(2.0 / (factor * np.maximum(voltage, 1e-15)))
    shown = voltage > 1e-9
    np.testing.assert_allclose(finding.curves["margin"].values[shown], expected[shown], atol=1e-9)
    verdict = finding.verdict
    assert verdict.margin_db == pytest.approx(expected.min())
    assert verdict.worst["voltage"] == pytest.approx(factor * voltage.max())
    assert quantity.replace("_", " ") in verdict.statement
    assert "2 V" in verdict.statement


@pytest.mark.parametrize(
    ("shift", "outcome"),
    [
        (0.01, Outcome.PASS),
        (-0.01, Outcome.MARGINAL),
        (None, Outcome.MARGINAL),
    ],
)
def test_pass_begins_above_the_uncertainty(
    immunity_chamber: SetUp, shift: float | None, outcome: Outcome
) -> None:
    """Threshold moved so that the margin is U plus or minus 0.01 dB, and zero."""
    nominal = immunity_of(immunity_chamber, immunity_chamber.loaded).verdict
    assert nominal.margin_db is not None
    assert nominal.uncertainty_db is not None
    wanted = 0.0 if shift is None else nominal.uncertainty_db + shift
    threshold = 5.0 * 10 ** ((wanted - nominal.margin_db) / 20)
    moved = with_threshold(immunity_chamber.loaded, threshold, "carrier_rms")
    verdict = immunity_of(immunity_chamber, moved).verdict
    assert verdict.margin_db == pytest.approx(wanted, abs=1e-9)
    assert verdict.outcome is outcome


@pytest.mark.parametrize(("shift", "outcome"), [(0.01, "marginal"), (-0.01, "fail")])
def test_fail_begins_below_minus_the_uncertainty(
    immunity_chamber: SetUp, shift: float, outcome: str
) -> None:
    nominal = immunity_of(immunity_chamber, immunity_chamber.loaded).verdict
    assert nominal.margin_db is not None
    assert nominal.uncertainty_db is not None
    wanted = -nominal.uncertainty_db + shift
    threshold = 5.0 * 10 ** ((wanted - nominal.margin_db) / 20)
    moved = with_threshold(immunity_chamber.loaded, threshold, "carrier_rms")
    assert immunity_of(immunity_chamber, moved).verdict.outcome.value == outcome


def test_home_healthcare_is_10_v_per_m(immunity_chamber: SetUp) -> None:
    """The same port model at the home level: 20 log 10/3 = 10.46 dB less margin."""
    loaded = immunity_chamber.loaded
    at_home = replace(loaded, twin=loaded.twin.model_copy(update={"environment": "home"}))
    here, there = (immunity_of(immunity_chamber, twin).verdict for twin in (loaded, at_home))
    assert here.margin_db is not None
    assert there.margin_db == pytest.approx(here.margin_db - 20 * np.log10(10 / 3))
    assert "10 V/m" in there.statement


def test_a_second_resolution_replaces_the_estimate(immunity_chamber: SetUp) -> None:
    """The contribution handed in stands in place of dispersion, and the 6 dB floor goes."""
    done = immunity_chamber.done
    verdict = radiated_immunity.evaluate(
        immunity_chamber.loaded,
        done.site,
        done.model,
        done.quality,
        Contribution("refinement", 0.5, "two runs"),
    ).verdict
    names = [name for name, _ in verdict.contributions]
    assert "refinement" in names
    assert "grid dispersion" not in names
    assert verdict.verified_by_refinement
    assert verdict.uncertainty_db is not None
    assert verdict.uncertainty_db < 6.0


@pytest.mark.parametrize(
    ("equipment_class", "distance", "at_40_mhz", "at_240_mhz"),
    [("B", 10.0, 30.0, 37.0), ("B", 3.0, 40.0, 47.0), ("A", 10.0, 40.0, 47.0)],
)
def test_limits_are_those_of_cispr_11(
    emission_site: SetUp,
    emission_finding: Finding,
    equipment_class: str,
    distance: float,
    at_40_mhz: float,
    at_240_mhz: float,
) -> None:
    """Group 1: 30/37 dBuV/m at 10 m for class B, 10 dB more at 3 m and for class A."""
    f = emission_site.done.model.frequencies
    limit = emission_finding.curves[f"limit_{equipment_class.lower()}"].values
    row = limit[DISTANCES.index(distance)]
    assert row[np.abs(f - 40e6).argmin()] == at_40_mhz
    assert row[np.abs(f - 240e6).argmin()] == at_240_mhz


def test_emission_verdict_has_every_field(emission_finding: Finding) -> None:
    verdict = emission_finding.verdict
    assert verdict.test == "radiated_emission"
    assert verdict.clause.startswith("CISPR 11")
    assert set(verdict.worst) == {
        "frequency",
        "polarisation",
        "height",
        "angle",
        "distance",
        "level_dbuv_per_m",
    }
    assert 0.0 <= float(verdict.worst["angle"]) < 360.0
    assert float(verdict.worst["frequency"]) % 40e6 == 0.0
    assert verdict.uncertainty_db is not None
    assert verdict.uncertainty_db >= 6.0
    squares = [value**2 for _, value in verdict.contributions]
    assert verdict.uncertainty_db == pytest.approx(np.sqrt(sum(squares)))
    assert "class B limit at 3 m" in verdict.statement
    assert emission_finding.driven == "clock"


def test_what_the_run_cannot_carry_of_the_emission_test_is_told(emission_finding: Finding) -> None:
    """A mesh to 300 MHz says nothing of 300 MHz to 1 GHz, and a pass does not hide that."""
    assert emission_finding.verdict.band == (30e6, 300e6)
    assert emission_finding.verdict.band_of_test == (30e6, 1e9)
    (notice,) = emission_finding.notices
    assert notice.name == "band-outside-run"
    assert "0.3 to 1 GHz lies outside this run and has no verdict" in notice.message
    assert coverage("Radiated emission", (30e6, 1e9), (30e6, 1e9), "none") == ()


def test_ten_times_the_clock_is_20_db_more(emission_site: SetUp, emission_finding: Finding) -> None:
    clock = emission_site.loaded.twin.device.port("clock").emission
    assert clock is not None
    louder = clock.model_copy(update={"amplitude": 10 * clock.amplitude})
    done = emission_site.done
    finding = radiated_emission.evaluate(
        with_port(emission_site.loaded, "clock", emission=louder),
        done.site,
        done.model,
        done.quality,
        0.05,
    )
    assert emission_finding.verdict.margin_db is not None
    assert finding.verdict.margin_db == pytest.approx(emission_finding.verdict.margin_db - 20.0)
    assert finding.verdict.outcome is not Outcome.PASS
    assert emission_finding.verdict.outcome is Outcome.PASS


def test_a_clock_slower_than_the_receiver_is_read_in_its_bandwidth(emission_site: SetUp) -> None:
    """Harmonics closer than 120 kHz beat in the receiver; the verdict says what was read."""
    clock = emission_site.loaded.twin.device.port("clock").emission
    assert clock is not None
    slow = clock.model_copy(update={"frequency": 32_768.0})
    loaded = with_port(emission_site.loaded, "clock", emission=slow)
    steps = radiated_emission.harmonics(loaded, 300e6)
    assert steps.size == 118
    done = emission_site.done
    found = radiated_emission.evaluate(loaded, done.site, done.model, done.quality, 0.05)
    assert "Largest reading" in found.verdict.statement
    assert any("quasi-peak reading (CISPR 16-1-1" in note for note in found.verdict.notes)


def with_twin(loaded: LoadedTwin, **changes: Any) -> LoadedTwin:
    """The twin with other values."""
    return replace(loaded, twin=loaded.twin.model_copy(update=changes))


def test_a_level_of_the_manufacturer_moves_the_verdict(immunity_chamber: SetUp) -> None:
    """20 V/m in place of 3: 20 log 20/3 = 16.48 dB less margin, and the reason in the notes."""
    loaded = immunity_chamber.loaded
    own = RadiatedImmunity(level=20.0, reason="next to a base station")
    raised = with_twin(
        loaded, tests=loaded.twin.tests.model_copy(update={"radiated_immunity": own})
    )
    here, there = (immunity_of(immunity_chamber, twin).verdict for twin in (loaded, raised))
    assert here.margin_db is not None
    assert there.margin_db == pytest.approx(here.margin_db - 20 * np.log10(20 / 3))
    assert "20 V/m" in there.statement
    said = "Level of the manufacturer: 3 V/m in the table; next to a base station."
    assert said in there.notes
    assert not any("manufacturer:" in note for note in here.notes)


def test_a_special_environment_takes_its_own_level(immunity_chamber: SetUp) -> None:
    loaded = immunity_chamber.loaded
    own = RadiatedImmunity(level=1.0, reason="a shielded room")
    special = with_twin(
        loaded,
        environment="special",
        tests=loaded.twin.tests.model_copy(update={"radiated_immunity": own}),
    )
    here, there = (immunity_of(immunity_chamber, twin).verdict for twin in (loaded, special))
    assert here.margin_db is not None
    assert there.margin_db == pytest.approx(here.margin_db + 20 * np.log10(3))
    unsaid = with_twin(loaded, environment="special")
    with pytest.raises(InputError, match="a special environment has no fixed levels"):
        immunity_of(immunity_chamber, unsaid)


def test_the_class_of_the_device_sets_the_limit(
    emission_site: SetUp, emission_finding: Finding
) -> None:
    """Class A is 10 dB above class B, wherever the class is declared."""
    loaded, done = emission_site.loaded, emission_site.done
    equipment = Equipment.model_validate({"class": "A"})
    device = loaded.twin.device.model_copy(update={"equipment": equipment})
    finding = radiated_emission.evaluate(
        with_twin(loaded, device=device), done.site, done.model, done.quality, 0.05
    )
    assert emission_finding.verdict.margin_db is not None
    assert finding.verdict.margin_db == pytest.approx(emission_finding.verdict.margin_db + 10.0)
    assert "class A limit" in finding.verdict.statement


def test_verdicts_say_by_which_method_and_why(
    immunity_chamber: SetUp, emission_site: SetUp
) -> None:
    """Sensor cable and drop of the lead make 0.82 m: 0.22 wavelengths at 80 MHz."""
    for set_up, test, first in (
        (immunity_chamber, "radiated_immunity", "0.22 at 80 MHz"),
        (emission_site, "radiated_emission", "0.11 at 40 MHz"),
    ):
        verdict = site_runs.judge(set_up.loaded, set_up.bodies, test, set_up.done).verdict
        assert verdict.method == "full wave"
        share, _, where = first.partition(" at ")
        assert f"820 mm are {share} wavelengths at {where}" in verdict.method_reason
        assert "the runs carry" in verdict.method_reason
        assert {"method", "method_reason"} <= set(verdict.as_dict())


def test_a_verdict_outside_the_method_says_it_too(immunity_chamber: SetUp) -> None:
    done = immunity_chamber.done
    undecayed = replace(done, quality=replace(done.quality, trouble="it did not decay"))
    verdict = site_runs.judge(
        immunity_chamber.loaded, immunity_chamber.bodies, "radiated_immunity", undecayed
    ).verdict
    assert verdict.outcome is Outcome.OUTSIDE_METHOD
    assert (verdict.method, verdict.statement) == ("full wave", "it did not decay")
