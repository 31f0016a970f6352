"""Normalised site attenuation of the emission site, measured as a radiated emission is.

A short dipole stands in the grid, 1 m over the floor; the equivalent currents of its near-to-far
surface and their images give the field along the height scan, by the very functions that the
emission test uses. In free space, for a fully anechoic room, the receiver stands broadside.

What a site with short dipoles shows includes their near terms; the tables leave them out. Both are
compared: the path through the solver with the closed form of dipole and image (our tolerance), the
site with the table's form (what a test house accepts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches.antenna_scan import HEIGHTS, fields_over_floor
from emtwin.compliance.site_attenuation import (
    HORIZONTAL,
    VERTICAL,
    free_space_attenuation,
    normalised_site_attenuation,
    site_attenuation_db,
)
from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Medium, Node
from emtwin.solver import (
    Absorber,
    EquivalentCurrents,
    HuygensSurface,
    Pulse,
    Simulation,
    StopRule,
    run,
    short_dipole,
)
from emtwin.solver.radiation.near_to_far import near_field
from emtwin.standards import SiteAttenuation, Standards, load

Real = NDArray[np.float64]

FREE_SPACE = "free space"
DISTANCES = (3.0, 10.0)
HEIGHT = 1.0
"""Height of the transmitting dipole over the floor, m."""

_CELL = 20e-3  # 15 cells per wavelength at 1 GHz
_ABSORBER, _MARGIN = 10, 4  # cells; the surface keeps the margin from dipole and absorber
_ALONG = {HORIZONTAL: 1, VERTICAL: 2, FREE_SPACE: 2}


@dataclass(frozen=True, eq=False)
class AttenuationCheck:
    """Site attenuation of one polarisation and distance.

    Parameters
    ----------
    polarisation : str
        ``horizontal`` or ``vertical`` over the floor, or ``free space``.
    distance : float
        Of the antennas, m.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    measured : ndarray of float64, shape (nf,)
        Through solver, equivalent currents and height scan, dB.
    exact : ndarray of float64, shape (nf,)
        Closed form of the dipole and its image with all near terms, dB.
    theory : ndarray of float64, shape (nf,)
        What the standard expects: radiated waves over the floor, with near terms in free space.
    table : ndarray of float64, shape (nf,)
        The same as tabulated, dB; NaN where the rows say nothing.
    """

    polarisation: str
    distance: float
    frequencies: Real
    measured: Real
    exact: Real
    theory: Real
    table: Real

    @property
    def error(self) -> Real:
        """Measured less exact, dB: what the path through the solver gets wrong."""
        return np.asarray(self.measured - self.exact)

    @property
    def deviation(self) -> Real:
        """Measured less theory, dB: what an auditor of the site would note."""
        return np.asarray(self.measured - self.theory)


def attenuation_checks(
    frequencies: Real, backend: Backend, standards: Standards | None = None
) -> tuple[AttenuationCheck, ...]:
    """Measure the site attenuation of the emission site, and of free space.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz, rising, 1 GHz at most.
    backend : Backend
        Where the solver runs; three small runs.
    standards : Standards, optional
        Rows with the table; the package's own if left out.

    Returns
    -------
    tuple of AttenuationCheck
        Both polarisations over the floor and free space, each at 3 m and 10 m.
    """
    return tuple(
        _checked(polarisation, distance, radiating, standards or load())
        for polarisation in _ALONG
        for radiating in [_radiated_by_a_dipole(polarisation, frequencies, backend)]
        for distance in DISTANCES
    )


def _checked(
    polarisation: str, distance: float, radiating: EquivalentCurrents, standards: Standards
) -> AttenuationCheck:
    f = radiating.frequencies
    if polarisation == FREE_SPACE:
        place = np.array([[distance, 0.0, 0.0]])
        field = near_field(radiating, place)
        theory = exact = free_space_attenuation(f, distance)
    else:
        place = np.stack((0 * HEIGHTS + distance, 0 * HEIGHTS, HEIGHTS), -1)
        field = fields_over_floor([radiating], 0.0, place)[0]
        theory, exact = (
            normalised_site_attenuation(f, distance, HEIGHT, polarisation, near_terms=near)
            for near in (False, True)
        )
    largest = np.abs(field[:, :, _ALONG[polarisation]]).max(axis=1)
    measured = site_attenuation_db(f, largest * 2 / (f * MU0))  # |E| 4 pi / (w mu0 I l)
    table = _tabulated(standards, polarisation, distance, f)
    return AttenuationCheck(polarisation, distance, f, measured, exact, theory, table)


def _tabulated(standards: Standards, polarisation: str, distance: float, f: Real) -> Real:
    values = np.full(f.size, np.nan)
    for row in standards.of(SiteAttenuation):
        if (row.polarisation, row.distance, row.height) == (polarisation, distance, HEIGHT):
            for frequency, value in zip(row.frequencies, row.values, strict=True):
                values[np.isclose(f, frequency, rtol=1e-9)] = value
    return values


def _radiated_by_a_dipole(
    polarisation: str, frequencies: Real, backend: Backend
) -> EquivalentCurrents:
    """Currents of a surface round a short dipole of 1 A m; on the floor if there is one."""
    n = _ABSORBER + _MARGIN + 3
    on_floor = polarisation != FREE_SPACE
    level = round(HEIGHT / _CELL) if on_floor else n
    grid = Grid.uniform((2 * n, 2 * n, level + n), _CELL, _corner(n, 0 if on_floor else level))
    low, high = n - _MARGIN, n + _MARGIN
    surface = HuygensSurface(
        grid,
        Node(low, low, 0 if on_floor else low),
        Node(high, high, level + _MARGIN),
        on_floor=on_floor,
    )
    layers = (_ABSORBER, _ABSORBER)
    result = run(
        Simulation(
            grid,
            Medium.vacuum(grid),
            Pulse(1e9),
            Absorber(
                (layers, layers, (0, _ABSORBER) if on_floor else layers),
                alpha_max=TWO_PI * EPS0 * 1e9 / 17,  # as the sites of the tests have it
            ),
            currents=short_dipole(grid, Node(n, n, level), _ALONG[polarisation]),
            surface=surface,
            frequencies=frequencies,
        ),
        backend,
        StopRule(-70, -70, 4000),
    )
    assert result.currents is not None
    return result.currents.scaled(1 / result.source)


def _corner(across: int, up: int) -> tuple[float, float, float]:
    return (-across * _CELL, -across * _CELL, -up * _CELL)
