"""The closed surface whose currents stand for everything inside it.

On a Yee grid the equivalence principle is exact when the electric current sits on the surface's
edges with h taken half a cell outside, and the magnetic current half a cell outside with e taken on
the surface: these are the very terms that the total-field/scattered-field correction adds. No
averaging of positions is needed, and the transform's only error is the grid's own outside the
surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.solver.monitors.field_samples import FieldSamples
from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents
from emtwin.solver.sources.edges import parity


class Patch(NamedTuple):
    """All edges of one direction on one face of a box, each with the h outside it."""

    tangential: int
    third: int
    sign: int
    e_index: NDArray[np.int64]
    h_index: NDArray[np.int64]
    area: NDArray[np.float64]


def patch(grid: Grid, lo: Node, hi: Node, normal: int, side: int, tangential: int) -> Patch:
    """Edges along axis `tangential` on the lower (`side` 0) or upper face across axis `normal`."""
    third = 3 - normal - tangential
    plane = (lo, hi)[side][normal]
    ranges = [np.arange(lo[a], hi[a] + (a != tangential)) for a in range(3)]
    ranges[normal] = np.array([plane])
    e_index = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
    h_index = e_index.copy()
    h_index[:, normal] = plane - 1 if side == 0 else plane
    length = grid.spacings[tangential][e_index[:, tangential]]
    width = grid.dual_spacings[third][e_index[:, third]]
    sign = parity(tangential, normal, third) * (1 if side else -1)
    return Patch(tangential, third, sign, e_index, h_index, length * width)


@dataclass(frozen=True, eq=False)
class HuygensSurface:
    """Surface of the box between two nodes.

    Parameters
    ----------
    grid : Grid
        The grid.
    lo, hi : Node
        Corners; the surface lies in vacuum, outside every source and conductor.
    on_floor : bool
        The box stands on a conducting floor at node lo.k: no face there, images take its place.
    """

    grid: Grid
    lo: Node
    hi: Node
    on_floor: bool = False

    @cached_property
    def _patches(self) -> tuple[Patch, ...]:
        return tuple(patch(self.grid, self.lo, self.hi, *kind) for kind in self._kinds())

    def _kinds(self) -> list[tuple[int, int, int]]:
        """Normal, side and tangential axis of each patch."""
        faces = [(normal, side) for normal in range(3) for side in (0, 1)]
        if self.on_floor:
            faces.remove((2, 0))
        return [(*face, along) for face in faces for along in range(3) if along != face[0]]

    @property
    def n_samples(self) -> int:
        """Number of `samples`, without making them."""
        sides = [high - low for low, high in zip(self.lo, self.hi, strict=True)]
        return 2 * sum(
            sides[along] * (sides[3 - normal - along] + 1) for normal, _, along in self._kinds()
        )

    @cached_property
    def samples(self) -> FieldSamples:
        """The field values that the surface needs: e on it, h half a cell outside."""
        components, indices = [], []
        for patch in self._patches:
            count = len(patch.e_index)
            components += ["e_" + "xyz"[patch.tangential]] * count + [
                "h_" + "xyz"[patch.third]
            ] * count
            indices += [patch.e_index, patch.h_index]
        return FieldSamples("huygens surface", np.array(components), np.concatenate(indices))

    def currents(
        self, frequencies: NDArray[np.float64], spectrum: NDArray[np.complexfloating]
    ) -> EquivalentCurrents:
        """Point dipoles from the spectra of `samples`.

        Parameters
        ----------
        frequencies : ndarray, shape (nf,)
            Frequencies in Hz.
        spectrum : ndarray, shape (nf, n)
            Spectra of the samples, V/m and A/m (times seconds, or per volt: any common unit).

        Returns
        -------
        EquivalentCurrents
            Electric and magnetic point dipoles.
        """
        electric, magnetic, start = [], [], 0
        for patch in self._patches:
            count = len(patch.e_index)
            e = spectrum[:, start : start + count]
            h = spectrum[:, start + count : start + 2 * count]
            start += 2 * count
            weight = (patch.sign * patch.area).astype(np.float32)
            electric.append(
                (self._at(patch.e_index, patch.tangential, "e"), patch.tangential, h * weight)
            )
            magnetic.append((self._at(patch.h_index, patch.third, "h"), patch.third, e * weight))
        return EquivalentCurrents(frequencies, _joined(electric), _joined(magnetic))

    def _at(self, index: NDArray[np.int64], axis: int, kind: str) -> NDArray[np.float64]:
        """Positions in metres of e edges or h faces of a direction."""
        columns = []
        for a in range(3):
            centred = (a == axis) if kind == "e" else (a != axis)
            lines = self.grid.centres[a] if centred else self.grid.lines[a]
            columns.append(lines[index[:, a]])
        return np.stack(columns, -1)


def _joined(parts: list[tuple[NDArray[np.float64], int, NDArray[np.complexfloating]]]) -> Dipoles:
    position = np.concatenate([p for p, _, _ in parts])
    axis = np.concatenate([np.full(len(p), a, np.int64) for p, a, _ in parts])
    return Dipoles(position, axis, np.concatenate([m for _, _, m in parts], axis=1))
