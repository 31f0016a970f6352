"""Electric field and current that a low-frequency magnetic field induces in a body on the grid.

Scalar-potential finite differences: on an edge of the grid E = -j w A - grad phi, with A of the
source integrated along the edge, so that its circulation round a face is the flux. At every node
the currents add up to zero, which is one sparse system for phi in the conducting cells alone.
The magnetic field of the induced currents is neglected; whether it may be is checked.

Source: Dawson and Stuchly, ACES Journal 11 (1996) 72.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.quasistatic.circulation import along_segments
from emtwin.quasistatic.induced_field import InducedField, ends
from emtwin.quasistatic.poisson import PotentialSolver, edge_admittances, node_operator
from emtwin.quasistatic.sources import Source
from emtwin.quasistatic.validity import delay_notices, reaction, reaction_notices

Real = NDArray[np.float64]
Numbers = NDArray[Any]

_EDGES_AT_A_TIME = 50_000
_EDGE_TOLERANCE = 1e-8  # of the integral of A along an edge; two edges differ by far more


def induce(grid: Grid, admittivity: Numbers, source: Source, frequency: float) -> InducedField:
    """Field that a source induces in the conducting cells of a grid.

    Parameters
    ----------
    grid : Grid
        The grid; what surrounds the body insulates, so it may end at the body.
    admittivity : ndarray
        Conductivity in S/m, or conductivity plus j w permittivity, of every cell, shape
        (nx, ny, nz) or (3 axes, nx, ny, nz); 0 insulates. `tissue_admittivity` makes it of a
        voxel model.
    source : Source
        Coils, a uniform field, or the `total` of a shell.
    frequency : float
        Frequency in Hz, above 0.

    Returns
    -------
    InducedField
        E on the edges, and what follows from it.

    Raises
    ------
    InputError
        If nothing conducts, a value is negative or not finite, a wire of the source runs along
        an edge of the body, or the induced currents' own field is too large to be neglected.
    RunError
        If the sparse system is not solved.
    """
    kappa = _checked(grid, admittivity, frequency)
    radius, size = _extent(grid, np.any(kappa != 0, axis=0))
    share = reaction(radius, float(np.abs(kappa).max()), frequency)
    notices = (
        *reaction_notices(share, radius, frequency),
        *delay_notices(size, frequency, "body"),
    )
    y = edge_admittances(grid, _edge_means(grid, kappa))
    flux = _along_edges(grid, y != 0, source)
    voltage, residual = _balanced(grid, y, flux)
    voltage = -1j * TWO_PI * frequency * voltage
    power = float(np.sum(y.real * np.abs(voltage) ** 2))
    lengths = np.stack([np.broadcast_to(d, grid.nodes) for d in _edge_lengths(grid)])
    field = voltage / lengths
    return InducedField(grid, kappa, frequency, field, power, residual, share, notices)


def _balanced(grid: Grid, y: Numbers, flux: Numbers) -> tuple[Numbers, float]:
    """`flux` less the gradient that makes currents y times it add up to zero at every node."""
    solver = PotentialSolver(node_operator(grid, y), name="induced field")
    driven = y * flux
    source = np.zeros(grid.nodes, driven.dtype)
    for axis in range(3):
        low, high = ends(axis)
        source[low] += driven[axis][low]
        source[high] -= driven[axis][low]
    b = source.reshape(-1)
    # A phase of the source turns real and imaginary part alike: two real systems, if y is real.
    parts = [b] if np.iscomplexobj(y) or not np.iscomplexobj(b) else [b.real, b.imag]
    found = [solver.solve(part) for part in parts]
    phi = sum(factor * s.values for factor, s in zip((1.0, 1j), found, strict=False))
    phi = np.asarray(phi).reshape(grid.nodes)
    total = flux.astype(np.result_type(flux, phi))
    for axis in range(3):
        low, high = ends(axis)
        total[axis][low] += phi[high] - phi[low]
    return np.where(y != 0, total, 0.0), max(s.residual for s in found)


def _along_edges(grid: Grid, used: NDArray[np.bool_], source: Source) -> Numbers:
    """Integral of A along the edges that are used in Wb, shape (3, *nodes)."""
    values = np.zeros(used.shape, dtype=np.complex128)
    for axis in range(3):
        index = np.argwhere(used[axis])
        for some in np.array_split(index, max(1, len(index) // _EDGES_AT_A_TIME)):
            start = np.stack([line[n] for line, n in zip(grid.lines, some.T, strict=True)], axis=1)
            end = start.copy()
            end[:, axis] = grid.lines[axis][some[:, axis] + 1]
            found = along_segments(source, start, end, _EDGE_TOLERANCE, order=2)
            values[axis][tuple(some.T)] = found
    return values if values.imag.any() else values.real.copy()


def _edge_means(grid: Grid, kappa: Numbers) -> Numbers:
    """Mean of the four cells round every edge, weighted with area, shape (3, *nodes).

    E along an edge is common to the four, so their currents add; outside the grid is no cell.
    """
    means = np.zeros((3, *grid.nodes), kappa.dtype)
    for axis in range(3):
        value = kappa[axis]
        for across in range(3):
            width = [1, 1, 1]
            width[across] = -1
            d = grid.spacings[across].reshape(width)
            low, high = ends(across)
            shape = list(value.shape)
            shape[across] += 1
            wider = np.zeros(shape, value.dtype)
            if across == axis:
                wider[low] = value
            else:
                wider[low] += value * d / 2.0
                wider[high] += value * d / 2.0
                wider /= grid.dual_spacings[across].reshape(width)
            value = wider
        means[axis] = value
    return means


def _edge_lengths(grid: Grid) -> list[Real]:
    """Length of the edges along each axis in metres, shaped to broadcast; 1 where there is none."""
    lengths = []
    for axis in range(3):
        shape = [1, 1, 1]
        shape[axis] = -1
        lengths.append(np.append(grid.spacings[axis], 1.0).reshape(shape))
    return lengths


def _extent(grid: Grid, conducting: NDArray[np.bool_]) -> tuple[float, float]:
    """Radius of the largest path of current, and the diagonal of the body, in metres.

    The largest path is as wide as the body's second largest side.
    """
    sides = []
    for axis, line in enumerate(grid.lines):
        others = tuple(a for a in range(3) if a != axis)
        along = np.flatnonzero(conducting.any(axis=others))
        sides.append(float(line[along[-1] + 1] - line[along[0]]))
    return sorted(sides)[1] / 2.0, float(np.linalg.norm(sides))


def _checked(grid: Grid, admittivity: Numbers, frequency: float) -> Numbers:
    """Admittivity along the three axes, refused where it cannot be one."""
    kappa = np.asarray(admittivity)
    if kappa.shape not in (grid.shape, (3, *grid.shape)):
        raise InputError.single(
            f"the admittivity has shape {kappa.shape}, but the grid has cells {grid.shape}",
            field="admittivity",
        )
    if not np.all(np.isfinite(kappa)) or kappa.real.min() < 0 or kappa.imag.min() < 0:
        raise InputError.single(
            "conductivity and permittivity must be finite and not negative", field="admittivity"
        )
    if not np.any(kappa):
        raise InputError.single(
            "nothing conducts", field="admittivity", remedy="give the body a conductivity"
        )
    if not 0.0 < frequency < np.inf:
        raise InputError.single(
            f"induction needs a frequency above 0, got {frequency:g} Hz", field="frequency"
        )
    return np.broadcast_to(kappa, (3, *grid.shape))
