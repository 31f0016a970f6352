"""The plan follows what the twin file declares: what applies, what does not, and why."""

from __future__ import annotations

import dataclasses

import pytest

from emtwin.benches.methods import Method
from emtwin.benches.planning import device_size
from emtwin.errors import InputError
from tests.unit.benches.planning.conftest import Load, Make, device, entry, lead, sensor, with_tests

MAINS = "power: {ac: {voltage: [100 V, 240 V], current: 0.5 A}}"
AT_MAINS = ("eft", "surge", "conducted_immunity", "dips", "interruptions", "conducted_emission")


def test_what_is_not_declared_is_open_and_said_loudly(make: Make) -> None:
    """Nothing is "not applicable" for want of a word in the file."""
    plan = make()
    for test in (*AT_MAINS, "harmonics", "flicker"):
        open_ = entry(plan, test, "ac_mains")
        assert open_.status == "undeclared"
        assert "device.power is not declared" in open_.why
    magnetic = entry(plan, "power_frequency_magnetic", "enclosure")
    assert magnetic.status == "applies"
    assert "UNDECLARED: device.magnetically_sensitive, taken as sensitive" in magnetic.remarks
    burst = entry(plan, "eft", "signal")
    assert (burst.status, burst.cables) == ("applies", ("sensor", "lead"))
    assert "sensor, lead without a port, taken as signal" in burst.why
    assert any("length of sensor, lead, taken as longer" in remark for remark in burst.remarks)
    surge = entry(plan, "surge", "signal")
    assert any("outdoor of sensor, lead, taken as outdoor" in remark for remark in surge.remarks)
    assert any("UNDECLARED: port of sensor, lead" in note for note in plan.notes)
    assert any("never" in note or "does not replace it" in note for note in plan.notes)


def test_every_test_that_does_not_apply_has_a_reason(make: Make) -> None:
    for plan in (make(), make(device("power: {internal: true}"), sensor("port: internal"))):
        refused = [test for test in plan.tests if test.status == "not_applicable"]
        assert refused
        assert all(test.why.strip() for test in refused)


def test_no_mains_port_because_the_supply_says_so(make: Make) -> None:
    power = "power: {dc: {nominal: 12 V, fed_by: other_equipment}, internal: true}"
    plan = make(device(power), lead("port: dc_input"))
    for test in (*AT_MAINS, "harmonics", "flicker"):
        refused = entry(plan, test, "ac_mains")
        assert refused.status == "not_applicable"
        assert refused.why == (
            "no a.c. mains port: device.power has d.c. 12 V from other equipment, battery inside"
        )


def test_a_dc_port_that_may_be_fed_by_an_adapter_leaves_the_mains_open(make: Make) -> None:
    """Nobody said what feeds it: neither "applies" nor "does not apply" would be true."""
    plan = make(device("power: {dc: {nominal: 12 V}}"), lead("port: dc_input", "length: 5 m"))
    for test in (*AT_MAINS, "harmonics", "flicker"):
        open_ = entry(plan, test, "ac_mains")
        assert open_.status == "undeclared"
        assert "device.power.dc.fed_by is not declared" in open_.why
        assert "mains_adapter" in open_.why
    assert any("UNDECLARED: device.power.dc.fed_by" in note for note in plan.notes)
    assert entry(plan, "eft", "dc_input").status == "applies"


def test_a_device_with_an_adapter_is_tested_at_the_mains(make: Make) -> None:
    """IEC 60601-1-2 table 5: with its converter, the levels at the converter's a.c. input."""
    power = "power: {dc: {nominal: 12 V, fed_by: mains_adapter}}"
    plan = make(device(power), lead("port: dc_input", "length: 5 m"))
    for test in (*AT_MAINS, "harmonics", "flicker"):
        at_mains = entry(plan, test, "ac_mains")
        assert at_mains.status == "applies", test
        assert any("UNDECLARED: device.power.ac, the rating plate" in r for r in at_mains.remarks)
    for test in ("eft", "surge", "conducted_immunity"):
        (choice,) = entry(plan, test, "ac_mains").methods
        assert choice.method is Method.OUTSIDE
        assert "the mains adapter is between this port and the device" in choice.reason
        refused = entry(plan, test, "dc_input")
        assert refused.status == "not_applicable"
        assert "d.c. 12 V from a mains adapter" in refused.why
        assert "applied to its a.c. input" in refused.why


def test_the_rating_plate_of_an_adapter(make: Make) -> None:
    """Declared beside the d.c. port it gives voltages, current and power, and nothing lacks."""
    ac = "ac: {voltage: [100 V, 240 V], current: 0.5 A}"
    plan = make(device(f"power: {{{ac}, dc: {{nominal: 12 V, fed_by: mains_adapter}}}}"))
    dips = entry(plan, "dips", "ac_mains")
    assert "at the lowest and highest rated voltage: 100 V and 240 V" in dips.remarks
    assert not any("UNDECLARED" in remark for remark in dips.remarks)
    assert "500 mA per phase" in entry(plan, "harmonics", "ac_mains").why


def test_a_patient_port_that_nobody_declared_is_open(make: Make) -> None:
    plan = make()
    for test in ("esd", "conducted_immunity"):
        open_ = entry(plan, test, "patient")
        assert open_.status == "undeclared"
        assert "device.patient_contacts" in open_.why
        assert "port: patient" in open_.why


def test_a_contact_at_the_housing_has_discharges_and_no_conducted_rf(make: Make) -> None:
    plan = make(device("patient_contacts: [{name: electrode patch, cabled: false}]"))
    esd = entry(plan, "esd", "patient")
    assert (esd.status, esd.cables) == ("applies", ())
    assert esd.why == "electrode patch declared as patient contact"
    assert "discharges to electrode patch" in esd.remarks
    assert [level.said for level in esd.levels] == ["±8 kV contact", "±2, ±4, ±8, ±15 kV air"]
    rf = entry(plan, "conducted_immunity", "patient")
    assert rf.status == "not_applicable"
    assert "no cable leads to a patient contact" in rf.why


def test_a_contact_on_a_cable_that_is_missing_names_the_cable(make: Make) -> None:
    """One contact of two has a cable: conducted RF applies to it, and the plan asks for it."""
    contacts = "[{name: clip, cabled: true}, {name: housing, cabled: false}]"
    plan = make(device(f"patient_contacts: {contacts}"))
    assert entry(plan, "esd", "patient").why == "clip, housing declared as patient contact"
    rf = entry(plan, "conducted_immunity", "patient")
    assert rf.status == "applies"
    assert "UNDECLARED: the cable or line (port: patient) that leads to clip" in rf.remarks
    declared = make(
        device(f"patient_contacts: {contacts}", "lines: [{name: clip lead, port: patient}]")
    )
    rf = entry(declared, "conducted_immunity", "patient")
    assert (rf.status, rf.cables) == ("applies", ("clip lead",))
    assert "discharges to clip, housing" in entry(declared, "esd", "patient").remarks
    assert not any("leads to clip" in remark for remark in rf.remarks)


def test_no_patient_contact_for_a_reason(make: Make) -> None:
    plan = make(device("patient_contacts: {none: reads samples in a laboratory}"))
    for test in ("esd", "conducted_immunity"):
        refused = entry(plan, test, "patient")
        assert refused.status == "not_applicable"
        assert refused.why == "no patient contact: reads samples in a laboratory"


def test_mains_tests_apply_without_a_cable_in_the_model(make: Make) -> None:
    """The plan has them, at the rated voltages; the method says what the twin lacks."""
    plan = make(device(MAINS))
    for test in AT_MAINS:
        assert entry(plan, test, "ac_mains").status == "applies", test
    dips = entry(plan, "dips", "ac_mains")
    assert "at the lowest and highest rated voltage: 100 V and 240 V" in dips.remarks
    burst = entry(plan, "eft", "ac_mains")
    assert burst.methods[0].method is Method.OUTSIDE
    assert burst.methods[0].reason == "no cable of the model belongs to this port"
    harmonics = entry(plan, "harmonics", "ac_mains")
    assert (harmonics.standard, harmonics.why) == (
        "IEC 61000-3-2",
        "rated current of 500 mA per phase, not above 16 A",
    )


def test_the_cable_of_a_port_gives_it_a_method(make: Make) -> None:
    plan = make(device(MAINS), lead("port: ac_mains"))
    methods = [choice.method for choice in entry(plan, "eft", "ac_mains").methods]
    assert methods == [Method.QUASI_STATIC, Method.FULL_WAVE]


def test_above_16_a_harmonics_do_not_apply(make: Make) -> None:
    plan = make(device("power: {ac: {voltage: [230 V], current: 20 A}}"))
    for test in ("harmonics", "flicker"):
        refused = entry(plan, test, "ac_mains")
        assert (refused.status, refused.why) == (
            "not_applicable",
            "rated current of 20 A per phase, above 16 A",
        )


def test_without_a_rated_current_they_apply_and_say_so(make: Make) -> None:
    plan = make(device("power: {ac: {voltage: [230 V]}}"))
    assert "UNDECLARED rated current" in entry(plan, "harmonics", "ac_mains").why


@pytest.mark.parametrize(
    ("length", "tests_at_it"),
    [("3 m", ()), ("3.1 m", ("eft", "surge", "conducted_immunity"))],
)
def test_dc_input_by_the_length_of_its_cable(
    make: Make, length: str, tests_at_it: tuple[str, ...]
) -> None:
    """Longer than 3 m, and both figures where not."""
    plan = make(device("power: {dc: {nominal: 12 V}}"), lead("port: dc_input", f"length: {length}"))
    for test in ("eft", "surge", "conducted_immunity"):
        found = entry(plan, test, "dc_input")
        assert (found.status == "applies") == (test in tests_at_it)
        if not tests_at_it:
            assert found.why == "cable lead: the longest cable is 3 m, not longer than 3 m"


def test_short_signal_cables_and_who_does_not_accept_them(make: Make) -> None:
    """Ed. 4.1: below 1 m no conducted RF; the FDA does not accept it."""
    changes = (sensor("port: signal", "length: 0.9 m", "outdoor: false"), lead("port: internal"))
    refused = entry(make(*changes), "conducted_immunity", "signal")
    assert (refused.status, refused.why) == (
        "not_applicable",
        "cable sensor: the longest cable is 0.9 m, shorter than 1 m",
    )
    assert any("FDA does not accept" in remark for remark in refused.remarks)
    by_fda = entry(make(*changes, authority="FDA"), "conducted_immunity", "signal")
    assert (by_fda.status, by_fda.cables) == ("applies", ("sensor",))
    assert not any("does not accept" in remark for remark in by_fda.remarks)


def test_edition_4_exempts_below_3_m(make: Make) -> None:
    changes = (sensor("port: signal", "length: 2 m", "outdoor: false"), lead("port: internal"))
    assert entry(make(*changes), "conducted_immunity", "signal").status == "applies"
    older = entry(make(*changes, edition="4"), "conducted_immunity", "signal")
    assert (older.status, older.why) == (
        "not_applicable",
        "cable sensor: the longest cable is 2 m, shorter than 3 m",
    )


def test_one_long_cable_of_two_is_tested_and_the_other_named(make: Make) -> None:
    plan = make(
        sensor("port: signal", "length: 2 m", "outdoor: false"),
        lead("port: signal", "length: 5 m", "outdoor: true"),
    )
    burst, surge = entry(plan, "eft", "signal"), entry(plan, "surge", "signal")
    assert burst.cables == surge.cables == ("lead",)
    assert "cable sensor: the longest cable is 2 m, not longer than 3 m" in burst.remarks
    assert any("leaves the building" in remark for remark in surge.remarks)


def test_lines_that_are_not_modelled_have_their_ports(make: Make) -> None:
    plan = make(device("lines: [{name: infusion_line, port: patient, length: 1.5 m}]"))
    rf = entry(plan, "conducted_immunity", "patient")
    assert (rf.status, rf.cables) == ("applies", ("infusion_line",))
    assert entry(plan, "esd", "patient").status == "applies"
    assert not [t for t in plan.tests if t.port == "patient" and t.test in ("eft", "surge")]


def test_internal_wires_are_no_port(make: Make) -> None:
    plan = make(sensor("port: internal"), lead("port: internal"))
    for test in ("esd", "eft", "surge", "conducted_immunity"):
        refused = entry(plan, test, "signal")
        assert refused.why == "no cable or line of the twin is declared as signal"


def test_no_sensitive_part_means_no_magnetic_test(make: Make) -> None:
    plan = make(device("magnetically_sensitive: {none: resistive sensors only}"))
    for test in ("power_frequency_magnetic", "proximity_magnetic"):
        refused = entry(plan, test, "enclosure")
        assert (refused.status, refused.why) == (
            "not_applicable",
            "no part is magnetically sensitive: resistive sensors only",
        )
    named = make(device("magnetically_sensitive: [Hall sensor]"))
    assert (
        "magnetically sensitive: Hall sensor"
        in entry(named, "power_frequency_magnetic", "enclosure").remarks
    )


def test_an_assured_distance_spares_the_proximity_magnetic_test(make: Make) -> None:
    plan = make(with_tests("proximity_magnetic: {source_distance: 0.2 m, reason: a bracket}"))
    refused = entry(plan, "proximity_magnetic", "enclosure")
    assert refused.status == "not_applicable"
    assert "0.2 m to any source are assured in use" in refused.why


def test_a_test_that_the_manufacturer_refuses(make: Make) -> None:
    plan = make(
        with_tests("esd: {not_applicable: sealed in resin}", "dips: {not_applicable: none}")
    )
    esd = [test for test in plan.tests if test.test == "esd"]
    assert [(one.port, one.why) for one in esd] == [
        ("all", "declared by the manufacturer: sealed in resin")
    ]
    assert entry(plan, "dips", "ac_mains").why == "declared by the manufacturer: none"


def test_receivers_are_tested_in_their_band(make: Make) -> None:
    """40.66 to 40.70 MHz and 868.0 to 868.6 MHz are narrower than a step of 1 %."""
    plan = make(
        device(
            "intentional_receivers:",
            "  - {name: SRD, frequency_from: 868.0 MHz, frequency_to: 868.6 MHz}",
        )
    )
    radiated = entry(plan, "radiated_immunity", "enclosure")
    assert radiated.frequencies is not None
    assert radiated.frequencies.extra == (pytest.approx(868.3e6),)
    assert any("intentional receiver SRD" in remark for remark in radiated.remarks)


def test_times_are_counted_where_they_can_be(make: Make) -> None:
    """355 frequencies x 0.5 s x 4 x 2; 2 kV bursts of a minute; 10 x 2 x 5 discharges."""
    plan = make(device(MAINS))
    counted = {(t.test, t.port): t.duration.seconds for t in plan.tests if t.duration}
    assert counted["radiated_immunity", "enclosure"] == 355 * 0.5 * 8
    assert counted["proximity_rf", "enclosure"] == 15 * 0.5 * 8
    assert counted["eft", "ac_mains"] == 120.0
    assert counted["esd", "enclosure"] == 100.0
    # Levels of 0.5 and 1 kV between lines, of 0.5, 1 and 2 kV to ground, at four angles.
    assert counted["surge", "ac_mains"] == 5 * 2 * 5 * 4 * 60.0
    assert counted["surge", "signal"] == 5 * 2 * 1 * 60.0
    assert ("dips", "ac_mains") not in counted
    assert plan.seconds == sum(counted.values())
    assert plan.not_counted


def test_a_slow_device_needs_a_longer_dwell(make: Make) -> None:
    plan = make((("  radiated_immunity: {}\n"), "  radiated_immunity: {dwell: 3 s}\n"))
    radiated = entry(plan, "radiated_immunity", "enclosure")
    assert radiated.frequencies is not None
    assert radiated.frequencies.dwell == 3.0
    assert radiated.duration is not None
    assert radiated.duration.seconds == 355 * 3.0 * 8


def test_vehicle_supplies_at_home_have_transients(make: Make) -> None:
    power = "power: {dc: {nominal: 12 V, fed_by: vehicle}}"
    at_home = ("environment: professional\n", f"  {power}\nenvironment: home\n")
    plan = make(at_home, lead("port: dc_input"))
    transients = entry(plan, "supply_transients", "dc_input")
    assert transients.status == "applies"
    assert [level.row for level in transients.levels] == ["iec60601-1-2-t6-supply-transients-12v"]
    assert any("CISPR 25" in r for r in entry(plan, "radiated_emission", "enclosure").remarks)
    professional = make(device(power), lead("port: dc_input"))
    refused = entry(professional, "supply_transients", "dc_input")
    assert "does not ask for it in the professional environment" in refused.why


def test_a_supply_that_is_no_vehicle_has_none(make: Make) -> None:
    at_home = (
        "environment: professional\n",
        "  power: {dc: {nominal: 12 V, fed_by: battery}}\nenvironment: home\n",
    )
    refused = entry(make(at_home, lead("port: dc_input")), "supply_transients", "dc_input")
    assert "the supply is not that of a 12 V vehicle" in refused.why


def test_a_supply_that_may_be_a_vehicle_has_them(make: Make) -> None:
    at_home = (
        "environment: professional\n",
        "  power: {dc: {nominal: 12 V}}\nenvironment: home\n",
    )
    found = entry(make(at_home, lead("port: dc_input")), "supply_transients", "dc_input")
    assert found.status == "applies"
    assert "UNDECLARED: device.power.dc.fed_by, taken as a vehicle" in found.remarks


def test_groups_and_magnetic_emission(make: Make) -> None:
    one = entry(make(), "magnetic_emission", "enclosure")
    assert one.why == "group 1: CISPR 11 has limits of the magnetic field for group 2 only"
    two = entry(make(device("equipment: {group: 2}")), "magnetic_emission", "enclosure")
    assert two.status == "applies"
    assert all("dBuA/m" in level.said for level in two.levels)
    assert two.levels


@pytest.mark.parametrize(
    ("highest", "above"), [("27.12 MHz", False), ("2.45 GHz", True), (None, True)]
)
def test_limits_that_are_for_some_equipment_of_group_2_only(
    make: Make, highest: str | None, above: bool
) -> None:
    """1 to 18 GHz counts where the device works above 400 MHz or may do so; no magnetron is said.

    A plan had the average limits of microwave ovens, and 18 GHz, for a diathermy device of 27 MHz.
    """
    frequency = (f"highest_frequency: {highest}",) if highest else ()
    found = entry(
        make(device("equipment: {group: 2}", *frequency)), "radiated_emission", "enclosure"
    )
    said = [level.said for level in found.levels]
    assert any("quasi-peak" in one for one in said)
    assert any("1 GHz to 18 GHz" in one for one in said) is above
    assert not any("average" in one for one in said)
    assert "with a magnetron average limits hold too: `emtwin standards magnetron`" in found.remarks


def test_the_highest_frequency_is_in_the_remarks(make: Make) -> None:
    remarks = {
        text: entry(make(*changes), "radiated_emission", "enclosure").remarks
        for text, changes in (
            ("none", ()),
            ("low", (device("highest_frequency: 96 MHz"),)),
            ("high", (device("highest_frequency: 480 MHz"),)),
        )
    }
    assert any("UNDECLARED: device.highest_frequency" in r for r in remarks["none"])
    assert remarks["low"] == ()
    assert any("goes up to 2 GHz for a highest frequency of 480 MHz" in r for r in remarks["high"])


def test_size_counts_the_drop_of_a_lead_and_declared_lengths(load: Load) -> None:
    """80 x 40 x 20 mm; the sensor cable reaches 100 mm further, the lead drops by 0.8 m."""
    from emtwin.benches.bodies import bodies_of

    plain, longer = load(), load(sensor("length: 2 m"))
    bodies = bodies_of(plain)
    body, size = device_size(plain.twin, bodies)
    assert body == pytest.approx((0.08**2 + 0.04**2 + 0.02**2) ** 0.5)
    assert size == pytest.approx(0.02 + 0.8)
    assert device_size(longer.twin, bodies)[1] == 2.0


def test_runs_are_those_that_a_run_makes(load: Load, make: Make) -> None:
    """The plan counts from the declaration what the sites count on the grid."""
    from emtwin import pipeline

    plan, checked = make(), pipeline.check(load())
    runs = {test.test: test.runs for test in plan.tests if test.verdict}
    assert runs == {
        "radiated_immunity": len(checked.sites[0].driven),
        "radiated_emission": len(checked.sites[1].driven),
    }
    assert checked.without_verdict == plan.without_verdict()
    assert "esd" in checked.without_verdict
    assert "radiated_immunity" not in checked.without_verdict


def test_older_editions_show_what_changes(make: Make) -> None:
    plan = make(edition="3")
    assert (plan.edition, make().edition) == ("2007", "2014+A1:2020")
    changes = {(change.test, change.port): change for change in plan.changes}
    esd = changes["esd", "enclosure"]
    assert ("±6 kV contact" in esd.before, "±8 kV contact" in esd.now) == (True, True)
    assert changes["proximity_magnetic", "enclosure"].before == ""
    assert "65 A/m" in changes["proximity_magnetic", "enclosure"].now
    assert make().changes == ()
    unsaid = entry(plan, "radiated_immunity", "enclosure")
    assert "UNDECLARED: device.life_supporting, so the levels of both kinds are listed" in (
        unsaid.remarks
    )
    for declared, level in (("true", "10 V/m"), ("false", "3 V/m")):
        known = make(device(f"life_supporting: {declared}"), edition="3")
        (only,) = entry(known, "radiated_immunity", "enclosure").levels
        assert only.said.startswith(level)


def test_an_unknown_edition_is_refused(make: Make) -> None:
    with pytest.raises(InputError) as caught:
        make(edition="9")
    (problem,) = caught.value.problems
    assert problem.message == "there is no edition '9' of IEC 60601-1-2 in the data"
    assert "4.1 (2014+A1:2020)" in problem.remedy


def test_a_self_contained_device_is_exempt_from_conducted_rf(make: Make) -> None:
    """Charged by contacts, not used meanwhile, no other connection; 200 x 40 x 20 mm: 204.9 mm."""
    lifted = (
        "      end: floor\n      common_mode: 150 ohm\n",
        "      end: open\n      port: internal\n",
    )
    power = "power: {dc: {nominal: 5 V}, internal: true, used_while_charging: false}"
    alone = make(device(power), sensor("port: internal"), lifted)
    refused = entry(alone, "conducted_immunity", "dc_input")
    assert refused.status == "not_applicable"
    assert refused.why == "it is self-contained and measures 0.204939 m with all cables"
    for further in (
        (device(power, "lines: [{name: plug, port: dc_input}]"), sensor("port: internal")),
        (device(power), sensor("port: signal")),
        (device(power.replace(", used_while_charging: false", "")), sensor("port: internal")),
    ):
        plan = make(*further, lifted)
        assert entry(plan, "conducted_immunity", "dc_input").status == "applies"


def test_entries_are_frozen(make: Make) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().tests[0].status = "applies"  # type: ignore[misc]


def test_the_plan_is_a_function_of_the_package(load: Load) -> None:
    import emtwin

    assert emtwin.plan(load()).device == "Tiny sensor box"
