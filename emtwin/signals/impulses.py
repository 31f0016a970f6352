"""Impulses of the basic immunity standards: electrostatic discharge, fast transient, surge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem

Real = NDArray[np.float64]


class Heidler(NamedTuple):
    """One term of an impulse: a steep, smooth rise times an exponential fall.

    Parameters
    ----------
    peak : float
        Height of the term, in the unit of the impulse.
    rise, fall : float
        Time constants in seconds.
    steepness : float
        Exponent of the rise.
    """

    peak: float
    rise: float
    fall: float
    steepness: float

    @property
    def correction(self) -> float:
        """The largest value of the product without its peak, to first order in rise / fall."""
        ratio = self.rise / self.fall
        return math.exp(-ratio * (self.steepness / ratio) ** (1 / self.steepness))


@dataclass(frozen=True)
class Impulse:
    """Sum of Heidler's functions, zero before t = 0.

    Each term is (Heidler, *5th Int. Symp. on High Voltage Engineering*, 1987; the standards below
    give their waveforms in this form)::

        (peak / k) x / (1 + x) exp(-t / fall),   x = (t / rise)^n,
        k = exp(-(rise / fall) (n fall / rise)^(1 / n))

    Parameters
    ----------
    terms : tuple of Heidler
        The terms.
    """

    terms: tuple[Heidler, ...]

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        t = np.maximum(np.asarray(t, np.float64), 0.0)
        total = np.zeros_like(t)
        for term in self.terms:
            x = (t / term.rise) ** term.steepness
            total += term.peak / term.correction * x / (1 + x) * np.exp(-t / term.fall)
        return total

    def silent_after(self, share: float = 1e-3) -> float:
        """Time in seconds after which it stays below `share` of the sum of its peaks."""
        height = sum(abs(term.peak) for term in self.terms)
        falls = [
            term.fall
            * math.log(len(self.terms) * abs(term.peak) / term.correction / height / share)
            for term in self.terms
        ]
        return max(falls)


class Shape(NamedTuple):
    """What a test laboratory measures of an impulse.

    Parameters
    ----------
    peak : float
        Largest value.
    rise : float
        From 10 to 90 % of the peak, s.
    front : float
        From 30 to 90 % of the peak, s.
    width : float
        Between the two passages of half the peak, s.
    """

    peak: float
    rise: float
    front: float
    width: float


def shape_of(impulse: Impulse, points: int = 200_001) -> Shape:
    """Peak, rise, front and width of an impulse whose first maximum is its largest.

    Parameters
    ----------
    impulse : Impulse
        The impulse.
    points : int
        Samples over its length; passages are interpolated between them.

    Returns
    -------
    Shape
        Its figures.
    """
    t = np.linspace(0.0, impulse.silent_after(), points)
    values = impulse(t)
    top = int(np.argmax(values))
    peak = float(values[top])

    passed = np.array([0.1, 0.3, 0.5, 0.9]) * peak
    tenth, third, half, most = np.interp(passed, values[: top + 1], t[: top + 1])
    below = top + int(np.argmax(values[top:] <= 0.5 * peak))
    back = np.interp(-0.5 * peak, -values[below - 1 : below + 1], t[below - 1 : below + 1])
    return Shape(peak, float(most - tenth), float(most - third), float(back - half))


def esd_contact_current(voltage: float) -> Impulse:
    """Current in ampere of a contact discharge, IEC 61000-4-2:2008.

    Parameters
    ----------
    voltage : float
        Test voltage in volt; the current is proportional to it.

    Returns
    -------
    Impulse
        Current through the calibration target.
    """
    scale = _checked(voltage) / 4e3
    return Impulse(
        (Heidler(16.6 * scale, 1.1e-9, 2e-9, 1.8), Heidler(9.3 * scale, 12e-9, 37e-9, 1.8))
    )


def fast_transient(voltage: float) -> Impulse:
    """One pulse of a burst into 50 ohm (5/50 ns), IEC 61000-4-4:2012.

    Parameters
    ----------
    voltage : float
        Peak in volt.

    Returns
    -------
    Impulse
        Voltage.
    """
    return Impulse((Heidler(0.92 * _checked(voltage), 3.5e-9, 51e-9, 1.8),))


def surge_voltage(voltage: float) -> Impulse:
    """Open-circuit voltage of the combination wave (1.2/50 us), IEC 61000-4-5:2014.

    Parameters
    ----------
    voltage : float
        Peak in volt.

    Returns
    -------
    Impulse
        Voltage.
    """
    return Impulse((Heidler(0.94 * _checked(voltage), 0.356e-6, 65.845e-6, 1.852),))


def surge_current(current: float) -> Impulse:
    """Short-circuit current of the combination wave (8/20 us), IEC 61000-4-5:2014.

    Parameters
    ----------
    current : float
        Peak in ampere.

    Returns
    -------
    Impulse
        Current, without the undershoot that generators may have.
    """
    return Impulse((Heidler(0.939 * _checked(current), 47.52e-6, 4.296e-6, 2.741),))


def _checked(peak: float) -> float:
    if not math.isfinite(peak) or peak == 0:
        raise InputError(
            [
                Problem(
                    f"a test level of {peak:g} is no impulse",
                    field="level",
                    remedy="give the peak in volt or ampere, negative for negative polarity",
                )
            ]
        )
    return peak
