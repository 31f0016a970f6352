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
    share, radius, size = _worst_piece(grid, kappa, frequency)
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
    if not np.iscomplexobj(flux):
        return _balanced_part(grid, y, flux, solver)
    # Two systems, as fluxes of different phase: conjugate gradients without conjugation may fail on
    # their sum, whose square can vanish.
    real, imaginary = (_balanced_part(grid, y, f, solver) for f in (flux.real, flux.imag))
    return real[0] + 1j * imaginary[0], max(real[1], imaginary[1])


def _balanced_part(
    grid: Grid, y: Numbers, flux: Numbers, solver: PotentialSolver
) -> tuple[Numbers, float]:
    """The same for a real flux; and the residual."""
    driven = y * flux
    source = np.zeros(grid.nodes, driven.dtype)
    for axis in range(3):
        low, high = ends(axis)
        source[low] += driven[axis][low]
        source[high] -= driven[axis][low]
    found = solver.solve(source.reshape(-1))
    phi = found.values.reshape(grid.nodes)
    total = flux.astype(phi.dtype)
    for axis in range(3):
        low, high = ends(axis)
        total[axis][low] += phi[high] - phi[low]
    return np.where(y != 0, total, 0.0), found.residual


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


def _worst_piece(grid: Grid, kappa: Numbers, frequency: float) -> tuple[float, float, float]:
    """Largest reaction of all pieces, radius of the current's path there, and largest diagonal.

    The largest path in a piece is as wide as its second largest side. Cells that share no more than
    an edge or a corner are one piece.
    """
    from scipy import ndimage

    conducting = np.any(kappa != 0, axis=0)
    label, _ = ndimage.label(conducting, np.ones((3, 3, 3)))
    worst, largest = (0.0, 0.0), 0.0
    for box in ndimage.find_objects(label):
        sides = [line[s.stop] - line[s.start] for line, s in zip(grid.lines, box, strict=True)]
        radius = float(sorted(sides)[1]) / 2.0
        strongest = float(np.abs(kappa[(slice(None), *box)]).max())
        worst = max(worst, (reaction(radius, strongest, frequency), radius))
        largest = max(largest, float(np.linalg.norm(sides)))
    return *worst, largest


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
