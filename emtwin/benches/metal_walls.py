"""Thin walls of a device, as the solver takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.solver import Element, MetalWall, StairSteps
from emtwin.solver.sheets.surface import SheetFaces
from emtwin.voxel import TwoSidedWall, VoxelModel

Index = NDArray[np.int64]


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
        _places(wall.steps, model),
    )


def wall_elements(model: VoxelModel) -> tuple[Element, ...]:
    """Everything of the thin walls of a device that is not in its medium.

    Parameters
    ----------
    model : VoxelModel
        The device on its grid.

    Returns
    -------
    tuple of Element
        Walls with two sides, and the steps of resistive ones.
    """
    walls: tuple[Element, ...] = tuple(metal_wall(model, wall) for wall in model.two_sided)
    if not any(len(pairs) for pairs in model.steps):
        return walls
    x, y, z = _places(model.steps, model)
    return (*walls, StairSteps("steps of resistive walls", (x, y, z)))


def _places(steps: Sequence[Index], model: VoxelModel) -> tuple[Index, ...]:
    """Places of edges given by flat indices, with one axis more at the end."""
    return tuple(
        np.stack(np.unravel_index(pairs, model.grid.nodes), axis=-1).astype(np.int64)
        for pairs in steps
    )
