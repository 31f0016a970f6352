"""Near-field antennas as sources: impressed currents of a short dipole, a half-wave dipole, a loop.

Their current is given, so that nothing loads or scatters it: the field of the antenna in the empty
grid is that of the current in closed form, and `calibrated` sets its level there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents
from emtwin.solver.radiation.near_to_far import near_field
from emtwin.solver.sources.edges import CurrentElement

Antenna = tuple[CurrentElement, ...]

_CANCELLED = 1e-9  # of the parts' fields: rounding, no field


def short_dipole(grid: Grid, node: Node, axis: int, moment: float = 1.0) -> Antenna:
    """Hertzian dipole centred at a node: half of its moment on the edge at either side.

    Parameters
    ----------
    grid : Grid
        The grid.
    node : Node
        Centre.
    axis : {0, 1, 2}
        Direction.
    moment : float
        Current times length, A m.

    Returns
    -------
    tuple of CurrentElement
        For `Simulation.currents`.

    Raises
    ------
    GridError
        If it would reach out of the grid.
    """
    _inside(grid, "short dipole", node, {axis: 1})
    sizes = grid.spacings[axis][node[axis] - 1 : node[axis] + 1]
    return tuple(
        CurrentElement("e_" + "xyz"[axis], _moved(node, axis, n - 1), moment / 2 / float(size))
        for n, size in enumerate(sizes)
    )


def half_wave_dipole(
    grid: Grid, node: Node, axis: int, frequency: float, current: float = 1.0
) -> Antenna:
    """Half-wave dipole with the current I cos(k s), |s| <= lambda / 4, centred at a node.

    Every edge carries the mean of the current over it, so that each edge's moment is exact,
    the last ones' too, which the antenna covers in part. The distribution is that of `frequency`;
    a run with a pulse gives the antenna's field at that frequency only.

    Parameters
    ----------
    grid : Grid
        The grid.
    node : Node
        Centre.
    axis : {0, 1, 2}
        Direction.
    frequency : float
        Hz; half its wavelength is the antenna's length.
    current : float
        Current at the centre, A.

    Returns
    -------
    tuple of CurrentElement
        For `Simulation.currents`.

    Raises
    ------
    GridError
        If it would reach out of the grid.
    """
    k, arm = TWO_PI * frequency / C0, C0 / frequency / 4
    lines = grid.lines[axis] - grid.lines[axis][node[axis]]
    if lines[0] > -arm or lines[-1] < arm:
        raise GridError.single(
            f"half-wave dipole at {tuple(node)}: {2 * arm:.4g} m along {'xyz'[axis]} reach out of "
            "the grid",
            remedy="move it, or choose a higher frequency or a larger grid",
        )
    integral = np.diff(np.sin(k * np.clip(lines, -arm, arm))) / k
    mean = current * integral / grid.spacings[axis]
    covered = np.flatnonzero((lines[:-1] < arm) & (lines[1:] > -arm))
    return tuple(
        CurrentElement("e_" + "xyz"[axis], _moved(node, axis, int(n) - node[axis]), float(mean[n]))
        for n in covered
    )


def small_loop(grid: Grid, node: Node, axis: int, moment: float = 1.0) -> Antenna:
    """Magnetic dipole: a current round the four cells beside a node, normal to `axis`.

    Parameters
    ----------
    grid : Grid
        The grid.
    node : Node
        Centre.
    axis : {0, 1, 2}
        Direction of the magnetic moment.
    moment : float
        Current times area, A m2.

    Returns
    -------
    tuple of CurrentElement
        For `Simulation.currents`; right-handed about the axis.

    Raises
    ------
    GridError
        If it would reach out of the grid.
    """
    u, v = (axis + 1) % 3, (axis + 2) % 3
    _inside(grid, "small loop", node, {u: 1, v: 1})
    sides = [float(grid.lines[a][node[a] + 1] - grid.lines[a][node[a] - 1]) for a in (u, v)]
    current = moment / (sides[0] * sides[1])
    edges = []
    for along, across, sign in ((u, v, -1.0), (v, u, 1.0)):
        for side in (-1, 1):
            edges += [
                CurrentElement(
                    "e_" + "xyz"[along],
                    _moved(_moved(node, across, side), along, step),
                    sign * side * current,
                )
                for step in (-1, 0)
            ]
    return tuple(edges)


def radiators(
    grid: Grid, antenna: Sequence[CurrentElement], frequencies: NDArray[np.float64]
) -> EquivalentCurrents:
    """Point dipoles of an antenna, of which `near_field` and `far_field` give the closed form.

    Parameters
    ----------
    grid : Grid
        The grid.
    antenna : sequence of CurrentElement
        The antenna.
    frequencies : ndarray, shape (nf,)
        Hz.

    Returns
    -------
    EquivalentCurrents
        One electric dipole per edge, at its middle.
    """
    axis = np.array(["xyz".index(e.component[-1]) for e in antenna], np.int64)
    index = np.array([e.node for e in antenna], np.int64)
    position = np.stack([grid.lines[a][index[:, a]] for a in range(3)], -1)
    length = np.array([grid.spacings[a][i[a]] for a, i in zip(axis, index, strict=True)])
    position[np.arange(axis.size), axis] += length / 2
    moment = np.array([e.current for e in antenna]) * length
    moments = np.tile(moment.astype(np.complex128), (frequencies.size, 1))
    return EquivalentCurrents(
        frequencies, Dipoles(position, axis, moments), Dipoles.none(frequencies.size)
    )


def calibrated(
    grid: Grid,
    antenna: Sequence[CurrentElement],
    frequency: float,
    point: tuple[float, float, float],
    level: float,
) -> Antenna:
    """The antenna with its current set so that |E| at a point of the empty grid is `level`.

    Parameters
    ----------
    grid : Grid
        The grid.
    antenna : sequence of CurrentElement
        The antenna.
    frequency : float
        Hz.
    point : tuple of float
        Where the level is meant, m.
    level : float
        V/m per unit of the waveform's spectrum, peak or rms as the waveform is.

    Returns
    -------
    tuple of CurrentElement
        The same edges.

    Raises
    ------
    GridError
        If the antenna has no field there.
    """
    places, frequencies = np.array([point]), np.array([frequency])
    parts = [near_field(radiators(grid, (e,), frequencies), places) for e in antenna]
    strength = float(np.linalg.norm(sum(parts)))
    if strength <= _CANCELLED * sum(float(np.linalg.norm(part)) for part in parts):
        raise GridError.single(
            f"the antenna has no field at ({point[0]:g}, {point[1]:g}, {point[2]:g}) m, so it "
            "cannot be calibrated there",
            remedy="choose a point off the antenna's axis",
        )
    return tuple(replace(e, current=e.current * level / strength) for e in antenna)


def _moved(node: Node, axis: int, steps: int) -> Node:
    index = [*node]
    index[axis] += steps
    return Node(*index)


def _inside(grid: Grid, name: str, node: Node, reach: dict[int, int]) -> None:
    for axis, steps in reach.items():
        if not steps <= node[axis] <= grid.shape[axis] - steps:
            raise GridError.single(
                f"{name} at {tuple(node)} reaches out of the grid of {grid.shape} cells",
                remedy="move it away from the boundary",
            )
