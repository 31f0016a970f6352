"""From a port's source voltage and current to its waves.

A port is a resistor R (the reference) and a source e.m.f. V_s in series with it,
I the current that flows into the network (along +axis in the port's segment):

    V = V_s - R I,   a = (V + R I) / (2 sqrt(R)) = V_s / (2 sqrt(R)),
    b = (V - R I) / (2 sqrt(R)) = (V_s - 2 R I) / (2 sqrt(R)).

A port that is not driven has V_s = 0, so a = 0 and b = -sqrt(R) I exactly: it
stands in its reference.  The solver knows I at half steps, and its
semi-implicit update puts (I(n+1/2) + I(n-1/2)) / 2 through the resistor at step
n.  The spectrum of that mean is the true-time spectrum of I times cos(w dt / 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PortWaves:
    """Incident and outgoing waves of all ports in one run.

    Parameters
    ----------
    incident : ndarray of complex128, shape (nf, N)
        a in sqrt(W) s (spectra) or sqrt(W), towards the network.
    outgoing : ndarray of complex128, shape (nf, N)
        b likewise, out of the network.
    """

    incident: Complex
    outgoing: Complex


def port_waves(emf: Complex, current: Complex, reference: Real) -> PortWaves:
    """Waves from the e.m.f. and the current through each reference resistor.

    Parameters
    ----------
    emf : ndarray of complex, shape (nf, N)
        Source e.m.f. V_s in volts (or V s); zero at ports that are not driven.
    current : ndarray of complex, shape (nf, N)
        Current into the network at the same instants, `centred` where it was
        sampled at half steps, in amperes (or A s).
    reference : ndarray of float64, shape (N,)
        Resistances in ohm.

    Returns
    -------
    PortWaves
        a and b at the reference resistances.

    Raises
    ------
    InputError
        If a reference resistance is not positive.
    """
    if np.any(~(np.asarray(reference) > 0.0)):
        raise InputError.single(
            f"reference resistances must be positive, got {reference} ohm",
            field="reference",
            remedy="50 ohm unless there is a reason",
        )
    root = np.sqrt(reference)
    return PortWaves(emf / (2.0 * root), (emf - 2.0 * reference * current) / (2.0 * root))


def centred(current: Complex, frequencies: Real, dt: float) -> Complex:
    """Spectrum of the mean of two half-step currents, from the true-time spectrum.

    Parameters
    ----------
    current : ndarray of complex, shape (nf, ...)
        Spectrum of I with sample n at time (n + 1/2) dt.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    dt : float
        Step in seconds.

    Returns
    -------
    ndarray of complex128, shape (nf, ...)
        Spectrum of (I(n+1/2) + I(n-1/2)) / 2 at time n dt.
    """
    factor = np.cos(np.pi * np.asarray(frequencies) * dt)
    mean: Complex = current * factor.reshape((-1,) + (1,) * (current.ndim - 1))
    return mean
