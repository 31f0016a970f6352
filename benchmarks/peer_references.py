"""What the scenes of `benchmarks.peers` should give: closed forms, and the fit of a ringing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.probes import Reading
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.solver import Dipoles, EquivalentCurrents, Pulse
from emtwin.solver.monitors.resonances import dft, fit_ringing
from emtwin.solver.radiation.near_to_far import near_field

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Triple = tuple[int, int, int]


def cavity_frequency(mode: Triple, cells: Triple, sizes: tuple[float, ...], dt: float) -> float:
    """Frequency in Hz at which a mode of a box of equal cells rings in the Yee scheme.

    sin^2(w dt / 2) = (c dt / 2)^2 sum (2 / d sin(m pi / 2N))^2 (Taflove and Hagness, Computational
    Electrodynamics, 3rd ed., eq. 4.12, with k = m pi / (N d)).

    Parameters
    ----------
    mode : tuple of int
        Half waves along x, y, z.
    cells : tuple of int
        Cells along x, y, z.
    sizes : tuple of float
        Their sizes in metres.
    dt : float
        Time step in seconds.
    """
    squares = sum(
        (2 / d * np.sin(m * np.pi / (2 * n))) ** 2
        for m, n, d in zip(mode, cells, sizes, strict=True)
    )
    return float(np.arcsin(C0 * dt / 2 * np.sqrt(squares)) / (np.pi * dt))


def ringing_after(reading: Reading, silent: float) -> Real:
    """Frequencies in Hz of all that rings after `silent` seconds, by harmonic inversion."""
    kept = reading.times > silent
    interval = float(reading.times[1] - reading.times[0])
    ringing = fit_ringing(reading.values[kept][:, None], interval)
    return np.abs(ringing.frequency)


def pulse_spectrum(pulse: Pulse, frequencies: Real) -> Complex:
    """Fourier integral of a pulse, in its unit times s."""
    t = np.linspace(0.0, pulse.duration, 4001)
    return dft(pulse(t), float(t[1]), frequencies)


def dipole_over_ground(
    place: tuple[float, float, float], moment: Complex, frequencies: Real, points: Real
) -> Complex:
    """Field of an upright Hertzian dipole over a conducting plane at z = 0, near terms included.

    Parameters
    ----------
    place : tuple of float
        Place of the dipole in metres.
    moment : ndarray of complex128, shape (nf,)
        Current times length, A m s.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    points : ndarray of float64, shape (np, 3)
        Metres.

    Returns
    -------
    ndarray of complex128, shape (nf, np, 3)
        E in V/m times s.
    """
    electric = Dipoles(np.array([place]), np.array([2]), moment[:, None])
    currents = EquivalentCurrents(frequencies, electric, Dipoles.none(frequencies.size))
    field: Complex = near_field(currents.over_floor(0.0), points)
    return field


def microstrip_impedance(width: float, height: float, permittivity: float) -> float:
    """Static impedance in ohm of a microstrip without thickness.

    Parameters
    ----------
    width, height : float
        Of the strip and of the substrate, in the same unit.
    permittivity : float
        Relative permittivity of the substrate.

    References
    ----------
    Hammerstad and Jensen, Accurate models for microstrip computer-aided design, IEEE MTT-S
    Digest 1980, pp. 407-409, eqs. 1 to 5: within 0.01 % below u = 1 and 0.03 % below u = 1000 for
    the line in air, 0.2 % for the permittivity.
    """
    u = width / height
    a = 1 + np.log((u**4 + (u / 52) ** 2) / (u**4 + 0.432)) / 49
    a += np.log(1 + (u / 18.1) ** 3) / 18.7
    b = 0.564 * ((permittivity - 0.9) / (permittivity + 3)) ** 0.053
    effective = (permittivity + 1) / 2 + (permittivity - 1) / 2 * (1 + 10 / u) ** (-a * b)
    factor = 6 + (TWO_PI - 6) * np.exp(-((30.666 / u) ** 0.7528))
    in_air = ETA0 / TWO_PI * np.log(factor / u + np.sqrt(1 + (2 / u) ** 2))
    return float(in_air / np.sqrt(effective))
