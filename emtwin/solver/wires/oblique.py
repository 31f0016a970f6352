"""Oblique wires: a staircase along grid lines that behaves as the straight wire between its ends.

A staircase is up to 41 % (in a plane) or 73 % (in space) longer than the line that it stands for.
Its current, though, drives and feels the same smooth field as the straight one: what differs is
the field within a cell or two, and differently for current and for charge. Both are known exactly
on a uniform grid. With G the Green function of the lattice's Laplacian, current 1 on the
staircase's edges and charge 1 per straight metre on its nodes have

    sum_e sum_e' l_e l_e' (t_e . t_e') G = length of the line * (1 / 2 pi) ln(1 / r_L) + far part,
    sum_n sum_n' s_n s_n' G              = length of the line * (1 / 2 pi) ln(1 / r_C) + far part,

the far part being that of a straight line. So the grid stands for a straight wire of radius r_L
magnetically and r_C electrically (0.1986 d both along an axis; 0.170 d and 0.338 d at 45 degrees),
and the wire's in-cell values per straight metre make up for either:

    L' = (mu0 / 2 pi) ln(r_L / a),      C' = 2 pi eps / ln(r_C / a).
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive

from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid

Integers = NDArray[np.int64]
Real = NDArray[np.float64]

_REACH = 60  # steps on each side that count as near
_SAMPLES = 48  # steps of the staircase that are averaged, at most
_CLOSE = 14  # cells; beyond them G is 1 / 4 pi r within 0.1 %
_UNEVEN = 0.05  # share by which cells round an oblique wire may differ
_BESIDE = 2  # cells beside the wire that have to be alike


class Straight(NamedTuple):
    """A straight line that a staircase stands for.

    Parameters
    ----------
    direction : ndarray, shape (3,)
        Its unit vector, components made positive.
    magnetic, electric : float
        Radii in metres that the grid stands for: of the current's and the charge's near field.
    """

    direction: Real
    magnetic: float
    electric: float


def staircase(move: Integers, periods: int = 1) -> Integers:
    """Axes of the steps that stay nearest to the straight line along `move`.

    Parameters
    ----------
    move : ndarray of int64, shape (3,)
        Steps along each axis, of any sign.
    periods : int
        How often the pattern is repeated.

    Returns
    -------
    ndarray of int64, shape (n,)
        Axis of each step; each axis steps where the line is half way between two of its nodes.
    """
    count = np.abs(move)
    places = [(np.arange(n * periods) + 0.5) / max(n, 1) for n in count.tolist()]
    order = np.argsort(np.round(np.concatenate(places), 9), kind="stable")
    return np.repeat(np.arange(3), count * periods)[order]


def straight_line(grid: Grid, name: str, start: Integers, stop: Integers) -> Straight:
    """What the grid sees of the staircase between two nodes.

    Parameters
    ----------
    grid : Grid
        The grid.
    name : str
        Name of the wire, for messages.
    start, stop : ndarray of int64, shape (3,)
        The nodes.

    Returns
    -------
    Straight
        The line.

    Raises
    ------
    GridError
        If the cells round it are not alike: the correction would not hold.
    """
    sizes = []
    for axis, d in enumerate(grid.spacings):
        low, high = sorted((int(start[axis]), int(stop[axis])))
        near = d[max(low - _BESIDE, 0) : high + _BESIDE]
        sizes.append(float(near.mean()))
        if np.ptp(near) > _UNEVEN * near.mean():
            raise GridError.single(
                f"wire {name}: an oblique leg from node {tuple(start.tolist())} to "
                f"{tuple(stop.tolist())} runs through cells of {near.min() * 1e3:.3g} to "
                f"{near.max() * 1e3:.3g} mm along {'xyz'[axis]}, and its staircase can be "
                "corrected on equal cells only",
                field=name,
                remedy="use equal cells round it, or lead it along grid lines",
            )
    move = np.abs(stop - start)
    lengths = move * np.array(sizes)
    common = gcd(*(int(n) for n in move))
    i, j, k = (int(n) // common for n in move)
    magnetic, electric = effective_radii((i, j, k), (sizes[0], sizes[1], sizes[2]))
    return Straight(lengths / np.linalg.norm(lengths), magnetic, electric)


@lru_cache(maxsize=512)
def effective_radii(
    move: tuple[int, int, int], sizes: tuple[float, float, float]
) -> tuple[float, float]:
    """Radii of the straight wire that an endless staircase stands for.

    Parameters
    ----------
    move : tuple of int
        One period: steps along each axis, none negative.
    sizes : tuple of float
        Cells along each axis, m.

    Returns
    -------
    tuple of float
        Magnetic and electric radius, m.
    """
    d, steps = np.array(sizes), sum(move)
    before = int(np.ceil(_REACH / steps)) + 1
    axes = staircase(np.array(move), 2 * before + int(np.ceil(min(_SAMPLES, steps) / steps)))
    nodes = np.concatenate((np.zeros((1, 3), np.int64), np.cumsum(np.eye(3, dtype=int)[axes], 0)))
    line = np.array(move) * d
    share = (line / np.linalg.norm(line) * d)[axes]  # of the straight line, by step
    own = before * steps + np.arange(min(_SAMPLES, steps))
    others = own[:, None] + np.arange(-_REACH, _REACH + 1)
    green = lattice_green(nodes[others] - nodes[own][:, None], d)
    parallel = axes[others] == axes[own][:, None]
    corners = np.concatenate(([0.0], np.cumsum(share)))
    charge = (share[others - 1] + share[others]) / 2
    current = d[axes[own]] * np.sum(np.where(parallel, d[axes[others]] * green, 0.0), 1)
    middle = (corners[1:] + corners[:-1]) / 2
    return (
        _radius(
            current / share[own], share[own], middle[own], corners[others[:, [0, -1]] + [0, 1]]
        ),
        _radius(
            np.sum(charge * green, 1),
            charge[:, _REACH],
            corners[own],
            corners[others[:, [0, -1]]] + charge[:, [0, -1]] * [-0.5, 0.5],
        ),
    )


def _radius(potential: Real, weight: Real, place: Real, ends: Real) -> float:
    """Radius of a straight line between `ends` with the same mean potential at its places."""
    far = np.log(4 * (ends[:, 1] - place) * (place - ends[:, 0])) / 2 / TWO_PI
    return float(np.exp(-TWO_PI * np.average(potential - far, weights=weight)))


def lattice_green(offsets: Integers, sizes: Real) -> Real:
    """Green function of the seven-point Laplacian: 1 / 4 pi r from afar, finite at the source.

    G = integral over t of prod_a exp(-2 t / d_a^2) I_n(2 t / d_a^2) / d_a, by the trapezoidal rule
    in log t, which converges faster than any power.

    Parameters
    ----------
    offsets : ndarray of int64, shape (..., 3)
        Distance in cells.
    sizes : ndarray, shape (3,)
        Cells in metres.

    Returns
    -------
    ndarray, shape (...)
        1/m.
    """
    unique, inverse = np.unique(np.abs(offsets).reshape(-1, 3), axis=0, return_inverse=True)
    values = np.linalg.norm(unique * sizes, axis=1)
    close = values < _CLOSE * sizes.max()
    values[~close] = 1 / (2 * TWO_PI * values[~close])
    t, step = np.linspace(np.log(1e-6), np.log(1e8), 400, retstep=True)
    t = np.exp(t) * sizes.min() ** 2
    product = t * step / np.prod(sizes)
    for axis, d in enumerate(sizes):
        product = product * ive(unique[close][:, axis, None], 2 * t / d**2)
    values[close] = product.sum(axis=1) + 2 * (2 * TWO_PI) ** -1.5 * t[-1] ** -0.5
    result: Real = values[inverse].reshape(offsets.shape[:-1])
    return result
