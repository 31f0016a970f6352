"""What the grid makes of a gap one cell wide in a conducting wall, and what a narrow slot is.

A slot carries a line wave with the capacitance C per metre across it. Far away only the width
counts: two half-planes with a gap w between them have, through the plane of symmetry out to the
distance Y on either side, C = (2 eps0 / pi) asinh(2 Y / w). The gap of one cell on the grid stands
for some other width; both are compared at the same Y, as wires are with their inductance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

_WINDOW = 16  # cells on each side of the gap
_CORNERS = float(np.log(np.pi * np.e / 8))
_SOON = 5.0  # thickness over width, times this, at which a wall counts as thick
Real = NDArray[np.float64]


def slot_capacitance(width: float, thickness: float, below: float, above: float) -> float:
    """Capacitance per metre over eps0 of a slot, through its plane of symmetry.

    Parameters
    ----------
    width, thickness : float
        Width of the slot and thickness of the wall, m.
    below, above : float
        Distances from the wall's surfaces out to which flux is counted, m, large against `width`.

    Returns
    -------
    float
        Dimensionless.

    Notes
    -----
    A thin wall is two half-planes, mapped by arcsin. In a thick one the slot is a plate line of
    t / w with a flange at either mouth; the map dz/ds = sqrt(s^2 - 1) / s of a mouth gives
    (1 / pi) ln(pi e Y / 2 w) for its half-plane, which is ln(pi e / 8) / pi more than that of a
    thin wall. Between the two this small difference is faded in.
    """
    open_space = sum(float(np.arcsinh(2 * y / width)) for y in (below, above)) / np.pi
    plates = thickness / width
    return open_space + plates + 2 / np.pi * _CORNERS * float(-np.expm1(-_SOON * plates))


def gap_capacitance(
    across: Real,
    up: Real,
    gap: tuple[int, int],
    planes: tuple[int, int],
    window: int = _WINDOW,
) -> tuple[float, float, float]:
    """The same for a gap as the grid has it, and the distances that it was found for.

    Parameters
    ----------
    across, up : ndarray
        Lines of the grid across the slot and normal to the wall, m.
    gap : tuple of int
        The lines of `across` that are the lips; an odd number of cells apart.
    planes : tuple of int
        First and last line of `up` that the wall lies on; equal for a wall without thickness.
    window : int
        Cells on each side of the gap that are looked at.

    Returns
    -------
    tuple of float
        Capacitance per metre over eps0, distance below the wall and above it in m.
    """
    u, left = _window(across, *gap, window)
    v, bottom = _window(up, *planes, window)
    right, top = left + gap[1] - gap[0], bottom + planes[1] - planes[0]
    height = np.where(v < v[bottom], v[bottom] - v, np.maximum(v - v[top], 0.0))
    point = (u - (u[left] + u[right]) / 2)[:, None] + 1j * height[None, :]
    potential = np.arcsin(2 * point / (u[right] - u[left])).real / np.pi
    fixed = np.zeros(potential.shape, bool)
    fixed[[0, -1]] = fixed[:, [0, -1]] = True
    for lip, value in ((slice(0, left + 1), -0.5), (slice(right, None), 0.5)):
        fixed[lip, bottom : top + 1] = True
        potential[lip, bottom : top + 1] = value
    potential = _solved(u, v, potential, fixed)
    column = (left + right) // 2
    field = (potential[column + 1] - potential[column]) / (u[column + 1] - u[column])
    return float(_dual(v) @ field), float(height[0]), float(height[-1])


def _window(lines: Real, first: int, last: int, size: int) -> tuple[Real, int]:
    """Lines around `first` to `last`, continued with their last spacing where the grid ends.

    The second value is the index of `first` in them.
    """
    low, high = max(first - size, 0), min(last + size, lines.size - 1)
    part = lines[low : high + 1]
    before, after = size - (first - low), size - (high - last)
    head = part[0] - (part[1] - part[0]) * np.arange(before, 0, -1)
    tail = part[-1] + (part[-1] - part[-2]) * np.arange(1, after + 1)
    return np.concatenate((head, part, tail)), size


def _dual(lines: Real) -> Real:
    """Widths of the dual cells, half a cell at the ends."""
    halves = np.diff(lines) / 2
    return np.asarray(np.append(halves, 0.0) + np.append(0.0, halves))


def _solved(u: Real, v: Real, potential: Real, fixed: NDArray[np.bool_]) -> Real:
    """Five-point solution of the Laplace equation with the `fixed` nodes held."""
    number = np.arange(potential.size).reshape(potential.shape)
    links = (
        (number[1:], number[:-1], _dual(v)[None, :] / np.diff(u)[:, None]),
        (number[:, 1:], number[:, :-1], _dual(u)[:, None] / np.diff(v)[None, :]),
    )
    one = np.concatenate([a.ravel() for a, _, _ in links])
    two = np.concatenate([b.ravel() for _, b, _ in links])
    weight = np.concatenate([w.ravel() for _, _, w in links])
    rows, columns = np.concatenate((one, two, one, two)), np.concatenate((one, two, two, one))
    values = np.concatenate((weight, weight, -weight, -weight))
    matrix = coo_matrix((values, (rows, columns)), shape=(number.size,) * 2).tocsr()
    held, free = fixed.ravel(), ~fixed.ravel()
    flat = potential.ravel().copy()
    flat[free] = spsolve(matrix[free][:, free].tocsc(), -(matrix[free][:, held] @ flat[held]))
    return flat.reshape(potential.shape)
