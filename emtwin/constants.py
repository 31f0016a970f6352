"""Physical constants in SI units, CODATA 2018 values."""

from __future__ import annotations

import math

C0 = 299_792_458.0
"""Speed of light in vacuum, m/s (exact)."""

MU0 = 1.256_637_062_12e-6
"""Vacuum permeability, H/m."""

EPS0 = 1.0 / (MU0 * C0 * C0)
"""Vacuum permittivity, F/m."""

ETA0 = MU0 * C0
"""Impedance of free space, ohm."""

EULER_GAMMA = 0.577_215_664_901_532_9
"""Euler-Mascheroni constant."""

TWO_PI = 2.0 * math.pi

ELEMENTARY_CHARGE = 1.602_176_634e-19
"""Elementary charge, C (exact)."""

BOLTZMANN = 1.380_649e-23
"""Boltzmann constant, J/K (exact)."""
