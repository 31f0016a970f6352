"""Linear one-ports: R, L, C and rational networks, in series and in parallel.

A network is discretised by the trapezoidal rule between midpoints: with s = (2/dt) j tan(w dt/2)
the mean voltage (v^n + v^(n+1))/2 and the current at n + 1/2 have exactly the ratio Y(s). A
positive-real network therefore never gives energy back that it did not take, whatever dt is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Discrete(NamedTuple):
    """Recursion x+ = P x + Q u, y = H x + g u between mean values of a step."""

    p: Real
    q: Real
    h: Real
    g: float

    def inverted(self) -> Discrete:
        """The same relation with input and output exchanged."""
        p = self.p - np.outer(self.q, self.h) / self.g
        return Discrete(p, self.q / self.g, -self.h / self.g, 1 / self.g)

    def added(self, other: Discrete) -> Discrete:
        """The sum of both outputs for one input."""
        m, n = self.q.size, other.q.size
        p = np.block([[self.p, np.zeros((m, n))], [np.zeros((n, m)), other.p]])
        joined = [np.concatenate(pair) for pair in ((self.q, other.q), (self.h, other.h))]
        return Discrete(p, joined[0], joined[1], self.g + other.g)


_NOTHING = np.empty(0)


class OnePort(ABC):
    """A linear one-port; ``a + b`` puts two in series, ``a | b`` in parallel."""

    @abstractmethod
    def admittance(self, s: Complex) -> Complex:
        """Admittance in siemens at complex frequencies s in 1/s."""

    @abstractmethod
    def discrete(self, dt: float) -> Discrete:
        """Recursion of the current from the voltage for steps of `dt` seconds."""

    def __add__(self, other: OnePort) -> OnePort:
        return _Pair(self, other, series=True)

    def __or__(self, other: OnePort) -> OnePort:
        return _Pair(self, other, series=False)


@dataclass(frozen=True)
class _Pair(OnePort):
    one: OnePort
    two: OnePort
    series: bool

    def admittance(self, s: Complex) -> Complex:
        one, two = self.one.admittance(s), self.two.admittance(s)
        return 1 / (1 / one + 1 / two) if self.series else one + two

    def discrete(self, dt: float) -> Discrete:
        one, two = self.one.discrete(dt), self.two.discrete(dt)
        return one.inverted().added(two.inverted()).inverted() if self.series else one.added(two)


def _check(what: str, value: float, unit: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise GridError.single(
            f"{what} = {value:g} {unit} must be positive and finite",
            field=what,
            remedy="leave the part out, or use a perfect conductor for a short",
        )


@dataclass(frozen=True)
class Resistor(OnePort):
    """Resistance in ohm."""

    resistance: float

    def __post_init__(self) -> None:
        _check("resistance", self.resistance, "ohm")

    def admittance(self, s: Complex) -> Complex:
        """1 / R."""
        return np.full(np.shape(s), 1 / self.resistance, complex)

    def discrete(self, dt: float) -> Discrete:
        """No state."""
        del dt
        return Discrete(np.empty((0, 0)), _NOTHING, _NOTHING, 1 / self.resistance)


@dataclass(frozen=True)
class Inductor(OnePort):
    """Inductance in henry."""

    inductance: float

    def __post_init__(self) -> None:
        _check("inductance", self.inductance, "H")

    def admittance(self, s: Complex) -> Complex:
        """1 / (s L)."""
        return 1 / (np.asarray(s) * self.inductance)

    def discrete(self, dt: float) -> Discrete:
        """State: the current at n."""
        gain = dt / self.inductance
        return Discrete(np.eye(1), np.array([gain]), np.ones(1), gain / 2)


@dataclass(frozen=True)
class Capacitor(OnePort):
    """Capacitance in farad."""

    capacitance: float

    def __post_init__(self) -> None:
        _check("capacitance", self.capacitance, "F")

    def admittance(self, s: Complex) -> Complex:
        """s C."""
        return np.asarray(s) * self.capacitance

    def discrete(self, dt: float) -> Discrete:
        """State: the voltage at n."""
        gain = 2 * self.capacitance / dt
        return Discrete(-np.eye(1), np.array([2.0]), np.array([-gain]), gain)


@dataclass(frozen=True, eq=False)
class Rational(OnePort):
    """Y(s) = constant + s proportional + sum residue / (s - pole).

    Parameters
    ----------
    poles : ndarray of complex, shape (n,)
        In 1/s, each complex one with its conjugate.
    residues : ndarray of complex, shape (n,)
        In S/s, likewise.
    constant : float
        In siemens.
    proportional : float
        In farad.

    Raises
    ------
    GridError
        If a pole lies to the right, pairs are not complete, or it is not passive.
    """

    poles: Complex
    residues: Complex
    constant: float = 0.0
    proportional: float = 0.0

    def __post_init__(self) -> None:
        for name in ("poles", "residues"):
            values = np.atleast_1d(np.asarray(getattr(self, name), complex))
            object.__setattr__(self, name, values)
        _check_pairs(self.poles, self.residues)
        _check_passive(self)

    def admittance(self, s: Complex) -> Complex:
        """The sum above."""
        s = np.asarray(s, complex)
        fractions = (self.residues / (s[..., None] - self.poles)).sum(-1)
        total: Complex = fractions + self.constant + s * self.proportional
        return total

    def discrete(self, dt: float) -> Discrete:
        """Real blocks of one or two states."""
        found = Discrete(np.empty((0, 0)), _NOTHING, _NOTHING, self.constant)
        for pole, residue in zip(self.poles, self.residues, strict=True):
            if pole.imag >= 0:
                found = found.added(_block(pole, residue, dt))
        return (
            found.added(Capacitor(self.proportional).discrete(dt)) if self.proportional else found
        )


def _block(pole: complex, residue: complex, dt: float) -> Discrete:
    if pole.imag == 0:
        a, b, c = np.array([[pole.real]]), np.ones(1), np.array([residue.real])
    else:
        a = np.array([[pole.real, pole.imag], [-pole.imag, pole.real]])
        b, c = np.array([2.0, 0.0]), np.array([residue.real, residue.imag])
    left = np.linalg.inv(np.eye(b.size) - a * dt / 2)
    p, q = left @ (np.eye(b.size) + a * dt / 2), left @ b * dt
    return Discrete(p, q, c @ (p + np.eye(b.size)) / 2, float(c @ q) / 2)


def _check_pairs(poles: Complex, residues: Complex) -> None:
    if poles.shape != residues.shape:
        raise GridError.single(f"{poles.size} poles but {residues.size} residues")
    if np.any(poles.real > 0):
        raise GridError.single(
            f"pole {poles[np.argmax(poles.real)]:g} 1/s grows: no stable network has it",
            field="poles",
        )
    both = np.stack((poles, residues), -1)
    off = np.abs(both[:, None] - both.conj()[None])
    mirrored = np.all(off <= 1e-12 * np.abs(both)[:, None], axis=2)
    if not np.all(np.any(mirrored, axis=1)):
        raise GridError.single("complex poles and residues need their conjugates", field="poles")


def _check_passive(network: Rational) -> None:
    """Refuse a negative real part, on a sweep through every pole and decade."""
    size, width = np.abs(network.poles[network.poles != 0]), np.abs(network.poles.real)
    near = np.abs(network.poles.imag)[:, None] + width[:, None] * np.linspace(-20, 20, 401)
    span = np.geomspace(1e-4 * size.min(initial=1e9), 1e4 * size.max(initial=1e9), 4001)
    lossless = network.residues[width == 0]
    if np.any((lossless.real < 0) | (np.abs(lossless.imag) > 1e-12 * np.abs(lossless))):
        raise GridError.single(
            "the network is not passive: a pole without loss needs a positive residue",
            field="residues",
        )
    omega = np.concatenate((span, np.abs(near.ravel())))
    omega = omega[~np.isin(omega, np.abs(network.poles.imag[width == 0]))]
    y = network.admittance(1j * omega)
    worst = int(np.argmin(y.real / np.abs(y).max()))
    if network.proportional < 0 or y.real[worst] < -1e-12 * np.abs(y).max():
        raise GridError.single(
            f"the network is not passive: Re Y = {y.real[worst]:g} S at "
            f"{omega[worst] / (2 * np.pi):.4g} Hz, proportional part {network.proportional:g} F",
            field="residues",
            remedy="enforce passivity in the fit; such a network feeds energy into the field",
        )
