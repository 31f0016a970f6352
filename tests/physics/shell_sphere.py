"""A conducting spherical shell in a uniform field, exactly.

With the field along z and A along phi, A = sin(theta) f(r): inside f = mu0 H_i r / 2, outside
mu0 (H_0 r / 2 + m / (4 pi r^2)), in the wall a sum of modified spherical Bessel functions of k r,
k^2 = j w mu sigma. f and (r f)' / mu are continuous at both faces: four equations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from emtwin.constants import MU0


class ShellField(NamedTuple):
    """H inside as a share of H outside, moment in A m^2 for 1 A/m, and loss in W for 1 A/m rms."""

    inside: complex
    moment: complex
    loss: float


def spherical_shell(
    inner: float, thickness: float, conductivity: float, frequency: float, permeability: float = 1.0
) -> ShellField:
    """The exact solution for a shell of inner radius and thickness in metres, S/m and Hz."""
    omega, outer = 2 * np.pi * frequency, inner + thickness
    k = np.sqrt(1j * omega * MU0 * permeability * conductivity)

    def wall(r: float) -> list[tuple[complex, complex]]:
        """f and (r f)' / mu_r of both solutions, each scaled to 1 at the face where it is large."""
        x = k * r
        up, down = np.exp(k * (r - outer)), np.exp(k * (inner - r))
        values = (up * (1 / x - 1 / x**2), down * (1 / x + 1 / x**2))
        slopes = (up * (1 - 1 / x + 1 / x**2), -down * (1 + 1 / x + 1 / x**2))
        return [(f, g / permeability) for f, g in zip(values, slopes, strict=True)]

    (a1, s1), (a2, s2) = wall(inner)
    (b1, t1), (b2, t2) = wall(outer)
    far = 1 / (4 * np.pi * outer**2)  # of the moment; its (r f)' is -1 / r times that
    system = [
        [-inner / 2, a1, a2, 0],
        [-inner, s1, s2, 0],
        [0, b1, b2, -far],
        [0, t1, t2, far],
    ]
    found = np.linalg.solve(np.array(system), np.array([0, 0, outer / 2, outer]))
    # E = -dB/dt does work on the moment: the mean power is -w mu0 Im m H*.
    return ShellField(complex(found[0]), complex(found[3]), float(-omega * MU0 * found[3].imag))
