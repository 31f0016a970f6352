"""The wall of a shell as an infinitely thin sheet.

A wall is a two-port between its faces, e_1 = Z11 K_1 + Z12 K_2 (`materials.slab`). The sum of
both equations says what drives the current J = K_1 + K_2 along the wall, their difference what flux
runs along inside it: so a wall of several skin depths is right, too. The equations hold at
the middle of the wall, to which the air of both sides is thought to extend; what a layer of air of
the wall's thickness t would do is therefore taken off:

    mean e_t = ((Z11 + Z12) / 2 - j w mu0 t / 4) J,    [H_n] = -div(tau H_t),
    tau = 2 (Z11 - Z12) / (j w mu0) - t.

Of a sphere of radius a this leaves out terms of the order (t / a)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emtwin.constants import MU0, TWO_PI
from emtwin.errors import InputError, Problem
from emtwin.materials.slab import slab_impedances


@dataclass(frozen=True)
class ShellWall:
    """What a shell is made of.

    Parameters
    ----------
    conductivity : float
        Conductivity in S/m.
    thickness : float
        Thickness in metres.
    permeability : float
        Relative permeability.

    Raises
    ------
    InputError
        If a value is not positive; all of them at once.
    """

    conductivity: float
    thickness: float
    permeability: float = 1.0

    def __post_init__(self) -> None:
        units = {"conductivity": "S/m", "thickness": "m", "permeability": "relative"}
        problems = [
            Problem(f"a wall needs a positive {name}, got {value:g} ({unit})", field=f"wall.{name}")
            for name, unit in units.items()
            if not 0.0 < (value := getattr(self, name)) < np.inf
        ]
        if problems:
            raise InputError(problems)

    def sheet(self, frequency: float) -> tuple[complex, complex]:
        """Impedance in ohm and tau in metres of the sheet that stands for the wall."""
        z11, z12 = self._impedances(frequency)
        air = 1j * TWO_PI * frequency * MU0
        return (z11 + z12) / 2.0 - air * self.thickness / 4.0, (
            2.0 * (z11 - z12) / air - self.thickness
        )

    def resistances(self, frequency: float) -> tuple[float, float]:
        """Loss per |J|^2 and per |H_t|^2 in ohm: Re (Z11 + Z12) / 2 and Re 2 (Z11 - Z12)."""
        z11, z12 = self._impedances(frequency)
        return (z11 + z12).real / 2.0, 2.0 * (z11 - z12).real

    def _impedances(self, frequency: float) -> tuple[complex, complex]:
        z11, z12 = slab_impedances(
            self.conductivity, self.thickness, np.array([frequency]), self.permeability
        )
        return complex(z11[0]), complex(z12[0])
