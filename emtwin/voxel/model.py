"""Voxelisation: bodies on a grid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.errors import InputError, Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.materials import Material, lookup
from emtwin.voxel.audit import PartAudit, audit_parts, lost_parts, part_notices
from emtwin.voxel.bodies import Body, faults
from emtwin.voxel.certainty import Certainty, certainty_notices
from emtwin.voxel.edges import EdgeBuilder, apply_sheet, fill_rows
from emtwin.voxel.mixtures import mixtures
from emtwin.voxel.sheets import metal_faces, rim_edges
from emtwin.voxel.solids import fill
from emtwin.voxel.wall_audit import WallAudit, audit_walls, loss_notices, loss_problems
from emtwin.voxel.walls import Ints, SolidFaces, bypassed, faces_of_solids

ROUNDING_TOLERANCE = 1e-5
"""Largest relative rounding of an averaged edge that needs no notice."""


@dataclass(frozen=True, eq=False)
class VoxelModel:
    """The device on the grid.

    Parameters
    ----------
    grid : Grid
        Grid.
    bodies : tuple of Body
        Bodies, in the order of all part numbers below.
    cell_part : ndarray of int16
        Part of each cell, shape `grid.shape`, -1 for the background.
    medium : Medium
        Material row per edge; row 0 is metal.
    metal_part_x, metal_part_y, metal_part_z : ndarray of int16
        Part that owns each metal edge, stored as in `medium`, -1 where there is none.
    sheet_part_x, sheet_part_y, sheet_part_z : ndarray of int16
        Metal part of each metal face, -1 for none; shape (nx+1, ny, nz) for the faces normal
        to x, and so on. Faces stand for sheets, and for walls of solids between two cell centres.
    audit : tuple of PartAudit
        What became of every body.
    rounding : float
        Largest relative difference between an edge's average and its material row.
    notices : tuple of Notice
        Warnings to carry into the report.
    certainty : tuple of Certainty or None
        How the cells of every body were decided; None for a sheet.
    walls : tuple of WallAudit
        Thickness of every part, and what stands for its walls.
    """

    grid: Grid
    bodies: tuple[Body, ...]
    cell_part: NDArray[np.int16]
    medium: Medium
    metal_part_x: NDArray[np.int16]
    metal_part_y: NDArray[np.int16]
    metal_part_z: NDArray[np.int16]
    sheet_part_x: NDArray[np.int16]
    sheet_part_y: NDArray[np.int16]
    sheet_part_z: NDArray[np.int16]
    audit: tuple[PartAudit, ...]
    rounding: float
    notices: tuple[Notice, ...]
    certainty: tuple[Certainty | None, ...] = ()
    walls: tuple[WallAudit, ...] = ()

    @property
    def metal_part(self) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
        """Owners of the metal edges along x, y, z."""
        return self.metal_part_x, self.metal_part_y, self.metal_part_z

    @property
    def sheet_part(self) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
        """Parts of the metal faces normal to x, y, z."""
        return self.sheet_part_x, self.sheet_part_y, self.sheet_part_z


def voxelise(
    bodies: Sequence[Body],
    grid: Grid,
    background: Material | None = None,
    covered: Collection[str] = (),
    backend: Backend | None = None,
) -> VoxelModel:
    """Put `bodies` on `grid`.

    A cell belongs to the solid of highest priority that holds its centre. A face is
    metal where the line between its two cell centres crosses a sheet, or the wall of a
    metal solid in which neither centre lies. An edge is metal
    if a cell or face beside it is; otherwise it takes the mean permittivity and
    conductivity of its four cells, weighted with their cross-sections, each of them the
    mean of the dielectrics in it, weighted with volume.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; sheets are metal wherever they lie, whatever their priority.
    grid : Grid
        Grid that holds them.
    background : Material, optional
        What fills the rest; vacuum by default.
    covered : collection of str
        Metal parts whose place dielectrics of higher priority may take.
    backend : Backend, optional
        Where to find cells and shares of cells, the same bits on each; by default the native
        library, else NumPy.

    Returns
    -------
    VoxelModel
        Cells, edges, conductors and audit.

    Raises
    ------
    InputError
        If a solid is not closed, a sheet is not metal, a part leaves the grid, parts of
        equal priority and different material overlap, a dielectric of higher priority
        takes the place of a metal part, or a part gets no edge: all parts that fail in the
        same way at once. If the backend has too little memory free for a part.
    """
    bodies = tuple(bodies)
    _raise_any(list(faults(bodies, grid)))
    filled = fill(bodies, grid, backend)
    background = background or lookup("vacuum")
    mixed_cells = mixtures(bodies, grid, filled.cell_part, background, backend)
    filled = replace(filled, volumes=filled.volumes | mixed_cells.volumes)
    builder = EdgeBuilder(bodies, grid, filled.cell_part, background, mixed_cells)
    bulk, first_rows = builder.bulk_rows()
    ids, rank, mixed = builder.build_all(bulk)
    table, rounding = fill_rows(ids, mixed, first_rows)
    solids = faces_of_solids(bodies, grid, filled.cell_part)
    faces = _add_faces(builder, rank, ids, solids)
    metal = [builder.owners(ranks) for ranks in rank]
    audits = audit_parts(bodies, grid, filled, builder.edge_counts(metal))
    swallowed = list(loss_problems(bodies, solids, covered))
    named = {problem.field for problem in swallowed}
    lost = lost_parts(bodies, filled, audits)
    _raise_any(swallowed + [problem for problem in lost if problem.field not in named])
    walls = audit_walls(bodies, grid, [part.cells for part in audits], faces, solids)
    return VoxelModel(
        grid=grid,
        bodies=bodies,
        cell_part=filled.cell_part,
        medium=Medium(ids[0], ids[1], ids[2], table[:, 0], table[:, 1]),
        metal_part_x=metal[0],
        metal_part_y=metal[1],
        metal_part_z=metal[2],
        sheet_part_x=faces[0],
        sheet_part_y=faces[1],
        sheet_part_z=faces[2],
        audit=audits,
        rounding=rounding,
        notices=(
            *_carried(bodies),
            *part_notices([a for a, wall in zip(audits, walls, strict=True) if not wall.faces]),
            *loss_notices(walls),
            *_rounding_notices(rounding),
            *(
                notice
                for index, certainty in filled.certainty.items()
                for notice in certainty_notices(bodies[index].name, certainty)
            ),
        ),
        walls=walls,
        certainty=tuple(filled.certainty.get(index) for index in range(len(bodies))),
    )


def _carried(bodies: Sequence[Body]) -> tuple[Notice, ...]:
    """Notices of all bodies, those of one file once."""
    return tuple(dict.fromkeys(notice for body in bodies for notice in body.notices))


def _add_faces(
    builder: EdgeBuilder,
    rank: list[NDArray[np.int16]],
    ids: list[NDArray[np.uint16]],
    solids: Mapping[int, SolidFaces],
) -> list[NDArray[np.int16]]:
    """Make the edges of all metal faces metal; the part of every face is returned per axis."""
    bodies, grid = builder.bodies, builder.grid
    firm = {
        index: solids[index].walls if index in solids else list(metal_faces(bodies[index], grid))
        for index in builder.metal_order
    }
    faces = _with_edges(builder, firm, solids)
    owners = [np.full(_face_shape(grid, axis), -1, dtype=np.int16) for axis in range(3)]
    # In rising rank, so that a face of two parts belongs to the same one as its edges.
    for number, index in enumerate(builder.metal_order):
        apply_sheet(rank, ids, number, list(rim_edges(faces[index], grid)))
        for owner, flat in zip(owners, faces[index], strict=True):
            owner[np.unravel_index(flat, grid.nodes)] = index
    return owners


def _with_edges(
    builder: EdgeBuilder, firm: Mapping[int, list[Ints]], solids: Mapping[int, SolidFaces]
) -> dict[int, list[Ints]]:
    """Faces of every part, with those at edges of solids that nothing leads round."""
    if not any(flat.size for faces in solids.values() for flat in faces.edges):
        return dict(firm)
    closed = [np.zeros(builder.grid.nodes, dtype=bool) for _ in range(3)]
    for every in (*firm.values(), *(faces.edges for faces in solids.values())):
        for shut, flat in zip(closed, every, strict=True):
            shut.reshape(-1)[flat] = True
    metal = builder.rank_of[builder.cell_part + np.int16(1)] >= 0
    result = dict(firm)
    for index, faces in solids.items():
        needed = [
            flat[~bypassed(flat, axis, closed, metal)] for axis, flat in enumerate(faces.edges)
        ]
        result[index] = [np.union1d(*both) for both in zip(firm[index], needed, strict=True)]
    return result


def _face_shape(grid: Grid, axis: int) -> tuple[int, int, int]:
    nx, ny, nz = (n + (axis == along) for along, n in enumerate(grid.shape))
    return nx, ny, nz


def _raise_any(problems: Sequence[Problem]) -> None:
    if problems:
        raise InputError(problems)


def _rounding_notices(rounding: float) -> Iterator[Notice]:
    if rounding > ROUNDING_TOLERANCE:
        yield Notice(
            "medium-rounded",
            f"averages between materials were rounded by up to {rounding:.1e} of their value, "
            "because the grid has more different averages than material rows",
        )
