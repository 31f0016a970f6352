"""Double exponential and damped sine: shapes, closed-form spectra, the simple forms of surges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.signals import DampedSine, DoubleExponential, fourier_integral, shape_of

FREQUENCIES = np.array([0.0, 1e4, -1e5, 1e6, 5e6])


@settings(max_examples=25, deadline=None)
@given(
    peak=st.floats(1.0, 1e4),
    sign=st.sampled_from([-1.0, 1.0]),
    rise=st.floats(1e-9, 1e-5),
    ratio=st.floats(10.0, 1e4),
    figure=st.sampled_from(["width", "length"]),
)
def test_the_shape_that_was_asked_for(
    peak: float, sign: float, rise: float, ratio: float, figure: str
) -> None:
    """Rise and duration found by a root search on a scale of 20 000 samples: 1e-5.

    With both constants equal, t exp(-t), the rise is 0.135 of the length: 10 is above that.
    """
    pulse = DoubleExponential.measured(sign * peak, rise, **{figure: ratio * rise})
    t = np.concatenate([[0.0], np.geomspace(1e-5 * rise, pulse.silent_after(1e-4), 50_001)])
    shape = shape_of(pulse, times=t)
    assert shape.peak == pytest.approx(sign * peak, rel=1e-5)
    assert pulse.peak == pytest.approx(sign * peak, rel=1e-9)
    assert shape.rise == pytest.approx(rise, rel=1e-5)
    assert getattr(shape, figure) == pytest.approx(ratio * rise, rel=1e-5)


@pytest.mark.parametrize(
    "pulse",
    [
        DoubleExponential(2.0, 3e-6, 1e-7),
        DampedSine(2.0, 1e6, 3e-6),
        DampedSine(1.59, 1e5, 9.788e-6, 0.533e-6, phase=0.0),
        DampedSine(1.0, 1e5, 2e-6, 1e-6, phase=30.0),
    ],
    ids=str,
)
def test_closed_forms_are_the_fourier_integral(pulse: DoubleExponential | DampedSine) -> None:
    """On panels of a twentieth of the shortest scale, whose error is below 1e-12."""
    breaks = np.linspace(0.0, pulse.silent_after(1e-14), 2000)
    expected, error = fourier_integral(pulse, breaks, FREQUENCIES)
    largest = np.abs(expected).max()
    assert error < 1e-10 * largest
    assert np.abs(pulse.spectrum(FREQUENCIES) - expected).max() < 1e-10 * largest


def test_energy_of_a_damped_sine_in_time_and_frequency() -> None:
    """Parseval, with the time integral in closed form:
    (decay / 4) q^2 / (1 + q^2), q = 2 pi f decay.
    """
    pulse = DampedSine(1.0, 1e6, 2e-6)
    q = 2 * np.pi * 1e6 * 2e-6
    f = np.linspace(0.0, 4e8, 2_000_001)
    energy = 2 * np.trapezoid(np.abs(pulse.spectrum(f)) ** 2, f)
    assert energy == pytest.approx(2e-6 / 4 * q**2 / (1 + q**2), rel=1e-6)


def test_a_damped_sine_begins_at_nothing_and_a_cosine_at_its_height() -> None:
    t = np.array([-1e-9, 0.0])
    assert DampedSine(3.0, 1e6, 1e-5)(t) == pytest.approx([0.0, 0.0], abs=1e-15)
    assert DampedSine(3.0, 1e6, 1e-5, phase=0.0)(t) == pytest.approx([0.0, 3.0])
    assert DampedSine(3.0, 1e6, 1e-5, 1e-7, phase=0.0)(t) == pytest.approx([0.0, 0.0])


def test_each_half_wave_is_less_by_the_decay() -> None:
    pulse = DampedSine(1.0, 1e6, 2e-6)
    crests = pulse(np.array([0.2e-6, 0.7e-6, 1.2e-6]))
    assert crests[1:] / crests[:-1] == pytest.approx(-np.exp(-0.5e-6 / 2e-6))


def test_a_ring_wave_of_half_a_microsecond_and_100_khz() -> None:
    """With constants that the caller gives, here those usual in the literature.

    The crest follows from the form: 0.5 us from 10 to 90 % within 10 %.
    """
    shape = shape_of(DampedSine(1.59, 100e3, 9.788e-6, 0.533e-6, phase=0.0))
    assert shape.rise == pytest.approx(0.5e-6, rel=0.1)
    assert 0.9 < shape.peak < 1.1
    assert 0.5 < shape.undershoot < 1.0


@dataclass(frozen=True)
class Curve:
    """A pulse given by a function."""

    function: Callable[[np.ndarray], np.ndarray]
    end: float

    def __call__(self, t: np.ndarray) -> np.ndarray:
        return self.function(np.maximum(t, 0.0))

    def silent_after(self, share: float = 1e-3) -> float:
        return self.end

    def spectrum(self, frequencies: object) -> np.ndarray:
        raise NotImplementedError


def test_simple_forms_of_the_surges() -> None:
    """1.037 (1 - exp(-t / 0.4074)) exp(-t / 68.22) and 0.01243 t^3 exp(-t / 3.911), t in us.

    Peak, front and duration as recomputed from the forms: 0.99976, 1.202, 49.5 and
    0.9996, 8.02, 19.07.
    """
    fall, rise = 68.22e-6, 0.4074e-6
    voltage = shape_of(DoubleExponential(1.037, fall, 1 / (1 / fall + 1 / rise)))
    assert voltage.peak == pytest.approx(0.99976, abs=1e-5)
    assert 1.67 * voltage.front == pytest.approx(1.202e-6, rel=1e-3)
    assert voltage.width == pytest.approx(49.5e-6, rel=1e-3)
    current = shape_of(Curve(lambda t: 0.01243 * (t * 1e6) ** 3 * np.exp(-t / 3.911e-6), 80e-6))
    assert current.peak == pytest.approx(0.9996, abs=2e-4)
    assert 1.25 * current.rise == pytest.approx(8.02e-6, rel=1e-3)
    assert 1.18 * current.width == pytest.approx(19.07e-6, rel=1e-3)


def test_simple_form_of_the_fast_transient() -> None:
    """1.27 (1 - exp(-t / 3.5 ns)) exp(-t / 55.6 ns): 5 ns and 50 ns within the tolerances."""
    fall, rise = 55.6e-9, 3.5e-9
    shape = shape_of(DoubleExponential(1.27, fall, 1 / (1 / fall + 1 / rise)))
    assert shape.peak == pytest.approx(1.0, abs=0.01)
    assert shape.rise == pytest.approx(5e-9, rel=0.3)
    assert shape.width == pytest.approx(50e-9, rel=0.3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"peak": 0.0, "rise": 1e-9, "width": 1e-8}, "peak must be other than 0"),
        ({"peak": 1.0, "rise": 0.0, "width": 1e-8}, "rise must be above 0 s"),
        ({"peak": 1.0, "rise": 1e-9, "width": -1.0}, "duration must be above 0 s"),
        ({"peak": 1.0, "rise": 1e-9}, "give one of width"),
        ({"peak": 1.0, "rise": 1e-9, "width": 1e-8, "length": 1e-8}, "give one of width"),
        ({"peak": 1.0, "rise": 1e-9, "width": 1.1e-9}, "no double exponential has a rise of 0.9"),
        ({"peak": 1.0, "rise": 1e-9, "width": 1.0}, "no double exponential"),
    ],
)
def test_impossible_shapes_are_refused(arguments: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        DoubleExponential.measured(**arguments)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frequency": 0.0}, "frequency must be above 0 Hz"),
        ({"decay": -1.0}, "decay must be above 0 s"),
        ({"rise": -1.0}, "rise must be 0 s or more"),
    ],
)
def test_impossible_oscillations_are_refused(change: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        DampedSine(**({"height": 1.0, "frequency": 1e6, "decay": 1e-6} | change))
