"""A real rational function as a sum of poles."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError, Problem

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class PoleResidue:
    """constant + sum of residue / (s - pole), with real values for real s.

    Of a complex-conjugate pair only the pole above the real axis is given; the other one is
    implied, with the conjugate residue. A pole at 0 is allowed: in a relative permittivity it is a
    conductivity of eps0 times its residue.

    Parameters
    ----------
    constant : float
        Value at infinite frequency.
    poles : tuple of complex
        In rad/s, real part negative (or the pole 0), imaginary part not negative.
    residues : tuple of complex
        In the function's unit times rad/s; real where the pole is real.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    constant: float = 0.0
    poles: tuple[complex, ...] = ()
    residues: tuple[complex, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant", float(self.constant))
        for name in ("poles", "residues"):
            object.__setattr__(self, name, tuple(complex(v) for v in getattr(self, name)))
        if len(self.poles) != len(self.residues):
            raise InputError.single(
                f"{len(self.poles)} poles but {len(self.residues)} residues", field="residues"
            )
        problems = [
            q for pair in zip(self.poles, self.residues, strict=True) for q in _wrong(*pair)
        ]
        if not math.isfinite(self.constant):
            problems.append(Problem(f"the constant is {self.constant:g}", field="constant"))
        if problems:
            raise InputError(problems)

    def __call__(self, s: ArrayLike) -> Complex:
        """Values at complex frequencies `s` in rad/s."""
        at = np.asarray(s, np.complex128)
        total = np.full(at.shape, complex(self.constant))
        for pole, residue in zip(self.poles, self.residues, strict=True):
            total += residue / (at - pole)
            if pole.imag:
                total += residue.conjugate() / (at - pole.conjugate())
        return total

    def at(self, frequency: ArrayLike) -> Complex:
        """Values at frequencies in Hz, for exp(+jwt)."""
        return self(1j * TWO_PI * np.asarray(frequency, np.float64))

    def __add__(self, other: PoleResidue) -> PoleResidue:
        """The sum; poles that both have are joined."""
        sums: dict[complex, complex] = {}
        for part in (self, other):
            for pole, residue in zip(part.poles, part.residues, strict=True):
                sums[pole] = sums.get(pole, 0j) + residue
        return PoleResidue(self.constant + other.constant, tuple(sums), tuple(sums.values()))

    def scaled(self, factor: float) -> PoleResidue:
        """`factor` times the function."""
        return PoleResidue(
            factor * self.constant, self.poles, tuple(factor * r for r in self.residues)
        )

    def split(self) -> tuple[float, PoleResidue, float]:
        """Constant, the poles but 0 (without the constant), and the residue of the pole 0."""
        pairs = list(zip(self.poles, self.residues, strict=True))
        rest = [(p, r) for p, r in pairs if p != 0]
        static = sum(r.real for p, r in pairs if p == 0)
        return self.constant, PoleResidue(0.0, *_columns(rest)), static


def _columns(
    pairs: list[tuple[complex, complex]],
) -> tuple[tuple[complex, ...], tuple[complex, ...]]:
    return tuple(p for p, _ in pairs), tuple(r for _, r in pairs)


def _wrong(pole: complex, residue: complex) -> list[Problem]:
    found = []
    if not (cmath.isfinite(pole) and cmath.isfinite(residue)):
        return [Problem(f"pole {pole:g} with residue {residue:g} is not finite", field="poles")]
    if pole.real >= 0 and pole != 0:
        found.append(
            Problem(
                f"the pole {pole:.6g} rad/s is unstable: it lies right of or on the imaginary axis",
                field="poles",
                remedy="give a pole with a negative real part, say a collision rate above 0",
            )
        )
    if pole.imag < 0:
        found.append(
            Problem(
                f"the pole {pole:.6g} rad/s lies below the real axis",
                field="poles",
                remedy="give the one of the pair above it, with its residue; the other is implied",
            )
        )
    if pole.imag == 0 and residue.imag != 0:
        found.append(
            Problem(
                f"the real pole {pole.real:.6g} rad/s has the complex residue {residue:.6g}",
                field="residues",
                remedy="a real pole needs a real residue, or the function is not real in time",
            )
        )
    return found
