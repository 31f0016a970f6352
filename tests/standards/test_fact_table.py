"""Numbers of methods, against a second copy of the facts."""

from __future__ import annotations

import pytest

from emtwin.standards import Parameter, load

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


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter(name: str) -> None:
    row = load().row(name)
    assert isinstance(row, Parameter)
    assert (row.value, row.unit, row.confidence) == PARAMETERS[name]
