"""What a magnetic field meets in the metal round a device: nothing, eddy currents, or a wall."""

from __future__ import annotations

import math
from dataclasses import dataclass

from emtwin.constants import MU0, TWO_PI

UNDISTURBED_SHELL = 0.1
"""|omega mu0 sigma r t / 3| of a conducting shell below which a magnetic field passes it unchanged.

A thin shell divides a uniform magnetic field by 1 + j omega mu0 sigma r t / 3; at 0.1 that is
0.04 dB.
"""

OPAQUE_WALL = 5.0
"""Skin depths in a wall from which it is a perfect conductor: 8.7 dB each, 43 dB in all."""


@dataclass(frozen=True)
class Shell:
    """Metal round the inside of the device, as a spherical shell.

    Parameters
    ----------
    radius, thickness : float
        In metres.
    conductivity : float
        In S/m.
    """

    radius: float
    thickness: float
    conductivity: float


def skin_depth(frequency: float, conductivity: float) -> float:
    """Skin depth of a metal that is not magnetic, in metres: sqrt(2 / (omega mu0 sigma))."""
    return math.sqrt(2.0 / (TWO_PI * frequency * MU0 * conductivity))


def regime(frequency: float, shell: Shell) -> str:
    """What a magnetic field meets in the metal round the device.

    Parameters
    ----------
    frequency : float
        In hertz.
    shell : Shell
        The metal.

    Returns
    -------
    str
        ``static`` (it passes), ``eddy currents`` or ``perfect conductor``.
    """
    depth = skin_depth(frequency, shell.conductivity)
    if shell.thickness >= OPAQUE_WALL * depth:
        return "perfect conductor"
    # omega mu0 sigma = 2 / depth^2
    number = 2.0 * shell.radius * shell.thickness / (3.0 * depth**2)
    return "static" if number < UNDISTURBED_SHELL else "eddy currents"
