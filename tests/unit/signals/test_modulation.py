"""Modulations: time signals against their lines and factors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.signals import (
    AmplitudeModulation,
    FrequencyModulation,
    Modulation,
    PulseModulation,
    Unmodulated,
    carrier_to,
    modulated,
    modulation_of,
)
from emtwin.standards import modulation as rows

ALL: dict[str, Modulation] = {
    "CW": Unmodulated(),
    "AM": AmplitudeModulation(),
    "18 Hz": PulseModulation(18.0),
    "217 Hz": PulseModulation(217.0),
    "2.1 kHz": PulseModulation(2.1e3),
    "50 kHz": PulseModulation(50e3),
    "a tenth": PulseModulation(217.0, 0.1),
    "FM": FrequencyModulation(),
}


def frequency_of(modulation: Modulation) -> float:
    return getattr(modulation, "frequency", 1e3)


@pytest.mark.parametrize("name", ALL)
def test_factors_are_those_of_the_time_signal(name: str) -> None:
    """One period of the modulation with 200 carrier cycles, 40 samples each.

    The crest lies up to half a sample beside one: 1 - cos(pi / 40) = 3.1e-3.
    """
    modulation = ALL[name]
    slow = frequency_of(modulation)
    t = (np.arange(8000) + 0.5) / 8000 / slow
    signal = modulated(t, 200 * slow, 2.0, modulation)
    assert math.sqrt(np.mean(signal**2)) == pytest.approx(2.0 * modulation.rms, rel=1e-3)
    assert np.abs(signal).max() == pytest.approx(
        carrier_to("envelope_peak", 2.0, modulation), rel=3.5e-3
    )
    envelope = modulation.envelope(t)
    swing = (envelope.max() - envelope.min()) / 2 * math.sqrt(2) * 2.0
    assert carrier_to("demodulated", 2.0, modulation) == pytest.approx(swing, abs=1e-5)
    assert carrier_to("carrier_rms", 2.0, modulation) == 2.0


@pytest.mark.parametrize("name", ["CW", "AM", "FM"])
def test_lines_give_envelope_and_phase_back(name: str) -> None:
    """CW and AM have no more lines; FM to index + 20 lacks less than 1e-12 of the power."""
    modulation = ALL[name]
    bands = modulation.sidebands()
    assert bands.left_out < 1e-12
    t = np.linspace(0.0, 1e-3, 97)
    series = np.exp(2j * np.pi * np.outer(t, bands.offsets)) @ bands.amplitudes
    expected = modulation.envelope(t) * np.exp(1j * modulation.phase(t))
    assert np.abs(series - expected).max() < 1e-9


def test_lines_of_a_square_wave() -> None:
    """1/2, then 1 / (pi n) for odd n; what is left out of N lines is near 1 / (pi^2 N) of 1/2."""
    bands = PulseModulation(217.0).sidebands(1001)
    middle = 1001
    assert bands.offsets[middle + 3] == pytest.approx(651.0)
    magnitudes = np.abs(bands.amplitudes[middle : middle + 5])
    expected = [0.5, 1 / np.pi, 0.0, 1 / (3 * np.pi), 0.0]
    assert magnitudes == pytest.approx(expected, abs=1e-12)
    assert bands.left_out == pytest.approx(2 / (np.pi**2 * 1001), rel=5e-3)


def test_lines_of_pulses_are_their_fourier_series() -> None:
    """Against the sum over one period of 1 million samples: 1e-6."""
    modulation = PulseModulation(1.0, 0.3)
    t = (np.arange(1_000_000) + 0.5) / 1e6
    bands = modulation.sidebands(3)
    for offset, amplitude in zip(bands.offsets, bands.amplitudes, strict=True):
        series = np.mean(modulation.envelope(t) * np.exp(-2j * np.pi * offset * t))
        assert amplitude == pytest.approx(series, abs=1e-5)


def test_lines_of_the_standard_frequency_modulation() -> None:
    """Index 5: J_0 = -0.17760, J_1 = -0.32758, J_4 = 0.39123 (tables of Bessel functions)."""
    bands = FrequencyModulation().sidebands()
    middle = bands.offsets.size // 2
    found = np.real(bands.amplitudes[middle + np.array([0, 1, 4])])
    assert found == pytest.approx([-0.17760, -0.32758, 0.39123], abs=1e-5)
    assert bands.offsets[middle + 4] == 4e3


def test_few_lines_of_frequency_modulation_say_what_they_leave_out() -> None:
    """Power outside +-index is 1 less the sum of J_n^2."""
    bands = FrequencyModulation().sidebands(5)
    inside = float(np.sum(np.abs(bands.amplitudes) ** 2))
    assert bands.left_out == pytest.approx(1 - inside)
    assert 0.02 < bands.left_out < 0.1


def test_rows_of_the_standards_become_modulations() -> None:
    assert modulation_of(None) == Unmodulated()
    assert modulation_of(rows.Unmodulated(form="cw")) == Unmodulated()
    am = rows.Amplitude(form="am", depth=0.8, frequency=1e3)
    assert modulation_of(am) == AmplitudeModulation(0.8, 1e3)
    pulse = rows.Pulse(form="pulse", frequency=18.0, duty=0.5)
    assert modulation_of(pulse) == PulseModulation(18.0, 0.5)
    fm = rows.FrequencySwing(form="fm", deviation=5e3, frequency=1e3)
    assert modulation_of(fm) == FrequencyModulation(5e3, 1e3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: AmplitudeModulation(1.2), "between 0 and 1, got 1.2"),
        (lambda: AmplitudeModulation(0.8, 0.0), "frequency must be above 0, got 0 Hz"),
        (lambda: PulseModulation(0.0), "frequency must be above 0"),
        (lambda: PulseModulation(18.0, 1.0), "duty must lie between 0 and 1, got 1"),
        (lambda: FrequencyModulation(0.0), "deviation must be above 0"),
        (lambda: FrequencyModulation(5e3, math.inf), "frequency must be above 0, got inf"),
    ],
)
def test_impossible_modulations_are_refused(make, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()
