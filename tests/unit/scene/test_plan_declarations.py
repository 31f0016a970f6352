"""What a plan needs: ports, lengths, supplies, radios, levels; all optional, none contradictory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from emtwin import scene
from emtwin.errors import Problem

Write = Callable[..., Path]
Find = Callable[..., tuple[Problem, ...]]

DEVICE = "  mesh: {file: pump.msh, unit: mm}\n"
SENSOR = "      start: {port: sensor_input, part: ground_plane}\n"


def with_device(*lines: str) -> tuple[str, str]:
    """Further fields of the device."""
    return DEVICE, DEVICE + "".join(f"  {line}\n" for line in lines)


def with_tests(line: str) -> tuple[str, str]:
    """A further test."""
    return "  radiated_immunity: {}\n", f"  radiated_immunity: {{}}\n  {line}\n"


def test_nothing_of_it_is_needed(write: Write) -> None:
    twin = scene.load(write()).twin
    device = twin.device
    assert (device.power, device.magnetically_sensitive, device.highest_frequency) == (None,) * 3
    assert (device.intentional_receivers, device.equipment.group) == ((), 1)
    assert [(c.port, c.length, c.outdoor) for c in device.cables] == [(None, None, None)] * 2
    assert twin.equipment_class == "B"
    assert all(not test.own_levels for test in (twin.tests.esd, twin.tests.eft, twin.tests.dips))


def test_everything_in_si_units(write: Write) -> None:
    twin = scene.load(
        write(
            with_device(
                "power: {ac: {voltage: [100 V, 240 V], current: 500 mA}, internal: true}",
                "magnetically_sensitive: [Hall sensor of the plunger]",
                "intentional_receivers:",
                "  - {name: Bluetooth, frequency_from: 2.4 GHz, frequency_to: 2.4835 GHz}",
                "highest_frequency: 480 MHz",
                "equipment: {group: 2, class: B}",
            ),
            (SENSOR, SENSOR + "      port: patient\n      length: 2.5 m\n      outdoor: true\n"),
            ("radiated_immunity: {}", "radiated_immunity: {level: 20 V/m, reason: near a radio}"),
        )
    ).twin
    power, device = twin.device.power, twin.device
    assert power is not None
    assert power.ac is not None
    assert (power.ac.voltage, power.ac.current, power.ac.frequencies) == ((100, 240), 0.5, (50, 60))
    assert power.ac.apparent_power == 50.0
    assert power.said == "a.c. mains 100 V to 240 V, battery inside"
    assert device.magnetically_sensitive == scene.MagneticParts(
        parts=("Hall sensor of the plunger",)
    )
    assert device.intentional_receivers[0].frequency_to == 2.4835e9
    assert (device.highest_frequency, device.equipment.group) == (480e6, 2)
    cable = device.cables[0]
    assert (cable.port, cable.length, cable.outdoor) == ("patient", 2.5, True)
    assert cable.modelled_length == pytest.approx(0.3)
    assert (twin.tests.radiated_immunity.level, twin.tests.radiated_immunity.changes) == (
        20.0,
        ("level",),
    )
    assert scene.load(write()).twin != twin


def test_what_is_declared_survives_writing_and_reading(write: Write, folder: Path) -> None:
    twin = scene.load(
        write(
            ("environment: professional", "environment: special"),
            with_device(
                "power: {dc: {nominal: 12 V, fed_by: vehicle}}",
                "magnetically_sensitive: {none: only resistive sensors}",
                "equipment: {class: B}",
                "patient_contacts: [{name: clip, cabled: true}, {name: patch, cabled: false}]",
            ),
            (
                "radiated_immunity: {}",
                "radiated_immunity: {levels_of: home, dwell: 3 s, reason: an ambulance}\n"
                "  proximity_magnetic: {spots: [{frequency: 1 MHz, level: 8 A/m}], reason: RFID}",
            ),
        )
    ).twin
    path = folder / "again.yaml"
    path.write_text(scene.dump(twin), encoding="utf-8")
    assert scene.load(path).twin == twin
    assert twin.tests.proximity_magnetic.own_levels


def test_modulation_alone_is_no_level_of_its_own() -> None:
    test = scene.RadiatedImmunity(modulation_frequency=2.0, reason="respiration")
    assert (test.changes, test.own_levels) == (("modulation_frequency",), False)


def test_three_phases_multiply_the_power() -> None:
    supply = scene.AcSupply(voltage=(400.0,), current=10.0, phases=3)
    assert supply.apparent_power == pytest.approx(10 * 400 * 3**0.5)


# One row per message: change of the good file, field, part of the message, part of the remedy.
MESSAGES = [
    (
        (SENSOR, SENSOR + "      length: 20 cm\n"),
        ("device.cables[0]", "length of 200 mm, but its path has 300 mm", "whole cable"),
    ),
    (
        (SENSOR, SENSOR + "      port: mains\n"),
        ("device.cables[0].port", "'mains' is not one of ac_mains, dc_input", "did you mean"),
    ),
    (with_device("power: {}"), ("device.power", "names no supply", "internal: true")),
    (
        with_device("power: {ac: {voltage: []}}"),
        ("device.power.ac.voltage", "holds 0 voltages", "[100 V, 240 V]"),
    ),
    (
        with_device("power: {ac: {voltage: [240 V, 100 V]}}"),
        ("device.power.ac.voltage", "does not rise from 240 V to 100 V", "lower voltage first"),
    ),
    (
        with_device("power: {ac: {voltage: [230 V], current: 5 V}}"),
        ("device.power.ac.current", "'5 V' is a voltage", "a current such as"),
    ),
    (
        with_device("power: {dc: {nominal: 9 V}, used_while_charging: false}"),
        ("device.power", "no battery inside", "internal: true"),
    ),
    (
        with_device("magnetically_sensitive: false"),
        ("device.magnetically_sensitive", "false without a reason", "{none: REASON}"),
    ),
    (
        with_device("magnetically_sensitive: []"),
        ("device.magnetically_sensitive", "no part and no reason", "{none: REASON}"),
    ),
    (
        with_device("magnetically_sensitive: {parts: [reed], none: x}"),
        ("device.magnetically_sensitive", "both parts and none", "a list of parts"),
    ),
    (
        with_device("patient_contacts: false"),
        ("device.patient_contacts", "false without a reason", "{none: REASON}"),
    ),
    (
        with_device("patient_contacts: []"),
        ("device.patient_contacts", "no contact and no reason", "a list of contacts"),
    ),
    (
        with_device("patient_contacts: [{name: clip}]"),
        ("device.patient_contacts.contacts[0].cabled", "is missing", "add 'cabled: true | false'"),
    ),
    (
        with_device("power: {dc: {nominal: 12 V, fed_by: mains adapter}}"),
        ("device.power.dc.fed_by", "'mains adapter' is not one of", "'mains_adapter'"),
    ),
    (
        with_device(
            "intentional_receivers: [{name: a, frequency_from: 2 GHz, frequency_to: 1 GHz}]"
        ),
        ("device.intentional_receivers[0]", "does not rise from 2 GHz to 1 GHz", "lower end"),
    ),
    (
        with_device("equipment: {group: 3}"),
        ("device.equipment.group", "3 is not one of 1, 2", "known values"),
    ),
    (
        with_device("equipment: {class: A}"),
        ("device.equipment.class", "tests.radiated_emission has class B", "one of the two"),
    ),
    (
        with_tests("esd: {contact: [15 kV]}"),
        ("tests.esd", "changes contact without a reason", "reason: WHY"),
    ),
    (
        with_tests("esd: {contact: [], reason: x}"),
        ("tests.esd.contact", "holds no level", "at least one"),
    ),
    (
        with_tests("eft: {reason: no mains}"),
        ("tests.eft", "a reason for no change", "not_applicable: REASON"),
    ),
    (
        with_tests("surge: {not_applicable: no lines, line_to_line: [1 kV]}"),
        ("tests.surge", "is not applicable, and has line_to_line", "one of the two"),
    ),
    (
        with_tests("esd: {not_applicable: x, reason: y}"),
        ("tests.esd", "is not applicable, and has reason", "one of the two"),
    ),
    (
        with_tests("power_frequency_magnetic: {level: 30 A, reason: x}"),
        ("tests.power_frequency_magnetic.level", "'30 A' is a current", "a magnetic_field such"),
    ),
]


@pytest.mark.parametrize(("change", "said"), MESSAGES, ids=[said[1] for _, said in MESSAGES])
def test_message_names_field_value_and_remedy(
    find: Find, change: tuple[str, str], said: tuple[str, str, str]
) -> None:
    field, message, remedy = said
    problems = find(change)
    matching = [p for p in problems if p.field == field and message in p.message]
    assert matching, [str(p) for p in problems]
    assert remedy in matching[0].remedy
    assert matching[0].line is not None


@pytest.mark.parametrize(
    ("port", "power", "lacking"),
    [("ac_mains", "{internal: true}", "ac"), ("dc_input", "{internal: true}", "dc")],
)
def test_a_supply_cable_needs_its_supply(find: Find, port: str, power: str, lacking: str) -> None:
    (problem,) = find(with_device(f"power: {power}"), (SENSOR, SENSOR + f"      port: {port}\n"))
    assert problem.field == "device.cables[0].port"
    assert f"but device.power has no {lacking}" in problem.message
    assert f"add '{lacking}: {{" in problem.remedy


def test_a_mains_lead_may_belong_to_an_adapter(write: Write) -> None:
    power = "power: {dc: {nominal: 12 V, fed_by: mains_adapter}}"
    change = (SENSOR, SENSOR + "      port: ac_mains\n")
    twin = scene.load(write(with_device(power), change)).twin
    assert twin.device.power is not None
    assert twin.device.power.said == "d.c. 12 V from a mains adapter"


def test_a_patient_cable_of_a_device_without_a_patient(find: Find) -> None:
    (problem,) = find(
        with_device("patient_contacts: {none: reads samples}"),
        (SENSOR, SENSOR + "      port: patient\n"),
    )
    assert problem.field == "device.cables[0].port"
    assert "device.patient_contacts has none: reads samples" in problem.message
    assert "list the contacts" in problem.remedy


def test_class_a_of_the_device_at_home_is_refused(find: Find) -> None:
    (problem,) = find(
        with_device("equipment: {class: A}"), ("class: B, ", ""), ("professional", "home")
    )
    assert problem.field == "device.equipment.class"
    assert "class A is not allowed in the home environment" in problem.message


def test_the_class_of_the_device_is_that_of_the_tests(write: Write) -> None:
    twin = scene.load(write(with_device("equipment: {class: A}"), ("class: B, ", ""))).twin
    assert twin.equipment_class == "A"


def test_python_refuses_the_same() -> None:
    values: dict[str, Any] = {"level": 4000.0}
    with pytest.raises(ValidationError, match="without a reason"):
        scene.Eft(**values)
