"""One homogeneous material."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError, Problem
from emtwin.rational import PoleResidue, passivity_violation

PerAxis = float | tuple[float, float, float]
T = TypeVar("T")


@dataclass(frozen=True)
class Material:
    """A material as the field solver sees it: constant over frequency unless it has poles.

    A value that differs along x, y and z (the axes of the grid) is given as a tuple of three.

    Parameters
    ----------
    name : str
        Name used in twin files.
    permittivity : float or tuple of 3 float
        Relative permittivity, 1 or more; with `poles`, that at infinite frequency.
    conductivity : float or tuple of 3 float
        Conductivity in S/m, 0 or more. For a metal it is recorded only.
    metal : bool
        Treated as a perfect conductor.
    source : str
        Where the values come from, and at which frequency they hold.
    permeability : float or tuple of 3 float
        Relative permeability, 1 or more.
    magnetic_loss : float or tuple of 3 float
        Magnetic conductivity in ohm/m, 0 or more.
    poles : PoleResidue, tuple of 3 PoleResidue, or None
        Susceptibility that is added to the permittivity, without constant and pole at 0.

    Raises
    ------
    InputError
        If a value is impossible, the poles are not passive, or the source is missing; all problems
        at once.
    """

    name: str
    permittivity: PerAxis
    conductivity: PerAxis
    metal: bool
    source: str
    permeability: PerAxis = 1.0
    magnetic_loss: PerAxis = 0.0
    poles: PoleResidue | tuple[PoleResidue, PoleResidue, PoleResidue] | None = None

    def __post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise InputError(problems)

    @classmethod
    def of_function(cls, name: str, permittivity: PoleResidue, source: str) -> Material:
        """Isotropic material of a rational permittivity, for example that of a `rational.Fit`.

        Parameters
        ----------
        name : str
            Its name.
        permittivity : PoleResidue
            Relative permittivity; a pole at 0 becomes the conductivity.
        source : str
            Where the values come from.
        """
        constant, poles, static = permittivity.split()
        return cls(name, constant, EPS0 * static, False, source, poles=poles)

    @property
    def magnetic(self) -> bool:
        """Whether its permeability differs from that of vacuum, or it has magnetic loss."""
        return any(
            along(self.permeability, axis) != 1 or along(self.magnetic_loss, axis) != 0
            for axis in range(3)
        )

    def poles_along(self, axis: int) -> PoleResidue:
        """Susceptibility along an axis; without poles where it does not disperse."""
        return PoleResidue() if self.poles is None else along(self.poles, axis)

    def _problems(self) -> list[Problem]:
        found = [
            *self._below("permittivity", 1.0, "relative permittivity", "for example 4.4 for FR-4"),
            *self._below("conductivity", 0.0, "conductivity", _METAL),
            *self._below("permeability", 1.0, "relative permeability", "1 for most materials"),
            *self._below("magnetic_loss", 0.0, "magnetic conductivity", "0 without loss"),
        ]
        if not found:
            found += self._pole_problems()
        if not self.source.strip():
            found.append(
                Problem(
                    "a material needs a source",
                    field=f"materials.{self.name}.source",
                    remedy="name the data sheet, measurement or handbook",
                )
            )
        return found

    def _below(self, name: str, least: float, words: str, example: str) -> list[Problem]:
        """Problem of a value that is too small, not finite, or not one or three values."""
        value, unit = getattr(self, name), _UNITS.get(name, "")
        place = f"materials.{self.name}.{name}"
        values = value if isinstance(value, tuple) else (value,)
        if len(values) not in (1, 3):
            message = f"{words} needs one value or three, along x, y and z, got {len(values)}"
            return [Problem(message, field=place, remedy="give (x, y, z)")]
        wrong = [v for v in values if not (math.isfinite(v) and v >= least)]
        if not wrong:
            return []
        return [
            Problem(
                f"{words} must be {least:g} or more, got {wrong[0]:g}{unit}",
                field=place,
                remedy=f"give the {words}{unit and ' in' + unit}, {example}",
            )
        ]

    def _pole_problems(self) -> list[Problem]:
        found: list[Problem] = []
        if isinstance(self.poles, tuple) and len(self.poles) != 3:
            message = f"poles are needed once or for x, y and z, got {len(self.poles)}"
            return [Problem(message, field=f"materials.{self.name}.poles", remedy="give (x, y, z)")]
        for axis in range(3) if isinstance(self.poles, tuple) else range(self.poles is not None):
            place = f"materials.{self.name}.poles" + ("" if axis == 0 else f"[{axis}]")
            poles, sigma = self.poles_along(axis), along(self.conductivity, axis)
            constant, _, static = poles.split()
            if constant or static:
                found.append(
                    Problem(
                        f"the poles hold a constant ({constant:g}) or a pole at 0",
                        field=place,
                        remedy="use Material.of_function, which makes permittivity and "
                        "conductivity of them",
                    )
                )
                continue
            active = passivity_violation(poles + PoleResidue(0.0, (0j,), (sigma / EPS0,)))
            if active is not None:
                found.append(
                    Problem(
                        f"the material is not passive: at {active.frequency:.4g} Hz its "
                        f"permittivity has the imaginary part {-active.loss:+.4g}",
                        field=place,
                        remedy="mend the sign of a residue, or fit again",
                    )
                )
        return found


_UNITS = {"conductivity": " S/m", "magnetic_loss": " ohm/m"}
_METAL = "0 without loss; a perfect conductor is `metal: true`"


def along(value: T | tuple[T, T, T], axis: int) -> T:
    """Value along an axis of something that is given once or per axis."""
    return value[axis] if isinstance(value, tuple) else value


def loss_conductivity(permittivity: float, loss_tangent: float, frequency: float) -> float:
    """Conductivity that has a given loss tangent at one frequency.

    Parameters
    ----------
    permittivity : float
        Relative permittivity.
    loss_tangent : float
        Loss tangent at `frequency`, dimensionless.
    frequency : float
        Frequency in hertz.

    Returns
    -------
    float
        Conductivity in S/m. Kept constant it gives a loss tangent that falls
        as 1/f, so losses are too high below `frequency` and too low above.
    """
    return TWO_PI * frequency * EPS0 * permittivity * loss_tangent
