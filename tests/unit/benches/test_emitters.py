"""What the emission test is given of a source: rms of single harmonics, else the quasi-peak."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emtwin.benches import emitters
from emtwin.benches.emitters import ONE_BY_ONE, emf_at, notes_of
from emtwin.compliance.receiver import LineSpectrum, PulseTrain, Trace, read
from emtwin.errors import InputError
from emtwin.scene import Port, Termination
from emtwin.scene.sources import (
    ClockSource,
    DataSource,
    EmissionSource,
    SpreadSpectrum,
    SwitchingSource,
    TraceSource,
)
from emtwin.signals.emitter import EmitterSpectrum, of_lines
from emtwin.signals.sources import loudest_places, spectrum_of

STEPS = np.geomspace(30e6, 1e9, 40)


def port(source: EmissionSource, name: str = "line") -> Port:
    return Port(name=name, termination=Termination(resistance=50.0), emission=source)


def twin(*ports: Port) -> Any:
    return SimpleNamespace(twin=SimpleNamespace(device=SimpleNamespace(ports=ports)))


def test_single_harmonics_are_their_own_rms() -> None:
    clock = ClockSource(frequency=10e6, amplitude=3.3, rise_time=2e-9)
    f = 10e6 * np.arange(3, 101, 2.0)
    order = np.arange(3, 101, 2)
    trapezoid = 2 * 3.3 / (np.pi * order) * np.sinc(order * 10e6 * 2e-9) / np.sqrt(2)
    assert emf_at(port(clock), f) == pytest.approx(np.abs(trapezoid), rel=1e-9)
    assert notes_of(twin(port(clock))) == (ONE_BY_ONE,)


def test_edges_of_a_slow_clock_are_pulses() -> None:
    """A square wave of 1 kHz has 2000 edges per second, each alone in the filter's 8 us.

    A ramp of height A has the spectrum A sinc(f t_r) / (2 pi f), an impulse of that area to the
    receiver. Its quasi-peak by the train of impulses, without a line spectrum: within 0.1 dB.
    """
    clock = ClockSource(frequency=1e3, amplitude=5.0, rise_time=5e-9)
    edges = PulseTrain(lambda f: 5.0 * np.sinc(f * 5e-9) / (2 * np.pi * f), 2e3)
    f = np.array([30e6, 31e6, 150e6, 151e6])
    found = emf_at(port(clock), f)
    for n, place in enumerate(loudest_places(spectrum_of(clock, 1e9), f, 120e3)):
        wanted = read(edges, float(place), "quasi_peak").volts
        assert 20 * np.log10(found[n] / wanted) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(
    "source",
    [
        SwitchingSource(kind="switching_regulator", frequency=20e3, amplitude=12, rise_time=10e-9),
        ClockSource(frequency=32768, amplitude=3.3, rise_time=5e-9),
        DataSource(kind="data", bit_rate=100e6, amplitude=1.0, rise_time=1e-9),
    ],
    ids=lambda source: source.kind,
)
def test_quasi_peak_lies_between_rms_and_peak(source: EmissionSource) -> None:
    found = emf_at(port(source), STEPS)
    spectrum = spectrum_of(source, 1e9)
    places = loudest_places(spectrum, STEPS, 120e3)
    assert (found > spectrum.rms(places, 120e3)).all()
    f, rms = emitters._lines(spectrum)
    noise = spectrum.continuous(places, 120e3) / 120e3
    peak = [
        read(LineSpectrum(f, rms, "known", n), float(at), "peak").volts
        for at, n in zip(places[::8], noise[::8], strict=True)
    ]
    assert (found[::8] < np.array(peak)).all()


@pytest.mark.slow
def test_a_spread_clock_reads_as_its_sweep_in_time() -> None:
    """The 11th harmonic of 10 MHz, 1.1 MHz wide at 30 kHz, as samples of the swept tone.

    Frequency and phase are written down here without a spectrum; 2.5 s at 4 MS/s. The line
    spectrum and the sweep agree within 0.1 dB.
    """
    source = ClockSource(
        frequency=10e6,
        amplitude=3.3,
        rise_time=2e-9,
        spread_spectrum=SpreadSpectrum(depth=0.01, rate=30e3),
    )
    rate, mean, width = 4e6, 11 * 10e6 * 0.995, 11 * 10e6 * 0.01
    x = np.mod(np.arange(int(2.5 * rate)) / rate * 30e3, 1.0)
    # Integral of a triangle between -1/2 and 1/2 over one period, in periods of the modulation.
    swept = np.where(x < 0.5, x**2 - x / 2, -(x**2) + 1.5 * x - 0.5)
    peak = 2 * 3.3 / (np.pi * 11) * np.sinc(11 * 10e6 * 0.995 * 2e-9)
    trace = Trace(peak * np.exp(2j * np.pi * width / 30e3 * swept), rate, mean)
    for place in (mean, mean - 0.3e6, mean + 0.45e6):
        wanted = read(trace, place, "quasi_peak").volts
        found = emf_at(port(source), np.array([place]))[0]
        assert 20 * np.log10(found / wanted) == pytest.approx(0.0, abs=0.1)
    alone = peak / np.sqrt(2)
    assert found < alone


def test_lines_that_share_a_frequency_add_in_power() -> None:
    three = np.array([1e8, 1e8, 2e8])
    f, rms = emitters._lines(of_lines(three, np.array([3.0, 4.0j, 1.0])))
    assert f.tolist() == [1e8, 2e8]
    assert np.abs(rms) == pytest.approx([5 / np.sqrt(2), 1 / np.sqrt(2)])


def test_nothing_is_finite_in_decibels() -> None:
    clock = ClockSource(frequency=100e6, amplitude=1.0, rise_time=1e-9)
    assert emf_at(port(clock), np.array([150e6, 250e6])).tolist() == [1e-12, 1e-12]


def test_the_note_names_the_receiver() -> None:
    dense = port(ClockSource(frequency=32768, amplitude=3.3, rise_time=5e-9), "rtc")
    (note,) = notes_of(twin(dense))
    assert "port rtc is closer than 120 kHz or continuous" in note
    assert "quasi-peak reading (CISPR 16-1-1" in note


def test_each_frequency_is_read_where_its_range_is_strongest() -> None:
    spectrum = EmitterSpectrum(np.array([9.5e7, 1.6e8]), np.array([1.0, 2.0], np.complex128))
    places = loudest_places(spectrum, np.array([9e7, 1.3e8, 1.8e8]), 120e3)
    assert np.abs(places[0] - 9.5e7) <= 60e3
    assert np.abs(places[2] - 1.6e8) <= 60e3
    assert places[1] == 1.3e8  # nothing there: the frequency itself


def test_a_wrong_file_is_a_problem_of_its_port(tmp_path: Path) -> None:
    """16 samples of 1 s, once in a second: what is wrong, in which file, at which field."""
    file = tmp_path / "event.csv"
    file.write_text("".join(f"{n}, 0\n" for n in range(16)), encoding="utf-8")
    source = TraceSource(kind="trace", file=file, form="single", repetition=1.0)
    with pytest.raises(InputError) as caught:
        notes_of(twin(port(source, "log")))
    (problem,) = caught.value.problems
    assert problem.field == "device.ports[log].emission.repetition"
    assert problem.file == file
    assert "a record of 16 s is longer than a period of 1 s" in problem.message
    assert problem.remedy
