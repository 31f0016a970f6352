"""Fields on the uniform field area: of the solver's plane wave, and of a half-wave dipole.

The area stands at y = 0 over a floor at z = 0; waves arrive from -y.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.compliance.field_uniformity import UniformityRule
from emtwin.constants import C0, TWO_PI
from emtwin.grid import Grid, Medium
from emtwin.solver import (
    Absorber,
    Dipoles,
    EquivalentCurrents,
    FieldSamples,
    PlaneWave,
    Pulse,
    Simulation,
    StopRule,
    half_wave_dipole,
    radiators,
    run,
)
from emtwin.solver.radiation.near_to_far import near_field

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_PIECES = 41  # of a half-wave dipole: each a point dipole, 1/80 of a wavelength long
_ABSORBER, _MARGIN = 8, 3  # cells


def plane_wave_field(
    frequencies: Real, axis: int, rule: UniformityRule, backend: Backend, cell: float
) -> Real:
    """Plane wave of 1 V/m in the empty grid, at the points of the uniform field area.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    axis : {0, 2}
        Direction of the field.
    rule : UniformityRule
        Where the points are.
    backend : Backend
        Where the solver runs.
    cell : float
        A whole part of the distance of the points, m.

    Returns
    -------
    ndarray of float64, shape (nf, np)
        V/m: the component along `axis`, at the edges whose middles are the points.
    """
    points = _in_space(rule)
    around = _ABSORBER + _MARGIN + 3
    lo, hi = points.min(axis=0) - around * cell, points.max(axis=0) + around * cell
    lo[axis], hi[axis] = lo[axis] - cell / 2, hi[axis] + cell / 2
    shape = np.round((hi - lo) / cell).astype(int)
    grid = Grid.uniform((shape[0], shape[1], shape[2]), cell, (lo[0], lo[1], lo[2]))
    edges = np.floor((points - lo) / cell + 0.25).astype(np.int64)
    samples = FieldSamples("area", np.full(len(points), "e_" + "xyz"[axis]), edges)
    polarisation = (0.0, 0.0, 1.0) if axis == 2 else (1.0, 0.0, 0.0)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(float(frequencies.max())),
        Absorber(((_ABSORBER, _ABSORBER),) * 3),
        plane_wave=PlaneWave((0.0, 1.0, 0.0), polarisation, *grid.inset(_ABSORBER + _MARGIN)),
        samples=(samples,),
        frequencies=frequencies,
    )
    result = run(simulation, backend, StopRule(max_steps=4000))
    return np.asarray(np.abs(result.per_source("area")), np.float64)


def antenna_field(
    frequencies: Real, axis: int, reflection: float, distance: float, rule: UniformityRule
) -> Complex:
    """Field of a half-wave dipole in front of the middle of the area, 1 A at its centre.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz; the dipole is half a wavelength long at each.
    axis : {0, 2}
        Direction of the dipole.
    reflection : float
        Amplitude reflection of the floor at z = 0; 0 for none, 1 for a conductor.
    distance : float
        Between dipole and area, m.
    rule : UniformityRule
        Where the points are.

    Returns
    -------
    ndarray of complex128, shape (nf, np, 3)
        V/m.
    """
    points = _in_space(rule)
    centre = np.array([0.0, -distance, points[:, 2].mean()])
    fields = []
    for frequency in frequencies:
        antenna = _half_wave(float(frequency), axis, centre)
        image = antenna.reflected(0.0).scaled(np.array(reflection, np.complex128))
        fields.append(near_field(antenna + image, points)[0])
    return np.array(fields)


def antenna_in_the_grid(
    frequency: float, distance: float, rule: UniformityRule, backend: Backend, cell: float
) -> tuple[Complex, Complex]:
    """A horizontal half-wave dipole over a conducting floor in the solver, and in closed form.

    Parameters
    ----------
    frequency : float
        Hz.
    distance : float
        Between dipole and area, m.
    rule : UniformityRule
        Where the points are.
    backend : Backend
        Where the solver runs.
    cell : float
        Metres; readings are taken on the edges nearest to the points.

    Returns
    -------
    tuple of ndarray of complex128, each of shape (np,)
        Horizontal field in V/m of the run, and of the same currents and their images.
    """
    points = _in_space(rule)
    away = (_ABSORBER + _MARGIN + 2) * cell
    lo = np.array([points[:, 0].min() - away - cell / 2, -distance - away, 0.0])
    hi = np.array([points[:, 0].max() + away + cell / 2, away, points[:, 2].max() + away])
    shape = np.ceil((hi - lo) / cell - 1e-9).astype(int)
    grid = Grid.uniform((shape[0], shape[1], shape[2]), cell, (lo[0], lo[1], lo[2]))
    node = grid.nearest_node((cell / 2, -distance, float(points[:, 2].mean())))
    antenna = half_wave_dipole(grid, node, 0, frequency)
    edges = np.floor((points - lo) / cell + 0.25).astype(np.int64)
    layers = (_ABSORBER, _ABSORBER)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(2 * frequency),
        Absorber((layers, layers, (0, _ABSORBER))),
        currents=antenna,
        samples=(FieldSamples("area", np.full(len(points), "e_x"), edges),),
        frequencies=np.array([frequency]),
    )
    result = run(simulation, backend, StopRule(max_steps=4000))
    places = np.stack([_middle(grid, a, edges) for a in range(3)], -1)
    exact = radiators(grid, antenna, result.frequencies).over_floor(0.0)
    found = result.per_source("area")[0].astype(np.complex128)
    return found, near_field(exact, places)[0, :, 0]


def _middle(grid: Grid, axis: int, edges: NDArray[np.int64]) -> Real:
    """Coordinates of the middles of edges along x."""
    lines = grid.centres[axis] if axis == 0 else grid.lines[axis]
    return np.asarray(lines[edges[:, axis]])


def _in_space(rule: UniformityRule) -> Real:
    """The points of the area, which stands at y = 0 over a floor at z = 0."""
    across, up = rule.points().T
    return np.stack((across, 0 * across, up), -1)


def _half_wave(frequency: float, axis: int, centre: Real) -> EquivalentCurrents:
    """A sinusoidal current in pieces; each has the moment of its part."""
    k, arm = TWO_PI * frequency / C0, C0 / frequency / 4
    ends = np.linspace(-arm, arm, _PIECES + 1)
    moment = np.diff(np.sin(k * ends)) / k
    position = np.tile(centre, (_PIECES, 1))
    position[:, axis] += (ends[1:] + ends[:-1]) / 2
    dipoles = Dipoles(position, np.full(_PIECES, axis), moment[None].astype(np.complex128))
    return EquivalentCurrents(np.array([frequency]), dipoles, Dipoles.none(1))
