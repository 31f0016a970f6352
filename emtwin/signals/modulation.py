"""Modulations of a test field: time signal, line spectrum, rms, peak and demodulated amplitude.

A level is the rms of the carrier before modulation; for pulses the rms while the carrier is on. The
ratios below are to that carrier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.scene.ports import Immunity
from emtwin.signals.fourier import Complex, Real
from emtwin.standards import modulation as modulations

Values = TypeVar("Values", float, NDArray[np.float64])

STANDARD_DEPTH = 0.8
"""Modulation depth of IEC 61000-4-3 and IEC 61000-4-6, dimensionless."""

QUANTITIES: tuple[str, ...] = get_args(Immunity.model_fields["quantity"].annotation)
"""What a threshold may mean: the words that a twin file accepts."""


class Sidebands(NamedTuple):
    """Lines of a modulated carrier of unit peak.

    Parameters
    ----------
    offsets : ndarray of float64, shape (n,)
        Distance from the carrier in hertz, rising.
    amplitudes : ndarray of complex128, shape (n,)
        Complex peak amplitudes; their sum with exp(j 2 pi offset t) is envelope times
        exp(j phase).
    left_out : float
        Share of the mean power that is not in these lines.
    """

    offsets: Real
    amplitudes: Complex
    left_out: float


class Modulation(Protocol):
    """What is done to a carrier."""

    @property
    def rms(self) -> float:
        """Rms of the modulated over the rms of the carrier."""

    @property
    def peak(self) -> float:
        """Peak of the modulated over the peak of the carrier."""

    @property
    def demodulated(self) -> float:
        """Half the swing of the envelope over the peak of the carrier."""

    def envelope(self, t: Real) -> Real:
        """Envelope at times `t` in seconds, relative to the carrier."""

    def phase(self, t: Real) -> Real:
        """Phase in rad that is added to the carrier at times `t` in seconds."""

    def sidebands(self, orders: int = ...) -> Sidebands:
        """Lines up to an order of the modulation frequency on each side of the carrier."""


@dataclass(frozen=True)
class Unmodulated:
    """Continuous wave."""

    rms = 1.0
    peak = 1.0
    demodulated = 0.0

    def envelope(self, t: Real) -> Real:
        """Ones."""
        return np.ones_like(np.asarray(t, np.float64))

    def phase(self, t: Real) -> Real:
        """Zeros."""
        return np.zeros_like(np.asarray(t, np.float64))

    def sidebands(self, _orders: int = 0) -> Sidebands:
        """The carrier alone."""
        return Sidebands(np.zeros(1), np.ones(1, np.complex128), 0.0)


@dataclass(frozen=True)
class AmplitudeModulation:
    """Envelope ``1 + depth sin(2 pi f t)``.

    Parameters
    ----------
    depth : float, default 0.8
        Modulation depth, 0 to 1.
    frequency : float, default 1000
        Frequency of the tone in hertz.
    """

    depth: float = STANDARD_DEPTH
    frequency: float = 1e3

    def __post_init__(self) -> None:
        _above_zero("frequency", self.frequency, "Hz")
        if not 0.0 <= self.depth <= 1.0:
            raise InputError.single(
                f"modulation depth must lie between 0 and 1, got {self.depth:g}", field="depth"
            )

    @property
    def rms(self) -> float:
        """``sqrt(1 + depth^2 / 2)``."""
        return math.sqrt(1.0 + self.depth**2 / 2.0)

    @property
    def peak(self) -> float:
        """``1 + depth``."""
        return 1.0 + self.depth

    @property
    def demodulated(self) -> float:
        """The depth: amplitude of the tone behind an ideal envelope detector."""
        return self.depth

    def envelope(self, t: Real) -> Real:
        """Envelope at times `t` in seconds."""
        return 1.0 + self.depth * np.sin(2 * np.pi * self.frequency * np.asarray(t, np.float64))

    def phase(self, t: Real) -> Real:
        """Zeros."""
        return np.zeros_like(np.asarray(t, np.float64))

    def sidebands(self, _orders: int = 1) -> Sidebands:
        """Carrier and two lines of half the depth; there are no others."""
        side = self.depth / 2j
        offsets = self.frequency * np.array([-1.0, 0.0, 1.0])
        return Sidebands(offsets, np.array([-side, 1.0, side]), 0.0)


@dataclass(frozen=True)
class PulseModulation:
    """Carrier that is on from t = 0 for a share of each period.

    Parameters
    ----------
    frequency : float
        Repetition frequency in hertz, for example 18, 217, 2100 or 50e3.
    duty : float, default 0.5
        Share of the period in which the carrier is on, above 0 and below 1.
    """

    frequency: float
    duty: float = 0.5

    peak = 1.0
    demodulated = 0.5

    def __post_init__(self) -> None:
        _above_zero("frequency", self.frequency, "Hz")
        if not 0.0 < self.duty < 1.0:
            raise InputError.single(
                f"duty must lie between 0 and 1, got {self.duty:g}", field="duty"
            )

    @property
    def rms(self) -> float:
        """``sqrt(duty)``."""
        return math.sqrt(self.duty)

    def envelope(self, t: Real) -> Real:
        """One while the carrier is on, else 0."""
        on = np.mod(np.asarray(t, np.float64) * self.frequency, 1.0) < self.duty
        return np.asarray(on, np.float64)

    def phase(self, t: Real) -> Real:
        """Zeros."""
        return np.zeros_like(np.asarray(t, np.float64))

    def sidebands(self, orders: int = 100) -> Sidebands:
        """Lines ``duty sinc(n duty)``; what is left out falls as 1 / orders."""
        n = np.arange(-orders, orders + 1, dtype=np.float64)
        turn = np.exp(-1j * np.pi * np.mod(n * self.duty, 2.0))
        amplitudes = np.asarray(self.duty * np.sinc(n * self.duty) * turn, np.complex128)
        power = float(np.sum(np.abs(amplitudes) ** 2))
        return Sidebands(n * self.frequency, amplitudes, max(0.0, 1 - power / self.duty))


@dataclass(frozen=True)
class FrequencyModulation:
    """Phase ``(deviation / f) sin(2 pi f t)``: a sine moves the frequency by the deviation.

    Parameters
    ----------
    deviation : float, default 5000
        Peak deviation in hertz.
    frequency : float, default 1000
        Frequency of the tone in hertz.
    """

    deviation: float = 5e3
    frequency: float = 1e3

    rms = 1.0
    peak = 1.0
    demodulated = 0.0

    def __post_init__(self) -> None:
        _above_zero("deviation", self.deviation, "Hz")
        _above_zero("frequency", self.frequency, "Hz")

    @property
    def index(self) -> float:
        """Modulation index, deviation over frequency, rad."""
        return self.deviation / self.frequency

    def envelope(self, t: Real) -> Real:
        """Ones."""
        return np.ones_like(np.asarray(t, np.float64))

    def phase(self, t: Real) -> Real:
        """Phase at times `t` in seconds."""
        return self.index * np.sin(2 * np.pi * self.frequency * np.asarray(t, np.float64))

    def sidebands(self, orders: int | None = None) -> Sidebands:
        """Lines ``J_n(index)`` up to an order; left out, to index + 20 (1e-12 of the power)."""
        from scipy.special import jv

        highest = math.ceil(self.index) + 20 if orders is None else orders
        n = np.arange(-highest, highest + 1, dtype=np.float64)
        amplitudes = jv(n, self.index).astype(np.complex128)
        left_out = max(0.0, 1 - float(np.sum(np.abs(amplitudes) ** 2)))
        return Sidebands(n * self.frequency, amplitudes, left_out)


def modulation_of(row: modulations.Modulation | None) -> Modulation:
    """Modulation that a row of the standards declares; none is CW.

    Parameters
    ----------
    row : standards.modulation.Modulation or None
        Field ``modulation`` of a level.

    Returns
    -------
    Modulation
        The signal.
    """
    match row:
        case modulations.Amplitude():
            return AmplitudeModulation(row.depth, row.frequency)
        case modulations.Pulse():
            return PulseModulation(row.frequency, row.duty)
        case modulations.FrequencySwing():
            return FrequencyModulation(row.deviation, row.frequency)
    return Unmodulated()


def modulated(t: Real, carrier: float, rms: float, modulation: Modulation) -> Real:
    """Modulated carrier as a function of time.

    Parameters
    ----------
    t : ndarray of float64
        Times in seconds.
    carrier : float
        Carrier frequency in hertz.
    rms : float
        Level: rms of the carrier before modulation (of pulses: while it is on).
    modulation : Modulation
        What is done to it.

    Returns
    -------
    ndarray of float64
        ``sqrt(2) rms envelope(t) cos(2 pi carrier t + phase(t))``.
    """
    swing = np.cos(2 * np.pi * carrier * np.asarray(t, np.float64) + modulation.phase(t))
    return math.sqrt(2.0) * rms * modulation.envelope(t) * swing


def carrier_to(
    quantity: str, carrier_rms: Values, modulation: float | Modulation = STANDARD_DEPTH
) -> Values:
    """Convert the rms of the unmodulated carrier to the quantity of a threshold.

    Parameters
    ----------
    quantity : str
        ``carrier_rms``: unchanged. ``envelope_peak``: largest instantaneous
        value of the modulated carrier, ``sqrt(2)`` times its peak factor times
        the rms. ``demodulated``: half the swing behind an ideal envelope
        detector, ``sqrt(2) m`` times the rms for AM, ``sqrt(2) / 2`` for pulses
        (their fundamental is 4 / pi of that), nothing for FM and CW.
    carrier_rms : float or ndarray of float64
        Rms of the unmodulated carrier, of pulses while they are on; any unit,
        any shape.
    modulation : float or Modulation, default 0.8
        The modulation; a number is the depth of amplitude modulation, 0 to 1.

    Returns
    -------
    float or ndarray of float64
        The quantity in the unit of `carrier_rms`, same shape.

    Raises
    ------
    InputError
        If `quantity` is unknown or a depth lies outside 0 to 1.
    """
    if isinstance(modulation, (int, float)):
        modulation = AmplitudeModulation(modulation)
    factors = {
        "carrier_rms": 1.0,
        "envelope_peak": math.sqrt(2.0) * modulation.peak,
        "demodulated": math.sqrt(2.0) * modulation.demodulated,
    }
    if quantity not in factors:
        raise InputError.single(
            f"unknown threshold quantity '{quantity}'",
            field="quantity",
            remedy=f"use one of {', '.join(factors)}",
        )
    return carrier_rms * factors[quantity]


def _above_zero(name: str, value: float, unit: str) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise InputError.single(f"{name} must be above 0, got {value:g} {unit}", field=name)
