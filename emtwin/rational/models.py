"""Models of the relative permittivity, as poles where they have any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError
from emtwin.rational.pole_residue import PoleResidue


def debye(infinite: float, terms: Sequence[tuple[float, float]]) -> PoleResidue:
    """Debye relaxations: infinite + sum of delta / (1 + s tau).

    Parameters
    ----------
    infinite : float
        Relative permittivity above all relaxations.
    terms : sequence of (float, float)
        Step of the permittivity and relaxation time in seconds of each.
    """
    _positive("relaxation time", "s", [tau for _, tau in terms])
    poles = tuple(complex(-1 / tau) for _, tau in terms)
    return PoleResidue(infinite, poles, tuple(complex(delta / tau) for delta, tau in terms))


def drude(infinite: float, terms: Sequence[tuple[float, float]]) -> PoleResidue:
    """Free charges: infinite + sum of w_p^2 / (s (s + rate)).

    In partial fractions that is a pole at 0, the static conductivity eps0 w_p^2 / rate, and one of
    the opposite residue at minus the rate.

    Parameters
    ----------
    infinite : float
        Relative permittivity above the plasma frequencies.
    terms : sequence of (float, float)
        Angular plasma frequency and collision rate, both in rad/s and above 0.
    """
    _positive("collision rate", "rad/s", [rate for _, rate in terms])
    total = PoleResidue(infinite)
    for plasma, rate in terms:
        strength = plasma**2 / rate
        total += PoleResidue(0.0, (0j, complex(-rate)), (complex(strength), complex(-strength)))
    return total


def lorentz(infinite: float, terms: Sequence[tuple[float, float, float]]) -> PoleResidue:
    """Resonances: infinite + sum of delta w_0^2 / (w_0^2 + rate s + s^2).

    Parameters
    ----------
    infinite : float
        Relative permittivity above all resonances.
    terms : sequence of (float, float, float)
        Step of the permittivity, angular frequency w_0 and damping rate, both in rad/s. A rate
        above 2 w_0 gives two real poles; exactly 2 w_0, a double pole, is refused.
    """
    _positive("damping rate", "rad/s", [rate for _, _, rate in terms])
    total = PoleResidue(infinite)
    for delta, w_0, rate in terms:
        square = w_0**2 - rate**2 / 4
        if abs(square) < 1e-9 * w_0**2:
            raise InputError.single(
                f"a resonance at {w_0:g} rad/s damped at {rate:g} rad/s is a double pole",
                field="lorentz",
                remedy="change the damping rate by 1e-6 of itself",
            )
        strength = delta * w_0**2
        if square > 0:
            pole = complex(-rate / 2, np.sqrt(square))
            total += PoleResidue(0.0, (pole,), (strength / (2j * pole.imag),))
        else:
            root = np.sqrt(-square)
            poles = (complex(-rate / 2 + root), complex(-rate / 2 - root))
            residue = complex(strength / (2 * root))
            total += PoleResidue(0.0, poles, (residue, -residue))
    return total


@dataclass(frozen=True)
class ColeCole:
    """Broadened relaxations: eps = infinite + sum delta / (1 + (jw tau)^(1-a)) + sigma / (jw eps0).

    Parameters
    ----------
    infinite : float
        Relative permittivity above all relaxations.
    terms : tuple of (float, float, float)
        Step of the permittivity, relaxation time in seconds, and broadening 0 <= a < 1.
    conductivity : float
        Static conductivity in S/m.

    References
    ----------
    S. Gabriel, R. W. Lau and C. Gabriel, Phys. Med. Biol. 41 (1996) 2271-2293.
    """

    infinite: float
    terms: tuple[tuple[float, float, float], ...]
    conductivity: float = 0.0

    def __post_init__(self) -> None:
        _positive("relaxation time", "s", [tau for _, tau, _ in self.terms])
        for delta, _, broadening in self.terms:
            if not (0 <= broadening < 1 and delta >= 0):
                raise InputError.single(
                    f"a Cole-Cole term needs delta >= 0 and 0 <= a < 1, got delta = {delta:g} and "
                    f"a = {broadening:g}",
                    field="terms",
                )

    def at(self, frequency: ArrayLike) -> NDArray[np.complex128]:
        """Relative permittivity at frequencies in Hz, above 0."""
        jw = 1j * TWO_PI * np.asarray(frequency, np.float64)
        total = self.infinite + self.conductivity / (jw * EPS0)
        for delta, tau, broadening in self.terms:
            total = total + delta / (1 + (jw * tau) ** (1 - broadening))
        return np.asarray(total, np.complex128)


def _positive(what: str, unit: str, values: Sequence[float]) -> None:
    wrong = [value for value in values if not (np.isfinite(value) and value > 0)]
    if wrong:
        raise InputError.single(
            f"a {what} must be above 0, got {wrong[0]:g} {unit}",
            field=what.replace(" ", "_"),
            remedy=f"give the {what} in {unit}",
        )
