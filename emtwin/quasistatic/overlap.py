"""The join of a low-frequency circuit with the field solver's port impedances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.units import format_si

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

TOLERANCE_DB = 0.5
LEAST_POINTS = 3
"""Frequencies that must agree one after the other before two curves are joined there."""


class NoOverlapError(InputError):
    """Two impedances agree nowhere.

    Parameters
    ----------
    frequency : float
        Where they differ most, Hz.
    difference : float
        By how much, see `differences`.
    problem : Problem
        What to say.
    """

    def __init__(self, frequency: float, difference: float, problem: Problem) -> None:
        super().__init__([problem])
        self.frequency, self.difference = frequency, difference


@dataclass(frozen=True, eq=False)
class Joined:
    """An impedance matrix from the lowest to the highest frequency.

    Parameters
    ----------
    frequencies : ndarray, shape (nf,)
        Hz, increasing.
    impedance : ndarray, shape (nf, n, n)
        Ohm.
    overlap : tuple of float
        Ends in hertz of the band over which the one passes into the other.
    difference : float
        The largest in that band, see `differences`.
    """

    frequencies: Real
    impedance: Complex
    overlap: tuple[float, float]
    difference: float


def differences(low: Complex, high: Complex) -> Real:
    """Largest |low - high| of the entries of each matrix, per sqrt |Z_ii Z_jj| of `high`.

    Parameters
    ----------
    low, high : ndarray, shape (nf, n, n)
        Impedances in ohm.

    Returns
    -------
    ndarray, shape (nf,)
        Magnitude and phase count alike; mutual impedances count by what they couple, so that one
        near zero does no harm.
    """
    own = np.sqrt(np.abs(np.diagonal(high, axis1=1, axis2=2)))
    scale = own[:, :, None] * own[:, None, :]
    return np.asarray((np.abs(low - high) / scale).max(axis=(1, 2)))


def join(
    low: Callable[[Real], Complex],
    low_frequencies: Real,
    high: Complex,
    high_frequencies: Real,
    limit: float = np.inf,
    tolerance_db: float = TOLERANCE_DB,
) -> Joined:
    """One impedance from a circuit below and a field solution above.

    Over the widest band of frequencies in which both agree (three of the field solution's
    frequencies at least) the one passes into the other with a weight that is a raised cosine in the
    logarithm of the frequency. Weights from 0 to 1 keep a passive impedance passive.

    Parameters
    ----------
    low : callable
        Impedance matrices (nf, n, n) of frequencies (nf,), such as `PortCircuit.impedance`.
    low_frequencies : ndarray, shape (nl,)
        Where the result is wanted below the overlap, Hz, increasing.
    high : ndarray, shape (nh, n, n)
        The field solver's impedance matrices in ohm.
    high_frequencies : ndarray, shape (nh,)
        Their frequencies in hertz, increasing.
    limit : float
        Frequency up to which the circuit holds, Hz.
    tolerance_db : float
        Largest difference.

    Returns
    -------
    Joined
        At `low_frequencies` below the field solver's lowest frequency and all of the latter.

    Raises
    ------
    NoOverlapError
        If they agree nowhere; it says how far they are apart.
    """
    shared = high_frequencies <= limit
    circuit = low(high_frequencies)
    apart = differences(circuit, high)
    allowed = 10 ** (tolerance_db / 20) - 1
    band = _widest(high_frequencies, shared & (apart <= allowed))
    if band is None:
        raise _no_overlap(high_frequencies, apart, shared, limit, tolerance_db)
    first, last = high_frequencies[band[0]], high_frequencies[band[1]]
    place = np.log(high_frequencies / first) / np.log(last / first)
    weight = (0.5 + 0.5 * np.cos(np.pi * np.clip(place, 0, 1)))[:, None, None]
    blended = weight * circuit + (1 - weight) * high
    below = low_frequencies[low_frequencies < high_frequencies[0]]
    return Joined(
        np.concatenate((below, high_frequencies)),
        np.concatenate((low(below), blended)) if below.size else blended,
        (float(first), float(last)),
        float(apart[band[0] : band[1] + 1].max()),
    )


def _widest(frequencies: Real, agree: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last index of the run of true values that spans the largest ratio."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], agree.astype(int), [0]))))
    runs = [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    runs = [(a, b) for a, b in runs if b - a + 1 >= LEAST_POINTS]
    return max(runs, key=lambda run: frequencies[run[1]] / frequencies[run[0]], default=None)


def _no_overlap(
    frequencies: Real, apart: Real, shared: NDArray[np.bool_], limit: float, tolerance_db: float
) -> NoOverlapError:
    compared = np.flatnonzero(shared)
    if compared.size < LEAST_POINTS:
        message = (
            f"no overlap: the circuit holds up to {format_si(limit, 'Hz')}, and only "
            f"{compared.size} of the field solver's frequencies, which begin at "
            f"{format_si(float(frequencies[0]), 'Hz')}, lie below"
        )
        remedy = "run the field solver longer and from a lower frequency"
        return NoOverlapError(limit, np.inf, Problem(message, remedy=remedy))
    worst = compared[np.argmax(apart[compared])]
    at, difference = float(frequencies[worst]), float(apart[worst])
    message = (
        f"no overlap within {tolerance_db:g} dB, largest difference "
        f"{20 * log10(1 + difference):.2f} dB at {format_si(at, 'Hz')}"
    )
    remedy = "refine the grid at the ports, or let the field solver's run decay further"
    return NoOverlapError(at, difference, Problem(message, remedy=remedy))
