"""Conductivity and permittivity of the cells of a voxel model at one frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import InputError, Problem
from emtwin.materials import Material, along
from emtwin.voxel import VoxelModel


def tissue_admittivity(
    model: VoxelModel, frequency: float, displacement: bool = True
) -> NDArray[Any]:
    """Admittivity of every cell that conducts, for `induce`.

    Parameters
    ----------
    model : VoxelModel
        Bodies on a grid.
    frequency : float
        Frequency in Hz.
    displacement : bool
        Whether conducting cells also carry displacement current.

    Returns
    -------
    ndarray
        Conductivity, with `displacement` plus j w permittivity, in S/m, shape (3 axes, nx, ny, nz);
        0 in bodies without loss and in the background. Losses of poles count as conductivity.

    Raises
    ------
    InputError
        If a metal part has cells: its currents' own field is not small. All such parts at once.
    """
    owned = np.unique(model.cell_part)
    bodies = [(n, model.bodies[n]) for n in owned.tolist() if n >= 0]
    problems = [
        Problem(
            f"'{body.name}' is metal: the field of its own currents is not small",
            field=f"part '{body.name}'",
            remedy="leave it out, or solve a thin-walled part as a shell",
        )
        for _, body in bodies
        if body.material.metal
    ]
    if problems:
        raise InputError(problems)
    kappa = np.zeros((3, len(model.bodies) + 1), complex if displacement else float)
    for n, body in bodies:
        for axis in range(3):
            value = _admittivity(body.material, axis, frequency)
            kappa[axis, n] = value if displacement and value.real > 0.0 else value.real
    return np.asarray(kappa[:, model.cell_part])


def _admittivity(material: Material, axis: int, frequency: float) -> complex:
    """Sigma + j w eps along an axis, in S/m."""
    relative = along(material.permittivity, axis) + material.poles_along(axis).at(frequency)
    omega = TWO_PI * frequency
    return along(material.conductivity, axis) + 1j * omega * EPS0 * complex(relative)
