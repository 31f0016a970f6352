"""The metal faces of all parts, and what they make of their edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW
from emtwin.voxel.edges import EdgeBuilder, apply_sheet
from emtwin.voxel.walls.cells import ThinCells, shut_faces
from emtwin.voxel.walls.models import WallModel
from emtwin.voxel.walls.resistive import Floats, conductance
from emtwin.voxel.walls.sheets import rim_edges, sheet_skins
from emtwin.voxel.walls.sides import TwoSidedWall, two_sided
from emtwin.voxel.walls.skins import Skin, both
from emtwin.voxel.walls.steps import steps_of
from emtwin.voxel.walls.thin import Ints, SolidFaces, bypassed


@dataclass(frozen=True, eq=False)
class WallFaces:
    """Metal faces by part, with the metal in them.

    Parameters
    ----------
    faces : dict of int to list of ndarray of int64
        Faces normal to x, y, z that stand for each metal part: flat indices into `grid.nodes`.
    skins : dict of int to list of Skin
        The metal in them.
    models : mapping of int to WallModel
        Models of the parts that leak; the others are perfect conductors.
    """

    faces: dict[int, list[Ints]]
    skins: dict[int, Sequence[Skin]]
    models: Mapping[int, WallModel]

    @classmethod
    def of(
        cls,
        builder: EdgeBuilder,
        solids: Mapping[int, SolidFaces],
        models: Mapping[int, WallModel],
        drawn: NDArray[np.int16],
        thin: Mapping[int, ThinCells],
    ) -> WallFaces:
        """Faces of all metal parts.

        Parameters
        ----------
        builder : EdgeBuilder
            Parts on the grid, without the cells of thin walls that leak.
        solids : mapping of int to SolidFaces
            What the rays found of each metal solid, those cells taken for metal.
        models : mapping of int to WallModel
            Models of the parts that leak.
        drawn : ndarray of int16
            Owner of each cell, those cells included.
        thin : mapping of int to ThinCells
            Those cells.
        """
        skins: dict[int, Sequence[Skin]] = {
            index: solids[index].skins
            if index in solids
            else sheet_skins(builder.bodies[index], builder.grid)
            for index in builder.metal_order
        }
        firm = {
            index: solids[index].walls if index in solids else [s.flat for s in skins[index]]
            for index in builder.metal_order
        }
        faces = _with_edges(builder, drawn, firm, solids)
        _add_thin(builder, faces, skins, thin)
        return cls(faces, skins, models)

    def conductances(self, grid: Grid) -> list[list[tuple[Ints, Floats]]]:
        """What every resistive part adds to the conductivity of its edges."""
        return [
            conductance(self.skins[index], self.faces[index], model, grid)
            for index, model in self.models.items()
            if model.kind == "resistive"
        ]

    def apply(
        self, builder: EdgeBuilder, rank: list[NDArray[np.int16]], ids: list[NDArray[np.uint16]]
    ) -> list[NDArray[np.int16]]:
        """Give the edges of all faces their owner, and make those of perfect ones metal.

        Parameters
        ----------
        builder : EdgeBuilder
            Ranks of the parts.
        rank : list of ndarray of int16
            Metal rank of every edge per axis, written in place.
        ids : list of ndarray of uint16
            Row of every edge per axis, written in place.

        Returns
        -------
        list of ndarray of int16
            Part of every face per axis, -1 for none.
        """
        grid = builder.grid
        owners = [np.full(_face_shape(grid, axis), -1, dtype=np.int16) for axis in range(3)]
        # In rising rank, so that a face of two parts belongs to the same one as its edges.
        for number, index in enumerate(builder.metal_order):
            faces = self.faces[index]
            edges = list(rim_edges(faces, grid))
            apply_sheet(rank, ids if index not in self.models else [], number, edges)
            for owner, flat in zip(owners, faces, strict=True):
                owner[np.unravel_index(flat, grid.nodes)] = index
        return owners

    def two_sided(
        self, owners: Sequence[NDArray[np.int16]], ids: list[NDArray[np.uint16]], grid: Grid
    ) -> tuple[TwoSidedWall, ...]:
        """Walls with two sides; their seams, with each other and with themselves, become metal.

        Parameters
        ----------
        owners : sequence of ndarray of int16
            Part of every face per axis.
        ids : list of ndarray of uint16
            Row of every edge per axis, written in place.
        grid : Grid
            Grid.
        """
        walls = []
        for index, model in self.models.items():
            if model.kind == "two-sided":
                mine = [_of_part(owner, index, grid) for owner in owners]
                walls.append(two_sided(index, model, self.skins[index], mine, grid))
        for wall in walls:
            for other, faces in self.faces.items():
                if other in self.models and other != wall.part:
                    _meet(wall, list(rim_edges(faces, grid)), ids, grid)
            for row, flat in zip(ids, wall.seams, strict=True):
                row.reshape(-1)[flat] = PEC_ROW
        none = [np.zeros(0, np.int64)] * 3
        return tuple(
            replace(
                wall,
                steps=steps_of([(_faces_of(wall, grid), self.skins[wall.part])], ids, none, grid),
            )
            for wall in walls
        )

    def steps(
        self, ids: list[NDArray[np.uint16]], walls: Sequence[TwoSidedWall], grid: Grid
    ) -> tuple[Ints, Ints, Ints]:
        """Pairs of edges beside the steps of the resistive walls, see `walls.steps`.

        Parameters
        ----------
        ids : list of ndarray of uint16
            Row of every edge per axis.
        walls : sequence of TwoSidedWall
            Walls that hold their own edges.
        grid : Grid
            Grid.
        """
        resistive = [
            (self.faces[index], self.skins[index])
            for index, model in self.models.items()
            if model.kind == "resistive"
        ]
        held: list[list[Ints]] = [[np.zeros(0, np.int64)] for _ in range(3)]
        for wall in walls:
            for axis, flat in _edges_of(wall, grid):
                held[axis].append(flat)
        return steps_of(resistive, ids, [np.concatenate(flat) for flat in held], grid)


def _edges_of(wall: TwoSidedWall, grid: Grid) -> list[tuple[int, Ints]]:
    return list(rim_edges(_faces_of(wall, grid), grid))


def _faces_of(wall: TwoSidedWall, grid: Grid) -> list[Ints]:
    return [np.ravel_multi_index(tuple(f.index.T), grid.nodes) for f in wall.faces]


def _meet(
    wall: TwoSidedWall,
    edges: Sequence[tuple[int, Ints]],
    ids: list[NDArray[np.uint16]],
    grid: Grid,
) -> None:
    """Make metal of the edges of a wall that another one has too."""
    mine: list[list[Ints]] = [[], [], []]
    for axis, flat in _edges_of(wall, grid):
        mine[axis].append(flat)
    for axis, flat in edges:
        shared = np.intersect1d(np.concatenate(mine[axis]), flat)
        ids[axis].reshape(-1)[shared] = PEC_ROW


def _of_part(owner: NDArray[np.int16], index: int, grid: Grid) -> Ints:
    """Faces of a part, as flat indices into `grid.nodes`."""
    flat: Ints = np.ravel_multi_index(np.nonzero(owner == index), grid.nodes).astype(np.int64)
    return flat


def _add_thin(
    builder: EdgeBuilder,
    faces: dict[int, list[Ints]],
    skins: dict[int, Sequence[Skin]],
    thin: Mapping[int, ThinCells],
) -> None:
    """Add the faces of thin cells that stand for their wall."""
    if not any(len(cells.cell) for cells in thin.values()):
        return
    closed = _closed(builder, faces.values())
    metal = builder.rank_of[builder.cell_part + np.int16(1)] >= 0
    for index, axes in shut_faces(thin, closed, metal, builder.grid).items():
        faces[index] = [
            np.union1d(f, flat) for f, (flat, _) in zip(faces[index], axes, strict=True)
        ]
        skins[index] = [
            both(skin, Skin.joined(flat, np.full(flat.size, np.nan), normal))
            for skin, (flat, normal) in zip(skins[index], axes, strict=True)
        ]


def _closed(builder: EdgeBuilder, parts: Iterable[Sequence[Ints]]) -> list[NDArray[np.bool_]]:
    """Whether each face normal to x, y, z is among those of some parts."""
    closed = [np.zeros(builder.grid.nodes, dtype=bool) for _ in range(3)]
    for every in parts:
        for shut, flat in zip(closed, every, strict=True):
            shut.reshape(-1)[flat] = True
    return closed


def _with_edges(
    builder: EdgeBuilder,
    drawn: NDArray[np.int16],
    firm: Mapping[int, list[Ints]],
    solids: Mapping[int, SolidFaces],
) -> dict[int, list[Ints]]:
    """Faces of every part, with those at edges of solids that nothing leads round."""
    if not any(flat.size for faces in solids.values() for flat in faces.edges):
        return dict(firm)
    closed = _closed(builder, [*firm.values(), *(faces.edges for faces in solids.values())])
    metal = builder.rank_of[drawn + np.int16(1)] >= 0
    result = dict(firm)
    for index, faces in solids.items():
        needed = [
            flat[~bypassed(flat, axis, closed, metal)] for axis, flat in enumerate(faces.edges)
        ]
        result[index] = [np.union1d(*pair) for pair in zip(firm[index], needed, strict=True)]
    return result


def _face_shape(grid: Grid, axis: int) -> tuple[int, int, int]:
    nx, ny, nz = (n + (axis == along) for along, n in enumerate(grid.shape))
    return nx, ny, nz
