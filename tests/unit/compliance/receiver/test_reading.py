"""One reading and the sweep: bands, rows, steps, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.compliance.receiver import (
    LineSpectrum,
    PulseTrain,
    largest_step,
    measuring_time,
    read,
    receiver_at,
    receivers,
    scan,
)
from emtwin.compliance.receiver.bands import confidence
from emtwin.errors import InputError

LINE = LineSpectrum([1e6], [1e-3])


@pytest.mark.parametrize(
    ("frequency", "band"),
    [(9e3, "A"), (149e3, "A"), (150e3, "B"), (30e6 * (1 - 1e-12), "C"), (300e6, "D"), (1e9, "E")],
)
def test_where_bands_meet_the_upper_one_holds(frequency: float, band: str) -> None:
    assert receiver_at(frequency).band == band


def test_at_1_ghz_the_detector_decides() -> None:
    """The limit lines below 1 GHz end there and want quasi-peak, those above begin there."""
    line = LineSpectrum([1e9], [1e-3])
    assert read(line, 1e9, "quasi_peak").row == "cispr16-1-1-receiver-d"
    assert read(line, 1e9, "average").row == "cispr16-1-1-receiver-e"
    sweep = scan(line, 999e6, 1e9)
    assert set(sweep.rows) == {"cispr16-1-1-receiver-d"}
    assert sweep.frequencies[-1] == 1e9
    assert sweep.dbuv[-1] == pytest.approx(60, abs=1e-6)


@pytest.mark.parametrize("frequency", [8e3, 19e9])
def test_outside_all_bands(frequency: float) -> None:
    with pytest.raises(InputError, match="no CISPR band holds") as caught:
        receiver_at(frequency)
    assert "use 9 kHz to 18 GHz" in str(caught.value)


def test_a_reading_says_what_it_is() -> None:
    reading = read(LINE, 1e6)
    assert str(reading) == "1 MHz: 60.00 dBuV quasi-peak"
    assert reading.row == "cispr16-1-1-receiver-b"
    assert reading.confidence == "confirmed"


def test_confidence_is_that_of_the_numbers_used() -> None:
    """The corner of the rms-average detector is of low confidence; the others do not use it."""
    assert read(LINE, 1e6, "rms_average").confidence == "low"
    assert confidence(receiver_at(1e6), "average") == receiver_at(1e6).confidence


def test_unknown_detector() -> None:
    with pytest.raises(InputError, match="unknown detector 'rms'") as caught:
        read(LINE, 1e6, "rms")
    assert "peak, quasi_peak, average, rms_average" in str(caught.value)


def test_no_quasi_peak_above_1_ghz() -> None:
    with pytest.raises(InputError, match="band E has no quasi-peak detector"):
        read(LineSpectrum([2e9], [1.0]), 2e9)
    with pytest.raises(InputError, match="band E has no quasi-peak detector") as caught:
        scan(LINE, 0.999e9, 1.001e9)
    assert "use one of peak, average, rms_average" in str(caught.value)


def test_a_sweep_finds_the_line() -> None:
    sweep = scan(LINE, 0.9e6, 1.1e6, "average")
    best = int(np.argmax(sweep.dbuv))
    assert abs(sweep.frequencies[best] - 1e6) <= 4.5e3 / 2
    assert 60 - 0.53 <= sweep.dbuv[best] <= 60
    assert np.diff(sweep.frequencies).max() <= 4.5e3 * (1 + 1e-9)
    assert (sweep.frequencies[0], sweep.frequencies[-1]) == (0.9e6, 1.1e6)


def test_a_sweep_over_two_bands_changes_step_and_row() -> None:
    sweep = scan(LINE, 140e3, 200e3, "peak")
    rows = np.array(sweep.rows)
    low = sweep.frequencies[rows == "cispr16-1-1-receiver-a"]
    high = sweep.frequencies[rows == "cispr16-1-1-receiver-b"]
    assert low.max() < 150e3 <= high.min()
    assert np.diff(low) == pytest.approx(100.0)
    assert np.diff(high)[:-1] == pytest.approx(4.5e3)
    assert sweep.confidence == "confirmed"


def test_a_sweep_takes_the_measuring_time_at_each_step() -> None:
    sweep = scan(LINE, 0.9e6, 1.1e6)
    expected = sweep.frequencies.size * measuring_time(receiver_at(1e6), "quasi_peak")
    assert sweep.seconds == pytest.approx(expected)


def test_a_sweep_with_a_step_of_ones_own() -> None:
    assert scan(LINE, 1e6, 1.01e6, "peak", step=1e3).frequencies.size == 11


@pytest.mark.parametrize("step", [0.0, 5e3, -1.0])
def test_steps_that_are_refused(step: float) -> None:
    with pytest.raises(InputError, match="does not suit band B") as caught:
        scan(LINE, 1e6, 1.1e6, "peak", step=step)
    assert "4.5 kHz" in str(caught.value)


def test_a_sweep_must_rise() -> None:
    with pytest.raises(InputError, match="a sweep from 2 MHz to 1 MHz does not rise"):
        scan(LINE, 2e6, 1e6)


def test_a_sweep_must_stay_in_the_bands() -> None:
    for start, stop in ((1e3, 20e3), (17e9, 19e9)):
        with pytest.raises(InputError, match="no CISPR band holds"):
            scan(LINE, start, stop, "peak")


@pytest.mark.parametrize("receiver", receivers(), ids=lambda r: r.band)
def test_measuring_times(receiver) -> None:
    """A meter needs 6.5 of its time constants to 0.1 dB: (1 + x) exp(-x) = 1.15 %."""
    average = measuring_time(receiver, "average")
    assert average == pytest.approx(6.48 * receiver.average_meter_time_constant, rel=0.02)
    assert measuring_time(receiver, "peak") < 0.01 * average
    assert average < measuring_time(receiver, "rms_average") < 1.1 * average
    assert measuring_time(receiver, "average", 0.01) > average
    if receiver.quasi_peak_charge is not None:
        assert average < measuring_time(receiver, "quasi_peak") < 1.1 * average


@pytest.mark.parametrize("within_db", [1e-5, 0.0, -1.0, math.nan])
def test_no_measuring_time_for_what_cannot_be_told(within_db: float) -> None:
    """A time of zero, for a level that is never reached, would look like an answer."""
    with pytest.raises(InputError, match="cannot be asked to read within"):
        measuring_time(receiver_at(1e6), "average", within_db)
    assert measuring_time(receiver_at(1e6), "average", 0.001) > 0


def test_largest_step_is_half_the_bandwidth() -> None:
    assert largest_step(receiver_at(1e6)) == 4.5e3
    assert largest_step(receiver_at(2e9)) == pytest.approx(477e3, rel=1e-3)


def test_pulses_scan_as_their_area() -> None:
    sweep = scan(PulseTrain(lambda f: 1e-7 / f * 1e6, 100.0), 1e6, 2e6, "peak")
    assert sweep.dbuv[0] - sweep.dbuv[-1] == pytest.approx(6.02, abs=0.01)
