"""The words that rows, twin files, plans and verdicts use alike: tests, ports, environments."""

from __future__ import annotations

from typing import Literal

ImmunityTest = Literal[
    "esd",
    "radiated_immunity",
    "proximity_rf",
    "power_frequency_magnetic",
    "proximity_magnetic",
    "eft",
    "surge",
    "conducted_immunity",
    "dips",
    "interruptions",
    "supply_transients",
]
EmissionTest = Literal["radiated_emission", "conducted_emission", "magnetic_emission"]
Test = ImmunityTest | EmissionTest
Port = Literal["enclosure", "ac_mains", "dc_input", "patient", "signal"]
Environment = Literal["professional", "home", "special"]
Coupling = Literal["contact", "air", "line_to_line", "line_to_ground", "direct", "current_clamp"]
Supply = Literal["vehicle_12v", "vehicle_24v"]

TITLES: dict[str, str] = {
    "esd": "electrostatic discharge",
    "radiated_immunity": "radiated RF fields",
    "proximity_rf": "proximity fields of RF wireless equipment",
    "power_frequency_magnetic": "power frequency magnetic fields",
    "proximity_magnetic": "proximity magnetic fields",
    "eft": "electrical fast transients, bursts",
    "surge": "surges",
    "conducted_immunity": "conducted RF",
    "dips": "voltage dips",
    "interruptions": "voltage interruptions",
    "supply_transients": "transients along supply lines of vehicles",
    "radiated_emission": "radiated emission",
    "conducted_emission": "conducted emission",
    "magnetic_emission": "magnetic field emission",
}
"""What each test is called in a text, immunity first, in the order of a test plan."""

TESTS = tuple(TITLES)
PORTS: tuple[str, ...] = ("enclosure", "ac_mains", "dc_input", "patient", "signal")
ENVIRONMENTS: tuple[str, ...] = ("professional", "home", "special")

UNITS: dict[str, str] = {
    "esd": "kV",
    "radiated_immunity": "V/m",
    "proximity_rf": "V/m",
    "power_frequency_magnetic": "A/m",
    "proximity_magnetic": "A/m",
    "eft": "kV",
    "surge": "kV",
    "conducted_immunity": "V",
    "supply_transients": "V",
}
"""The one unit of the levels of each immunity test, as its standard prints them."""
