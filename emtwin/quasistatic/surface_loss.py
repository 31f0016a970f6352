"""What the skin of conductors adds to the impedance of ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0, TWO_PI
from emtwin.errors import InputError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW
from emtwin.quasistatic.inductance import PortFields
from emtwin.quasistatic.resistance import demand, thicknesses
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.voxel import VoxelModel

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Marks = NDArray[Any]

_NOWHERE = Node(0, 0, 0)


@dataclass(frozen=True)
class Finish:
    """The metal of a surface.

    Parameters
    ----------
    conductivity : float
        S/m, above 0.
    thickness : float
        Of the wall, in metres; infinite for a wall of many skin depths.

    Raises
    ------
    InputError
        If a value is not positive.
    """

    conductivity: float
    thickness: float = inf

    def __post_init__(self) -> None:
        if not (0 < self.conductivity < inf and self.thickness > 0):
            raise InputError.single(
                f"a metal surface needs a conductivity and a thickness above 0, got "
                f"{self.conductivity:g} S/m and {self.thickness:g} m",
                remedy="give the conductivity of the material, for example 58e6 S/m for copper",
            )

    def impedance(self, frequencies: Real) -> Complex:
        """Surface impedance in ohm of a wall with a field on one side.

        Z = k / sigma coth(k t), k = (1 + j) / delta: 1 / (sigma t) at low, (1 + j) sqrt(w mu0 / 2
        sigma) at high frequencies (Ramo, Whinnery and Van Duzer, Fields and Waves in Communication
        Electronics, 3rd ed., section 3.17).

        Parameters
        ----------
        frequencies : ndarray, shape (nf,)
            Hz, above 0.
        """
        k = self._wavenumber(frequencies)
        if self.thickness == inf:
            return k / self.conductivity
        passed = np.expm1(-2 * k * self.thickness)
        return np.asarray(k / self.conductivity * (2 + passed) / -passed)

    def transfer(self, frequencies: Real) -> Complex:
        """Impedance in ohm from the field on one side of a wall to the other.

        Z = k / sigma / sinh(k t). With H_1 and H_2 on the two sides the tangential electric fields
        are those of the two-port Z_11 = Z_22 = `impedance`, Z_12 = Z_21 = -`transfer`; at low
        frequencies both are 1 / (sigma t), and only the current H_1 - H_2 counts.

        Parameters
        ----------
        frequencies : ndarray, shape (nf,)
            Hz, above 0.
        """
        k = self._wavenumber(frequencies)
        if self.thickness == inf:
            return np.zeros_like(k)
        through = k * self.thickness
        return np.asarray(k / self.conductivity * 2 * np.exp(-through) / -np.expm1(-2 * through))

    def _wavenumber(self, frequencies: Real) -> Complex:
        """(1 + j) / delta."""
        k = (1 + 1j) * np.sqrt(TWO_PI * frequencies * MU0 * self.conductivity / 2)
        return np.asarray(k, np.complex128)


def surface_integrals(
    scene: StaticScene, fields: PortFields, marks: Marks | None = None, count: int = 1
) -> Real:
    """Integrals of H_p . H_q over metal, from which resistances come: R_pq = R_s times that.

    H is taken half a cell beside the metal, on both sides of every metal face. Through a metal face
    without metal behind it the fields of both sides act on each other; a wall of metal cells is
    taken as one where they do not. At the rims of thin plates, where H is infinite, the integral
    grows with the logarithm of the cell. Metal of single edges (a line of them) has no face and
    adds nothing, nor do walls of the grid.

    Parameters
    ----------
    scene : StaticScene
        Where the metal is.
    fields : PortFields
        Fields of n ports.
    marks : ndarray of int, shape (3, nx+1, ny+1, nz+1), optional
        Which of `count` finishes each metal edge has, -1 for none; all the first if left out.
    count : int
        Number of finishes.

    Returns
    -------
    ndarray, shape (count, 2, n, n)
        Of H_p . H_q on each side, and of H_p on one with H_q on the other side; in A^2 per A^2, so
        without unit.

    Raises
    ------
    InputError
        If the marks are those of another grid.
    """
    if marks is not None and marks.shape != (3, *scene.grid.nodes):
        raise InputError.single(
            f"the marks of finishes have shape {marks.shape}, the edges {(3, *scene.grid.nodes)}",
            field="marks",
            remedy="give `finishes_of` the grid of the scene, and its shift",
        )
    metal = np.stack([ids == PEC_ROW for ids in scene.medium.ids]) & scene.exists
    n = len(fields.ports)
    dual = [
        scene.grid.dual_spacings[a].reshape([-1 if b == a else 1 for b in range(3)])
        for a in range(3)
    ]
    magnetic = [
        [f / d for f, d in zip(fields.magnetostatics.field(u), dual, strict=True)]
        for u in fields.potentials
    ]
    total = np.zeros((count, 2, n, n))
    for axis in range(3):
        at, area, finish = _metal_faces(scene, metal, axis, marks)
        above, below = (
            _beside(magnetic, at, axis, side, scene.grid.shape[axis]) for side in (0, -1)
        )
        for number in range(count):
            weight = area * (finish == number)
            for one, other, kind in ((above, above, 0), (below, below, 0), (above, below, 1)):
                found = np.einsum("pcn,qcn,n->pq", one, other, weight)
                total[number, kind] += found if kind == 0 else found + found.T
    return total


def finishes_of(
    model: VoxelModel,
    grid: Grid | None = None,
    shift: Node = _NOWHERE,
    sheet_thickness: Mapping[str, float] | None = None,
) -> tuple[list[Finish], Marks]:
    """Finishes of the parts of a device, and which edge has which; see `surface_integrals`.

    A part whose material has no conductivity counts as perfect. Walls of solids have the thickness
    that the audit found, half of them thicker; a solid without opposite sides is a thick wall.

    Parameters
    ----------
    model : VoxelModel
        The device.
    grid : Grid, optional
        A wider grid for the marks, as `widened` makes it; the device's own if left out.
    shift : Node
        What its indices of nodes are larger by.
    sheet_thickness : mapping of str to float, optional
        Thickness in metres of sheets by part; ``math.inf`` for one of many skin depths.

    Raises
    ------
    InputError
        If a sheet has no thickness.
    """
    thickness = thicknesses(model, sheet_thickness)
    finishes: list[Finish] = []
    number = np.full(len(model.bodies) + 1, -1)
    for n, body in enumerate(model.bodies):
        sigma = np.mean(body.material.conductivity)
        if body.material.metal and sigma > 0:
            wall = demand(thickness, body.name) if body.kind == "sheet" else thickness[body.name]
            finish = Finish(float(sigma), inf if wall is None else wall)
            if finish not in finishes:
                finishes.append(finish)
            number[n] = finishes.index(finish)
    marks = np.full((3, *(grid or model.grid).nodes), -1)
    place = tuple(slice(s, s + n) for s, n in zip(shift, model.grid.nodes, strict=True))
    for wide, owners in zip(marks, model.metal_part, strict=True):
        wide[place] = number[owners]
    return finishes, marks


def skin_impedance(finishes: Sequence[Finish], integrals: Real, frequencies: Real) -> Complex:
    """Impedance matrix of the skins in ohm, shape (nf, n, n).

    Parameters
    ----------
    finishes : sequence of Finish
        The metals.
    integrals : ndarray, shape (len(finishes), 2, n, n)
        As `surface_integrals` gives them.
    frequencies : ndarray, shape (nf,)
        Hz, above 0.
    """
    impedances = [(f.impedance(frequencies), -f.transfer(frequencies)) for f in finishes]
    shaped = np.array(impedances, np.complex128).reshape(len(finishes), 2, len(frequencies))
    return np.asarray(np.einsum("mkf,mkpq->fpq", shaped, integrals))


def _metal_faces(
    scene: StaticScene, metal: NDArray[np.bool_], axis: int, marks: Marks | None
) -> tuple[tuple[Marks, Marks, Marks], Real, Marks]:
    """Indices of the faces normal to an axis whose four edges are metal, areas and finishes."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    whole = metal[u] & np.roll(metal[u], -1, v) & metal[v] & np.roll(metal[v], -1, u)
    for a in (u, v):  # what was rolled round is no face
        whole[tuple(-1 if b == a else slice(None) for b in range(3))] = False
    i, j, k = np.nonzero(whole)
    at = (i, j, k)
    area = scene.grid.spacings[u][at[u]] * scene.grid.spacings[v][at[v]]
    return at, area, np.zeros(i.size, int) if marks is None else marks[u][at]


def _beside(
    magnetic: Sequence[Sequence[Real]], at: tuple[Marks, ...], axis: int, side: int, cells: int
) -> Real:
    """H half a cell above (0) or below (-1) faces, shape (n, 4, faces); zero outside the grid."""
    index = tuple(b + side if a == axis else b for a, b in enumerate(at))
    inside = (index[axis] >= 0) & (index[axis] < cells)
    index = tuple(np.where(inside, b, 0) for b in index)
    found = np.stack([_tangential(components, index, axis) for components in magnetic])
    return np.asarray(found * inside)


def _tangential(components: Sequence[Real], at: tuple[Marks, ...], axis: int) -> Real:
    """Both components of H along a face, shape (4, faces), each at its two ends by sqrt 1/2."""
    parts = []
    for along in ((axis + 1) % 3, (axis + 2) % 3):
        for step in (0, 1):
            index = tuple(b + step if a == along else b for a, b in enumerate(at))
            parts.append(components[along][index] * np.sqrt(0.5))
    return np.stack(parts)
