"""Every level and every number of a method, against a second copy of the facts."""

from __future__ import annotations

import pytest

from emtwin.standards import Level, Parameter, load
from emtwin.standards.modulation import Amplitude

# id: (environments, levels, unit, both polarities)
TABLE_4 = {
    "esd-contact": ({"professional", "home"}, (8.0,), "kV", True),
    "esd-air": ({"professional", "home"}, (2.0, 4.0, 8.0, 15.0), "kV", True),
    "radiated-rf-professional": ({"professional"}, (3.0,), "V/m", False),
    "radiated-rf-home": ({"home"}, (10.0,), "V/m", False),
    "rf-proximity": ({"professional", "home"}, (), "", False),
    "power-frequency-magnetic": ({"professional", "home"}, (30.0,), "A/m", False),
    "proximity-magnetic": ({"professional", "home"}, (), "", False),
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
    "iec61000-4-3-uniform-area-step": (0.5, "m", "confirmed"),
    "iec61000-4-3-uniform-area-points": (16.0, "1", "confirmed"),
    "iec61000-4-3-uniform-area-points-within": (12.0, "1", "confirmed"),
    "iec61000-4-3-uniformity-tolerance": (6.0, "dB", "confirmed"),
    "iec61000-4-3-uniformity-tolerance-reported": (10.0, "dB", "confirmed"),
    "iec61000-4-3-uniformity-share-reported": (3.0, "%", "confirmed"),
    "cispr16-1-4-site-attenuation-tolerance": (4.0, "dB", "high"),
    "tissue-caution-below": (1e6, "Hz", "high"),
}


def test_every_row_is_in_the_fact_table() -> None:
    rows = {row.id for row in load().rows if row.id.startswith(("iec60601-1-2-t4", "iec61000-4-3"))}
    known = {f"iec60601-1-2-t4-{n}" for n in TABLE_4} | set(PARAMETERS)
    assert rows <= known


@pytest.mark.parametrize("name", TABLE_4)
def test_table_4(name: str) -> None:
    row = load().row(f"iec60601-1-2-t4-{name}")
    assert isinstance(row, Level)
    environments, levels, unit, both = TABLE_4[name]
    assert (set(row.environments), row.levels, row.unit) == (environments, levels, unit)
    assert (row.polarity == "both") is both
    assert row.citation == "IEC 60601-1-2:2014+A1:2020, Table 4"
    assert row.confidence == "confirmed"


@pytest.mark.parametrize("environment", ["professional", "home"])
def test_radiated_rf_range_and_modulation(environment: str) -> None:
    row = load().row(f"iec60601-1-2-t4-radiated-rf-{environment}")
    assert isinstance(row, Level)
    assert (row.frequency_from, row.frequency_to) == (80e6, 2.7e9)
    assert row.modulation == Amplitude(form="am", depth=0.8, frequency=1e3)
    assert row.basic_standard == "IEC 61000-4-3"


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter(name: str) -> None:
    row = load().row(name)
    assert isinstance(row, Parameter)
    assert (row.value, row.unit, row.confidence) == PARAMETERS[name]
