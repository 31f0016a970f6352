"""Receivers of CISPR 16-1-1 and their pulse response, against a second copy of the facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin.standards import PulseResponse, Receiver, load
from tests.standards.refusals import Change, refusal

RECEIVERS = {  # band: from, to, B6 Hz; quasi-peak charge, discharge, meter ms; average meter ms
    "A": (9e3, 150e3, 200.0, 45, 500, 160, 160),
    "B": (150e3, 30e6, 9e3, 1, 160, 160, 160),
    "C": (30e6, 300e6, 120e3, 1, 550, 100, 100),
    "D": (300e6, 1e9, 120e3, 1, 550, 100, 100),
}
CALIBRATION = {  # band: uVs, Hz, peak over quasi-peak dB, rms-average corner Hz, overload dB
    "A": (13.5, 25.0, 6.0, 10.0, 24.0),
    "B": (0.316, 100.0, 6.5, 100.0, 30.0),
    "C": (0.044, 100.0, 11.9, 100.0, 43.5),
    "D": (0.044, 100.0, 11.9, 100.0, 43.5),
}
ALONE = None
PULSES = {  # bands: repetition in Hz, level and tolerance in dB
    ("A",): {
        100: (-4, 1),
        60: (-3, 1),
        25: (0, 0),
        10: (4, 1),
        5: (7.5, 1.5),
        2: (13, 2),
        1: (17, 2),
        ALONE: (19, 2),
    },
    ("B",): {
        1000: (-4.5, 1),
        100: (0, 0),
        20: (6.5, 1),
        10: (10, 1.5),
        2: (20.5, 2),
        1: (22.5, 2),
        ALONE: (23.5, 2),
    },
    ("C", "D"): {
        1000: (-8, 1),
        100: (0, 0),
        20: (9, 1),
        10: (14, 1.5),
        2: (26, 2),
        1: (28.5, 2),
        ALONE: (31.5, 2),
    },
}


def receiver(band: str) -> Receiver:
    row = load().row(f"cispr16-1-1-receiver-{band.lower()}")
    assert isinstance(row, Receiver)
    return row


@pytest.mark.parametrize("band", RECEIVERS)
def test_bandwidth_and_time_constants(band: str) -> None:
    row = receiver(band)
    low, high, width, charge, discharge, meter, average = RECEIVERS[band]
    assert row.band == band
    assert (row.frequency_from, row.frequency_to, row.bandwidth) == (low, high, width)
    assert row.quasi_peak_charge == pytest.approx(charge * 1e-3)
    assert row.quasi_peak_discharge == pytest.approx(discharge * 1e-3)
    assert row.meter_time_constant == pytest.approx(meter * 1e-3)
    assert row.average_meter_time_constant == pytest.approx(average * 1e-3)
    assert row.confidence == "confirmed"


@pytest.mark.parametrize("band", CALIBRATION)
def test_calibration_impulse(band: str) -> None:
    row = receiver(band)
    area, repetition, peak, corner, overload = CALIBRATION[band]
    assert row.calibration_area == pytest.approx(area * 1e-6)
    assert (row.calibration_repetition, row.calibration_reading) == (repetition, 60.0)
    assert (row.peak_over_quasi_peak, row.rms_average_corner) == (peak, corner)
    assert row.overload_factor == overload
    assert row.bandwidth is not None
    assert row.impulse_bandwidth == pytest.approx(1.05 * row.bandwidth)
    assert {row.confidence_of(f) for f in ("calibration_area", "impulse_bandwidth")} == {"high"}
    assert {row.confidence_of(f) for f in ("overload_factor", "rms_average_corner")} == {"low"}
    assert row.confidence_of("bandwidth") == "confirmed"


def test_band_e_has_an_impulse_bandwidth_and_no_quasi_peak_detector() -> None:
    row = receiver("E")
    assert (row.frequency_from, row.frequency_to) == (1e9, 18e9)
    assert (row.bandwidth, row.impulse_bandwidth) == (None, 1e6)
    assert row.quasi_peak_charge is None
    assert row.average_meter_time_constant == pytest.approx(0.1)
    assert (row.rms_average_corner, row.confidence_of("rms_average_corner")) == (1e3, "low")


def test_bands_touch() -> None:
    rows = [receiver(band) for band in "ABCDE"]
    assert [row.frequency_to for row in rows[:-1]] == [row.frequency_from for row in rows[1:]]


@pytest.mark.parametrize("bands", PULSES, ids="".join)
def test_pulse_response(bands: tuple[str, ...]) -> None:
    rows = [row for row in load().of(PulseResponse) if row.bands == bands]
    found = {row.repetition: (row.level, row.tolerance) for row in rows}
    assert found == PULSES[bands]
    assert {row.confidence for row in rows} == {"high"}


@pytest.mark.parametrize("band", CALIBRATION)
def test_the_reference_repetition_is_that_of_the_calibration_impulse(band: str) -> None:
    (row,) = (row for row in load().of(PulseResponse) if band in row.bands and row.is_reference)
    assert row.repetition == CALIBRATION[band][1]
    assert "reference" in row.summary()


@pytest.mark.parametrize(
    ("row_id", "change", "said"),
    [
        ("receiver-b", ("bandwidth: 9 kHz", "bandwidth: 9"), "9 has no unit"),
        ("receiver-b", ("quasi_peak_charge: 1 ms", "note: none"), "all three quasi-peak time"),
        ("receiver-b", ("    calibration_reading: 60\n", ""), "all three calibration values"),
        ("receiver-b", ("frequency_to: 30 MHz", "frequency_to: 3 kHz"), "below frequency_to"),
        ("receiver-b", ("area: 0.316 uVs", "area: 0.316 uV"), "is a voltage"),
        ("receiver-b", ("only_low: [rms", "only_low: [x, rms"), "names 'x', not given"),
        ("pulse-b-10hz", ("    repetition: 10 Hz\n", ""), "give either a repetition or"),
        ("pulse-b-isolated", ("isolated: true", "isolated: false"), "give either a repetition"),
        ("pulse-b-10hz", ("tolerance: 1.5", "tolerance: -1.5"), "greater than or equal to 0"),
        ("pulse-b-10hz", ("bands: [B]", "bands: [F]"), "bands.0"),
    ],
)
def test_bad_row_is_refused(tmp_path: Path, row_id: str, change: Change, said: str) -> None:
    assert said in refusal(tmp_path, "cispr16_1_1.yaml", f"cispr16-1-1-{row_id}", change)
