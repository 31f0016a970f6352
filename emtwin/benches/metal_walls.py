"""Walls with two sides, as the solver takes them."""

from __future__ import annotations

from emtwin.solver import MetalWall
from emtwin.solver.sheet_surface import SheetFaces
from emtwin.voxel import TwoSidedWall, VoxelModel


def metal_wall(model: VoxelModel, wall: TwoSidedWall) -> MetalWall:
    """Element of the walls of a part that have two sides.

    Parameters
    ----------
    model : VoxelModel
        Where the wall is.
    wall : TwoSidedWall
        Its faces, and the metal between their sides.

    Returns
    -------
    MetalWall
        Called after the part.
    """
    x, y, z = (SheetFaces(part.index, part.above, part.widening) for part in wall.faces)
    metal = wall.model
    return MetalWall(
        model.bodies[wall.part].name,
        (x, y, z),
        metal.conductivity,
        metal.thickness,
        metal.f_max,
        metal.permeability,
    )
