"""Impulses of the basic immunity standards: electrostatic discharge, fast transient, surge.

The constants are rows of `standards/`; this module knows the form only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.signals.fourier import Complex, Real, Transform, fourier_integral, geometric_breaks
from emtwin.standards import Standards, Waveform, load


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

    def transform(self, frequencies: ArrayLike) -> Transform:
        """Continuous spectrum with its error; with broken powers n there is no closed form.

        Parameters
        ----------
        frequencies : array_like of float, shape (nf,)
            Hertz.

        Returns
        -------
        Transform
            Integral of the impulse times exp(-j 2 pi f t), in its unit times second. The tail that
            is left out is 1e-13 of the peak.
        """
        shortest = 1e-4 * min(term.rise for term in self.terms)
        breaks = geometric_breaks(shortest, self.silent_after(1e-13))
        return fourier_integral(self, breaks, frequencies)

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Values of `transform`, shape (nf,)."""
        return self.transform(frequencies).values


@lru_cache(maxsize=32)
def _definition(row_id: str, standards: Standards) -> Waveform:
    row = standards.row(row_id)
    if not isinstance(row, Waveform) or not row.terms:
        raise InputError.single(f"row '{row_id}' is no formula of a waveform", field=row_id)
    return row


def impulse_of(row_id: str, level: float, standards: Standards | None = None) -> Impulse:
    """Impulse that a row of the standards defines, at a level.

    Parameters
    ----------
    row_id : str
        Id of the row, for example ``iec61000-4-2-current``.
    level : float
        Test level, negative for negative polarity; volt, or ampere for a surge current.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    Impulse
        The impulse, proportional to the level.

    Raises
    ------
    InputError
        If there is no such row, it is no formula, or the level is zero or not finite.
    """
    row = _definition(row_id, standards or load())
    scale = _checked(level) / row.per_level
    terms = (Heidler(t.peak * scale, t.rise, t.fall, t.steepness) for t in row.terms)
    return Impulse(tuple(terms))


def esd_contact_current(voltage: float) -> Impulse:
    """Current in ampere of a contact discharge of `voltage` volt, IEC 61000-4-2."""
    return impulse_of("iec61000-4-2-current", voltage)


def fast_transient(voltage: float) -> Impulse:
    """One pulse of a burst into 50 ohm (5/50 ns), peak `voltage` in volt, IEC 61000-4-4."""
    return impulse_of("iec61000-4-4-pulse", voltage)


def surge_voltage(voltage: float) -> Impulse:
    """Open-circuit voltage of the combination wave (1.2/50 us), peak in volt, IEC 61000-4-5."""
    return impulse_of("iec61000-4-5-voltage-1.2-50", voltage)


def surge_current(current: float) -> Impulse:
    """Short-circuit current of the combination wave (8/20 us), peak in ampere, IEC 61000-4-5.

    Without the undershoot that generators may have.
    """
    return impulse_of("iec61000-4-5-current-8-20", current)


def telecom_surge_voltage(voltage: float) -> Impulse:
    """Open-circuit voltage of the wave for outdoor lines (10/700 us), volt, IEC 61000-4-5."""
    return impulse_of("iec61000-4-5-voltage-10-700", voltage)


def telecom_surge_current(current: float) -> Impulse:
    """Short-circuit current of the wave for outdoor lines (5/320 us), ampere, IEC 61000-4-5."""
    return impulse_of("iec61000-4-5-current-5-320", current)


def _checked(level: float) -> float:
    if not math.isfinite(level) or level == 0:
        raise InputError.single(
            f"a test level of {level:g} is no impulse",
            field="level",
            remedy="give the peak in volt or ampere, negative for negative polarity",
        )
    return level
