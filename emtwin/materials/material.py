"""One homogeneous, non-magnetic material."""

from __future__ import annotations

import math
from dataclasses import dataclass

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError, Problem


@dataclass(frozen=True)
class Material:
    """A material as the field solver sees it: constant over frequency.

    Parameters
    ----------
    name : str
        Name used in twin files.
    permittivity : float
        Relative permittivity, 1 or more.
    conductivity : float
        Conductivity in S/m, 0 or more. For a metal it is recorded only.
    metal : bool
        Treated as a perfect conductor.
    source : str
        Where the values come from, and at which frequency they hold.

    Raises
    ------
    InputError
        If a value is impossible or the source is missing; all problems at once.
    """

    name: str
    permittivity: float
    conductivity: float
    metal: bool
    source: str

    def __post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise InputError(problems)

    def _problems(self) -> list[Problem]:
        place = f"materials.{self.name}"
        found = []
        if not (math.isfinite(self.permittivity) and self.permittivity >= 1.0):
            found.append(
                Problem(
                    f"relative permittivity must be 1 or more, got {self.permittivity:g}",
                    field=f"{place}.permittivity",
                    remedy="give the relative permittivity, for example 4.4 for FR-4",
                )
            )
        if not (math.isfinite(self.conductivity) and self.conductivity >= 0.0):
            found.append(
                Problem(
                    f"conductivity must be 0 or more, got {self.conductivity:g} S/m",
                    field=f"{place}.conductivity",
                    remedy="give the conductivity in S/m; a perfect conductor is `metal: true`",
                )
            )
        if not self.source.strip():
            found.append(
                Problem(
                    "a material needs a source",
                    field=f"{place}.source",
                    remedy="name the data sheet, measurement or handbook",
                )
            )
        return found


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
