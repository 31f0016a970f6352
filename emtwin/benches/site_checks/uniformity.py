"""Field uniformity of simulated sites, over the area that the face of a device fills.

The plane wave of the field solver must be flat to rounding in the empty grid. A half-wave dipole at
the distance of the standard shows what real sites do: in free space it keeps the rule, over a bare
conducting floor the reflection spoils it, absorbers on the floor mend it. A floor of amplitude
reflection r is the dipole's image times r, the same at all angles and frequencies: 1 for metal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches.site_checks.fields import antenna_field, plane_wave_field
from emtwin.compliance.field_uniformity import Uniformity, UniformityRule, field_uniformity
from emtwin.constants import C0
from emtwin.standards import Standards, load

POLARISATIONS = {"horizontal": 0, "vertical": 2}
"""Axis of the electric field; the wave travels along y, from the front."""

FLOORS = {"no floor": 0.0, "floor absorbers of 20 dB": 0.1, "bare metal floor": 1.0}
"""Amplitude reflection of the floor of each site."""

PLANE_WAVE = "plane wave"


@dataclass(frozen=True, eq=False)
class UniformityCheck:
    """Uniformity of one site and polarisation.

    Parameters
    ----------
    site : str
        `PLANE_WAVE`, or one of `FLOORS`.
    polarisation : str
        ``horizontal`` or ``vertical``.
    found : Uniformity
        Frequency by frequency.
    """

    site: str
    polarisation: str
    found: Uniformity

    @property
    def flatness(self) -> float:
        """Largest over smallest reading of all 16 points, dB, at the worst frequency."""
        ratio = self.found.field.max(axis=1) / self.found.field.min(axis=1)
        return float(20 * np.log10(ratio.max()))


def uniformity_checks(
    frequencies: NDArray[np.float64],
    backend: Backend,
    cell: float,
    standards: Standards | None = None,
) -> tuple[UniformityCheck, ...]:
    """Judge the plane wave of the solver, and an antenna over every floor.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz. The plane wave is looked at where the cells are a tenth of a wavelength at most.
    backend : Backend
        Where the solver runs; two small runs.
    cell : float
        Cell of the empty grid, a whole part of the distance of the points, m.
    standards : Standards, optional
        Rows with the rule; the package's own if left out.

    Returns
    -------
    tuple of UniformityCheck
        Both polarisations of each site.
    """
    rule = UniformityRule.of_standard(standards)
    distance = (standards or load()).parameter("iec61000-4-3-distance").value
    carried = frequencies[frequencies <= C0 / (10 * cell) * (1 + 1e-9)]
    checks = []
    for name, axis in POLARISATIONS.items():
        wave = plane_wave_field(carried, axis, rule, backend, cell)
        checks.append(UniformityCheck(PLANE_WAVE, name, field_uniformity(carried, wave, rule)))
        for site, reflection in FLOORS.items():
            field = antenna_field(frequencies, axis, reflection, distance, rule)
            judged = field_uniformity(frequencies, field, rule)
            checks.append(UniformityCheck(site, name, judged))
    return tuple(checks)
