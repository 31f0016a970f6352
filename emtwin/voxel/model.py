"""Voxelisation: bodies on a grid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.errors import InputError, Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.materials import Material, lookup
from emtwin.voxel.audit.parts import PartAudit, audit_parts, lost_parts, part_notices
from emtwin.voxel.audit.walls import WallAudit, audit_walls, loss_notices, loss_problems
from emtwin.voxel.bodies import Body, faults
from emtwin.voxel.edges import EdgeBuilder, fill_rows
from emtwin.voxel.inside.certainty import Certainty, certainty_notices
from emtwin.voxel.inside.solids import fill
from emtwin.voxel.mixtures import mixtures
from emtwin.voxel.walls.cells import thin_cells, without
from emtwin.voxel.walls.faces import WallFaces
from emtwin.voxel.walls.models import Band, wall_models
from emtwin.voxel.walls.resistive import filled_cells, with_conductance
from emtwin.voxel.walls.sides import TwoSidedWall
from emtwin.voxel.walls.thickness import thickness_of
from emtwin.voxel.walls.thin import Ints, faces_of_solids

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
        Material row per edge; row 0 is a perfect conductor.
    metal_part_x, metal_part_y, metal_part_z : ndarray of int16
        Part that owns each metal edge, stored as in `medium`, -1 where there is none. Those of
        walls that leak are no perfect conductor.
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
    two_sided : tuple of TwoSidedWall
        Walls with two sides, for which the medium has what lies around them.
    steps : tuple of ndarray of int64
        Pairs of edges along x, y, z that have one field, beside the steps of resistive walls: flat
        indices into `grid.nodes`, shape (n, 2).
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
    two_sided: tuple[TwoSidedWall, ...] = ()
    steps: tuple[Ints, ...] = ()

    @cached_property
    def as_conductors(self) -> Medium:
        """The medium with a perfect conductor on every metal edge, also where a wall leaks."""
        medium = self.medium
        ids = [
            np.where(part >= 0, np.uint16(PEC_ROW), row)
            for part, row in zip(self.metal_part, medium.ids, strict=True)
        ]
        if all(np.array_equal(a, b) for a, b in zip(ids, medium.ids, strict=True)):
            return medium
        x, y, z = ids
        return Medium(
            x, y, z, medium.permittivity, medium.conductivity, medium.faces, medium.dispersion
        )

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
    band: Band | None = None,
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
    band : Band, optional
        Frequencies at which thin walls of metal are to leak as they do, see `walls.models`;
        without it all metal is a perfect conductor.

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
    thickness = [
        thickness_of(body.surface, grid) if body.kind == "solid" else None for body in bodies
    ]
    models = wall_models(bodies, thickness, band)
    solids = faces_of_solids(bodies, grid, filled.cell_part)
    thin = {n: thin_cells(bodies[n], n, grid, filled.cell_part) for n in models if n in solids}
    drawn, filled = filled.cell_part, replace(filled, cell_part=without(filled.cell_part, thin))
    resistive = [n for n, model in models.items() if model.kind == "resistive"]
    mixed_cells = mixtures(bodies, grid, filled.cell_part, background, backend).with_walls(
        [
            filled_cells(bodies[n], n, models[n], grid, filled.cell_part)
            for n in resistive
            if bodies[n].kind == "solid"
        ]
    )
    filled = replace(filled, volumes=filled.volumes | mixed_cells.volumes)
    builder = EdgeBuilder(bodies, grid, filled.cell_part, background, mixed_cells, resistive)
    bulk, first_rows = builder.bulk_rows()
    ids, rank, mixed = builder.build_all(bulk)
    metal_faces = WallFaces.of(builder, solids, models, drawn, thin)
    mixed = with_conductance(ids, mixed, first_rows, metal_faces.conductances(grid))
    table, rounding = fill_rows(ids, mixed, first_rows)
    faces = metal_faces.apply(builder, rank, ids)
    two_sided = metal_faces.two_sided(faces, ids, grid)
    steps = metal_faces.steps(ids, two_sided, grid)
    metal = [builder.owners(ranks) for ranks in rank]
    audits = audit_parts(bodies, grid, filled, builder.edge_counts(metal), metal_faces.faces)
    swallowed = list(loss_problems(bodies, solids, covered))
    named = {problem.field for problem in swallowed}
    lost = lost_parts(bodies, filled, audits)
    _raise_any(swallowed + [problem for problem in lost if problem.field not in named])
    walls = audit_walls(
        bodies, thickness, [part.cells for part in audits], faces, solids, models, band
    )
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
            *part_notices(audits, [wall.faces > 0 for wall in walls]),
            *loss_notices(walls),
            *_rounding_notices(rounding),
            *(
                notice
                for index, certainty in filled.certainty.items()
                for notice in certainty_notices(bodies[index].name, certainty)
            ),
        ),
        walls=walls,
        two_sided=two_sided,
        steps=steps,
        certainty=tuple(filled.certainty.get(index) for index in range(len(bodies))),
    )


def _carried(bodies: Sequence[Body]) -> tuple[Notice, ...]:
    """Notices of all bodies, those of one file once."""
    return tuple(dict.fromkeys(notice for body in bodies for notice in body.notices))


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
