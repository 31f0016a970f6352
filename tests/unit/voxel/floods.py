"""Which cells a flood from the corner of a grid reaches past the metal of a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.voxel import VoxelModel


def flooded(model: VoxelModel) -> NDArray[np.bool_]:
    """Cells reached from the corner through faces that are not metal and cells that are not."""
    metal = np.array([False, *(b.kind == "solid" and b.material.metal for b in model.bodies)])
    free = ~metal[model.cell_part + 1]
    wet = np.zeros(model.grid.shape, dtype=bool)
    wet[0, 0, 0] = True
    while True:
        before = int(wet.sum())
        for axis in range(3):
            shut = np.moveaxis(model.sheet_part[axis], axis, 0)[1:-1] >= 0
            view, open_to = np.moveaxis(wet, axis, 0), np.moveaxis(free, axis, 0)
            for cell in range(1, len(view)):
                view[cell] |= view[cell - 1] & ~shut[cell - 1] & open_to[cell]
            for cell in range(len(view) - 1, 0, -1):
                view[cell - 1] |= view[cell] & ~shut[cell - 1] & open_to[cell - 1]
        if int(wet.sum()) == before:
            return wet
