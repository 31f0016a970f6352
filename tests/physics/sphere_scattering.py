"""A perfectly conducting sphere in a plane wave: the exact series, and the run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import spherical_jn, spherical_yn

from emtwin.backends import Backend
from emtwin.constants import C0, TWO_PI
from emtwin.grid import Grid, Node, distances
from emtwin.grid.medium import Medium
from emtwin.grid.painter import PEC, Painter
from emtwin.solver import (
    Absorber,
    ConformalMetal,
    HuygensSurface,
    PlaneWave,
    Pulse,
    Simulation,
    StopRule,
    run,
)
from emtwin.solver.radiation.near_to_far import far_field

Real = NDArray[np.float64]

ABSORBER, GAP = 8, 3


def backscatter(radius: float, frequency: float) -> float:
    """Monostatic cross-section in m2 (Balanis, Advanced Engineering Electromagnetics, sec. 11.8).

    With x = ka and the Riccati functions u_n(x) = x j_n, w_n(x) = x (j_n - j y_n) of an outgoing
    wave, the boundary condition e_tangential = 0 gives a_n = u_n' / w_n' and b_n = u_n / w_n, and
    sigma = (pi / k^2) |sum over n of (-1)^n (2n + 1) (a_n - b_n)|^2.
    """
    k = TWO_PI * frequency / C0
    x = k * radius
    n = np.arange(1, int(x + 4 * x ** (1 / 3) + 12))
    u, du = x * spherical_jn(n, x), spherical_jn(n, x) + x * spherical_jn(n, x, derivative=True)
    y, dy = x * spherical_yn(n, x), spherical_yn(n, x) + x * spherical_yn(n, x, derivative=True)
    series = (-1.0) ** n * (2 * n + 1) * (du / (du - 1j * dy) - u / (u - 1j * y))
    return float(np.pi / k**2 * np.abs(series.sum()) ** 2)


def measured_backscatter(
    radius: float,
    cell: float,
    frequencies: Real,
    backend: Backend,
    *,
    conformal: bool,
    off_node: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Real:
    """Monostatic cross-sections in m2 of one run, a wave along +x polarised along z.

    The centre lies `off_node` cells from a node.
    """
    half = int(np.ceil(radius / cell)) + 3  # of the box with the total field
    reach = half + GAP + 2 + ABSORBER
    grid = Grid.uniform((2 * reach,) * 3, cell)
    middle = tuple((reach + off) * cell for off in off_node)
    medium = Medium.vacuum(grid)
    elements: tuple[ConformalMetal, ...] = ()
    if conformal:
        elements = (ConformalMetal.of("ball", grid, distances.sphere(middle, radius)),)
    else:
        painter = Painter(grid)
        painter.sphere(middle, radius, PEC)
        medium = painter.medium()
    box = (Node(*(reach - half,) * 3), Node(*(reach + half,) * 3))
    lo, hi = Node(*(reach - half - 2,) * 3), Node(*(reach + half + 2,) * 3)
    simulation = Simulation(
        grid,
        medium,
        Pulse(float(frequencies.max())),
        Absorber(((ABSORBER, ABSORBER),) * 3),
        plane_wave=PlaneWave((1, 0, 0), (0, 0, 1), *box, origin=(0.0, 0.0, 0.0)),
        surface=HuygensSurface(grid, lo, hi),
        elements=elements,
        frequencies=frequencies,
    )
    result = run(simulation, backend, StopRule(-50, -50, 4000))
    assert result.currents is not None
    field = far_field(result.currents, np.array([[-1.0, 0, 0]]))[:, 0, 2]
    section: Real = 4 * np.pi * np.abs(field / result.source) ** 2
    return section
