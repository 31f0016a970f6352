"""What a slab of metal lets through: its two-port and its shielding of a plane wave.

With tangential e on its two faces and the surface currents K fed into it from either side, a slab
of conductivity sigma and thickness t has Z11 = eta coth(gamma t) and Z12 = eta / sinh(gamma t),
gamma = sqrt(s mu sigma), eta = gamma / sigma (displacement current left out).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import ETA0, MU0, TWO_PI

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def slab_impedances(
    conductivity: float, thickness: float, frequencies: Real, permeability: float = 1.0
) -> tuple[Complex, Complex]:
    """Z11 and Z12 in ohm of a good conductor of `conductivity` (S/m) and `thickness` (m)."""
    s = 1j * TWO_PI * np.asarray(frequencies, np.float64)
    gamma = np.sqrt(s * MU0 * permeability * conductivity)
    fall = np.exp(-gamma * thickness)
    eta, span = gamma / conductivity, -np.expm1(-2.0 * gamma * thickness)
    return eta * (1.0 + fall**2) / span, 2.0 * eta * fall / span


def skin_depth(conductivity: float, frequency: float, permeability: float = 1.0) -> float:
    """Skin depth in metres of a good conductor of `conductivity` (S/m) at `frequency` (Hz)."""
    return float(1.0 / np.sqrt(np.pi * frequency * MU0 * permeability * conductivity))


def shielding(
    conductivity: float, thickness: float, frequency: float, permeability: float = 1.0
) -> float:
    """Shielding effectiveness of an infinite metal wall in air for a plane wave, in dB.

    Parameters
    ----------
    conductivity : float
        Conductivity in S/m.
    thickness : float
        Thickness in metres.
    frequency : float
        Frequency in Hz.
    permeability : float, default 1.0
        Relative permeability.

    Returns
    -------
    float
        -20 log10 of the transmission 2 Z12 eta0 / ((Z11 + eta0)^2 - Z12^2), which follows from the
        slab's two-port between two half spaces of the impedance eta0; infinite where the wall is
        so thick that nothing is left.
    """
    z11, z12 = slab_impedances(conductivity, thickness, np.array([frequency]), permeability)
    passed = float(np.abs(2.0 * z12 * ETA0 / ((z11 + ETA0) ** 2 - z12**2))[0])
    return -20.0 * float(np.log10(passed)) if passed > 0.0 else float("inf")
