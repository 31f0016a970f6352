"""What a thin round shell lets through of the wave of a source in its middle, exactly.

The shell is a two-port between its faces: e_o = Z11 K_o + Z12 K_i and e_i = Z12 K_o + Z11 K_i,
with the currents K_o = h_o and K_i = -h_i (h along the shell, signed so that the jump h_o - h_i is
the sheet's current). For a resistive sheet Z11 = Z12 = 1 / G. By reciprocity the ratio of the
field outside with the shell to that without is the ratio of the fields in its middle.

Of a line along a cylinder only the mode n = 0 is excited, of a dipole in a sphere only n = 1. With
x = k a, the wave out e, h and the standing wave e_s, h_s (over eta0), h counted so:

    cylinder, e along it   e = H0(x),  h = -j H0'(x)    (H0 the Hankel function of the second kind)
    cylinder, h along it   e = H0'(x), h = j H0(x)
    sphere, magnetic       e = z(x),   h = -j z'(x)     z = x h1(x)
    sphere, electric       e = z'(x),  h = j z(x)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import hankel2, jv, spherical_jn, spherical_yn

from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.materials.slab import slab_impedances

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Waves = Callable[[Real], tuple[Complex, Complex]]


def _cylinder(x: Real) -> tuple[Complex, Complex, Complex, Complex]:
    """Hankel and Bessel function of order 0, each with its derivative."""
    return hankel2(0, x), -hankel2(1, x), jv(0, x) + 0j, -jv(1, x) + 0j


def _sphere(x: Real) -> tuple[Complex, Complex, Complex, Complex]:
    """Riccati-Hankel and Riccati-Bessel function of order 1, each with its derivative."""
    j, y = spherical_jn(1, x), spherical_yn(1, x)
    dj, dy = spherical_jn(1, x, True), spherical_yn(1, x, True)
    return x * (j - 1j * y), j - 1j * y + x * (dj - 1j * dy), x * j + 0j, j + x * dj + 0j


def passed(
    kind: str, along: str, radius: float, frequencies: Real, z11: Complex, z12: Complex
) -> Complex:
    """Field outside with the shell over that without.

    Parameters
    ----------
    kind : {"cylinder", "sphere"}
        Shape of the shell.
    along : {"e", "h"}
        Which field is along the shell's currents of the mode: for a cylinder the one along its
        axis, for a sphere e of a magnetic dipole, h of an electric one.
    radius : float
        Metres.
    frequencies : ndarray
        Hz, shape (n,).
    z11, z12 : ndarray
        The shell's two-port in ohm, shape (n,).
    """
    x = TWO_PI * np.asarray(frequencies) * radius / C0
    out, d_out, standing, d_standing = (_cylinder if kind == "cylinder" else _sphere)(x)
    found = []
    for n in range(x.size):
        waves = [(out[n], d_out[n]), (standing[n], d_standing[n])]
        pairs = [(f, -1j * d) if along == "e" else (d, 1j * f) for f, d in waves]
        (e, h), (e_s, h_s) = [(a, b / ETA0) for a, b in pairs]
        # Outside t (e, h); inside (e, h) + s (e_s, h_s).
        matrix = [
            [e - z11[n] * h, z12[n] * h_s],
            [-z12[n] * h, z11[n] * h_s + e_s],
        ]
        found.append(np.linalg.solve(matrix, [-z12[n] * h, -z11[n] * h - e])[0])
    return np.array(found)


def resistive(conductance: float, frequencies: Real) -> tuple[Complex, Complex]:
    """Two-port of a sheet of `conductance` (S)."""
    z = np.full(np.size(frequencies), 1.0 / conductance, np.complex128)
    return z, z


def metallic(conductivity: float, thickness: float, frequencies: Real) -> tuple[Complex, Complex]:
    """Two-port of a slab of metal."""
    return slab_impedances(conductivity, thickness, np.asarray(frequencies))
