"""What any emitter sends out: lines and a density, and what a bandwidth takes of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from emtwin.errors import InputError
from emtwin.signals.fourier import Complex, Real

_MOST_SAMPLES = 4096
_AT_ONCE = 2**20


def _none() -> Real:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class EmitterSpectrum:
    """Open-circuit voltage of an emitter in the frequency domain.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (n,)
        Lines in hertz, rising; two lines may share a frequency and then add in power.
    amplitudes : ndarray of complex128, shape (n,)
        Complex peak amplitudes in volt; the phase is 0 where it is not known.
    density : callable, optional
        One-sided power density in V^2/Hz as a function of frequency.
    ripple : float
        Narrowest structure of the density in hertz.
    centres : ndarray of float64, shape (m,)
        Where a receiver would be tuned to find the lines: harmonics before they were spread.
    known : tuple of float
        Range in hertz in which the source is known at all.
    """

    frequencies: Real = field(default_factory=_none)
    amplitudes: Complex = field(default_factory=lambda: np.zeros(0, np.complex128))
    density: Callable[[Real], Real] | None = None
    ripple: float = math.inf
    centres: Real = field(default_factory=_none)
    known: tuple[float, float] = (0.0, math.inf)

    def filtered(self, transfer: Callable[[Real], Complex]) -> EmitterSpectrum:
        """The same emitter behind a linear network.

        Parameters
        ----------
        transfer : callable
            Complex ratio of voltages as a function of frequency in hertz.

        Returns
        -------
        EmitterSpectrum
            Lines times the ratio, density times its square.
        """
        inner = self.density
        outer = None if inner is None else lambda f: inner(f) * np.abs(transfer(f)) ** 2
        passed = self.amplitudes * transfer(self.frequencies)
        return EmitterSpectrum(
            self.frequencies, passed, outer, self.ripple, self.centres, self.known
        )

    def power(self, centres: ArrayLike, bandwidth: float) -> Real:
        """Mean square in a rectangular band round each centre.

        Parameters
        ----------
        centres : array_like of float, shape (m,)
            Hertz.
        bandwidth : float
            Full width in hertz; a line on the edge is inside.

        Returns
        -------
        ndarray of float64, shape (m,)
            V^2.

        Raises
        ------
        InputError
            If the bandwidth is not above 0.
        """
        if not (bandwidth > 0 and math.isfinite(bandwidth)):
            raise InputError.single(
                f"the bandwidth must be above 0, got {bandwidth:g} Hz", field="bandwidth"
            )
        middle = np.asarray(centres, np.float64)
        slack = 1e-9 * np.abs(middle)
        low, high = middle - bandwidth / 2 - slack, middle + bandwidth / 2 + slack
        summed = np.concatenate([[0.0], np.cumsum(np.abs(self.amplitudes) ** 2 / 2)])
        first = np.searchsorted(self.frequencies, low, side="left")
        last = np.searchsorted(self.frequencies, high, side="right")
        lines: Real = summed[last] - summed[first]
        return lines + self.continuous(middle, bandwidth)

    def rms(self, centres: ArrayLike, bandwidth: float) -> Real:
        """Square root of `power`, volt."""
        values: Real = np.sqrt(np.maximum(self.power(centres, bandwidth), 0.0))
        return values

    def continuous(self, centres: Real, bandwidth: float) -> Real:
        """Mean square of the density alone in a rectangular band round each centre, V^2.

        By the midpoint rule with 16 points on its narrowest structure.
        """
        if self.density is None:
            return np.zeros_like(centres)
        count = min(math.ceil(16 * bandwidth / self.ripple) + 16, _MOST_SAMPLES)
        offsets = ((np.arange(count) + 0.5) / count - 0.5) * bandwidth
        power = np.empty_like(centres)
        step = max(1, _AT_ONCE // count)
        for at in range(0, centres.size, step):
            f = centres[at : at + step, None] + offsets
            power[at : at + step] = np.mean(self.density(np.maximum(f, 0.0)), axis=1)
        return power * bandwidth


def of_lines(frequencies: Real, amplitudes: Complex, **more: object) -> EmitterSpectrum:
    """Emitter of lines in any order, with other fields of `EmitterSpectrum` by name."""
    order = np.argsort(frequencies, kind="stable")
    return EmitterSpectrum(frequencies[order], amplitudes[order], **more)  # type: ignore[arg-type]
