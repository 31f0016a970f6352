"""A conducting slab as a network of resistors and inductors between its two sides.

With tangential e1, e2 on the two faces and surface currents K1, K2 that each side feeds into the
slab (the jump of h between outside and inside), a slab of thickness t is the two-port
Z11 = eta coth(gamma t), Z12 = eta / sinh(gamma t), gamma = sqrt(s mu sigma), eta = gamma / sigma.
Its even and odd admittances are Stieltjes functions of s with poles that are known: with
X^2 = s mu sigma t^2 and e = e1 +- e2, K = K1 +- K2,

    Y_even = sigma t sum over odd k of 4 / (X^2 + k^2 pi^2)
    Y_odd  = 2 / (s mu t) + sigma t sum over even k of 4 / (X^2 + k^2 pi^2).

Every term is a resistor in series with an inductor. After n terms the rest of a sum is replaced by
one more branch with the same value and slope at s = 0, which is positive too: the network is
passive for every n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0, TWO_PI
from emtwin.materials.slab import slab_impedances

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

MOST_BRANCHES = 128
"""Branches of each mode that are not exceeded."""

WORST_FIT = 0.005
"""Relative error of the impedances from which on a network is fine enough."""

REFUSED_ERROR = 0.06
"""Relative error of the largest network above which it stands for no slab."""

FAINTEST = 1e-8
"""Ratio of Z12 to Z11 below which only an upper bound of Z12 is kept."""


@dataclass(frozen=True, eq=False)
class SlabNetwork:
    """Branches of the even and of the odd mode of a slab.

    Parameters
    ----------
    conductance : ndarray, shape (2, n)
        Conductance of a square of each branch, S; even mode first.
    delay : ndarray, shape (2, n)
        Its inductance times its conductance, s.
    inductance : float
        Inductance of a square of the odd mode's branch without a resistor, H.
    """

    conductance: Real
    delay: Real
    inductance: float

    def impedances(self, frequencies: Real) -> tuple[Complex, Complex]:
        """Z11 and Z12 in ohm at `frequencies` (Hz, not 0)."""
        s = 1j * TWO_PI * np.asarray(frequencies, np.float64)[:, None]
        even, odd = (
            (g / (1.0 + s * tau)).sum(axis=1)
            for g, tau in zip(self.conductance, self.delay, strict=True)
        )
        odd = odd + 1.0 / (s[:, 0] * self.inductance)
        return (1.0 / even + 1.0 / odd) / 2.0, (1.0 / even - 1.0 / odd) / 2.0


def slab_network(
    conductivity: float, thickness: float, n: int, permeability: float = 1.0
) -> SlabNetwork:
    """Network of `n` branches in each mode, the last one for the rest of the sum."""
    k = np.array([np.arange(1, 2 * n - 2, 2), np.arange(2, 2 * n - 1, 2)], np.float64)
    k = k.reshape(2, n - 1)
    whole = np.pi**2 * np.array([1 / 8, 1 / 24]), np.pi**4 * np.array([1 / 96, 1 / 1440])
    rest_2, rest_4 = (
        total - (k**-power).sum(axis=1) for total, power in zip(whole, (2.0, 4.0), strict=True)
    )
    weight = np.column_stack((k**-2.0, rest_2))
    time = np.column_stack((k**-2.0, rest_4 / rest_2))
    square = 4.0 * conductivity * thickness / np.pi**2
    mu = MU0 * permeability
    unit = mu * conductivity * thickness**2 / np.pi**2
    return SlabNetwork(square * weight, unit * time, mu * thickness / 2.0)


def network_error(
    network: SlabNetwork,
    conductivity: float,
    thickness: float,
    f_max: float,
    permeability: float = 1.0,
) -> float:
    """Largest relative error of Z11 and of Z12 from 1e-4 `f_max` to `f_max` (Hz).

    A Z12 below `FAINTEST` of Z11 counts as that large: 160 dB below what is lost at the surface.
    """
    f = f_max * np.geomspace(1e-4, 1.0, 65)
    exact, mine = (
        slab_impedances(conductivity, thickness, f, permeability),
        network.impedances(f),
    )
    scale = np.abs(exact[0]), np.maximum(np.abs(exact[1]), FAINTEST * np.abs(exact[0]))
    wrong = [np.abs(m - z) / size for m, z, size in zip(mine, exact, scale, strict=True)]
    return float(np.max(wrong))


def fitted_network(
    conductivity: float,
    thickness: float,
    f_max: float,
    permeability: float = 1.0,
    tolerance: float = WORST_FIT,
) -> tuple[SlabNetwork, float]:
    """The smallest network whose impedances are right to `tolerance` up to `f_max`, and its error.

    Where `MOST_BRANCHES` do not reach it, the largest network is returned, with its error.
    """
    n = 2
    while True:
        network = slab_network(conductivity, thickness, n, permeability)
        error = network_error(network, conductivity, thickness, f_max, permeability)
        if error <= tolerance or n >= MOST_BRANCHES:
            return network, error
        n = min(n + max(1, n // 4), MOST_BRANCHES)
