"""A homogeneous sphere in a plane wave: the Mie series, inside and outside.

Conventions of Bohren and Huffman, Absorption and Scattering of Light by Small Particles (1983),
chapter 4: exp(-iwt), wave along +z, e along x, index m with Im m >= 0. Magnitudes are the same for
exp(+jwt).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import spherical_jn, spherical_yn

from emtwin.constants import C0, EPS0, ETA0, TWO_PI

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Sphere:
    """Radius in metres, relative permittivity and conductivity (S/m) at a frequency in Hz."""

    radius: float
    permittivity: float
    conductivity: float
    frequency: float

    @property
    def index(self) -> complex:
        """Refractive index."""
        omega = TWO_PI * self.frequency
        return complex(np.sqrt(self.permittivity + 1j * self.conductivity / (omega * EPS0)))

    @property
    def k(self) -> float:
        """Wave number in vacuum, 1/m."""
        return TWO_PI * self.frequency / C0

    @property
    def orders(self) -> NDArray[np.int64]:
        """Orders that count (Wiscombe's rule and a few more)."""
        x = self.k * self.radius
        return np.arange(1, int(x + 4 * x ** (1 / 3) + 12))

    def _outside(self) -> tuple[Complex, Complex, Complex, Complex]:
        """j_n(x), h_n(x), (x j_n(x))', (x h_n(x))'."""
        n, x = self.orders, self.k * self.radius
        j, dj = spherical_jn(n, x), spherical_jn(n, x, derivative=True)
        h = j + 1j * spherical_yn(n, x)
        dh = dj + 1j * spherical_yn(n, x, derivative=True)
        return j, h, j + x * dj, h + x * dh

    def _inside(self) -> tuple[Complex, Complex]:
        """j_n(m x), (m x j_n(m x))'."""
        y = self.index * self.k * self.radius
        j = spherical_jn(self.orders, y)
        return j, j + y * spherical_jn(self.orders, y, derivative=True)

    def scattered(self) -> tuple[Complex, Complex]:
        """Coefficients a_n and b_n (eq. 4.53)."""
        (j, h, dj, dh), (i, di), m2 = self._outside(), self._inside(), self.index**2
        a = (m2 * i * dj - j * di) / (m2 * i * dh - h * di)
        b = (i * dj - j * di) / (i * dh - h * di)
        return a, b

    def efficiencies(self) -> tuple[float, float]:
        """Q of scattering and of extinction (eqs. 4.61, 4.62)."""
        (a, b), x, weight = self.scattered(), self.k * self.radius, 2 * self.orders + 1
        scattering = 2 / x**2 * np.sum(weight * (np.abs(a) ** 2 + np.abs(b) ** 2))
        return float(scattering), float(2 / x**2 * np.sum(weight * (a + b).real))

    def absorbed(self) -> float:
        """Mean absorbed power in W at 1 V/m peak."""
        scattering, extinction = self.efficiencies()
        return (extinction - scattering) * np.pi * self.radius**2 / (2 * ETA0)

    def field(self, points: ArrayLike) -> Complex:
        """E inside at points (n, 3) in metres, spherical components, at 1 V/m (eqs. 4.40, 4.52)."""
        x, y, z = np.asarray(points, np.float64).T
        r = np.sqrt(x**2 + y**2 + z**2)
        cosine, phi = z / r, np.arctan2(y, x)
        (j, h, dj, dh), (i, di), m = self._outside(), self._inside(), self.index
        c = (j * dh - h * dj) / (i * dh - h * di)
        d = m * (j * dh - h * dj) / (m**2 * i * dh - h * di)
        total = np.zeros((3, r.size), complex)
        before, pi = np.zeros_like(r), np.ones_like(r)
        for n in self.orders:
            tau = n * cosine * pi - (n + 1) * before
            rho = m * self.k * r
            bessel = spherical_jn(n, rho)
            slope = bessel / rho + spherical_jn(n, rho, derivative=True)
            scale = 1j**n * (2 * n + 1) / (n * (n + 1))
            sine = np.sqrt(1 - cosine**2)
            electric = np.array(
                [
                    np.cos(phi) * n * (n + 1) * sine * pi * bessel / rho,
                    np.cos(phi) * tau * slope,
                    -np.sin(phi) * pi * slope,
                ]
            )
            magnetic = np.array([0 * rho, np.cos(phi) * pi * bessel, -np.sin(phi) * tau * bessel])
            total += scale * (c[n - 1] * magnetic - 1j * d[n - 1] * electric)
            before, pi = pi, ((2 * n + 1) * cosine * pi - (n + 1) * before) / n
        return total.T

    def mean_loss(self, lo: ArrayLike, hi: ArrayLike, order: int = 24) -> float:
        """Mean of sigma |E|^2 / 2 over a box inside, W/m3 at 1 V/m peak."""
        node, weight = np.polynomial.legendre.leggauss(order)
        lines = [(b - a) / 2 * node + (b + a) / 2 for a, b in zip(lo, hi, strict=True)]
        points = np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)
        square = np.sum(np.abs(self.field(points)) ** 2, axis=1)
        weights = np.einsum("i,j,k->ijk", weight, weight, weight).ravel() / 8
        return float(self.conductivity / 2 * weights @ square)
