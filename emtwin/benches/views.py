"""The fields that the pictures show: three planes through the device, and its surface.

They are taken at all frequencies of the run, since the worst one is known only afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.sites import Site
from emtwin.results import layout
from emtwin.solver import FieldSamples, RunResult
from emtwin.voxel import VoxelModel
from emtwin.voxel.inside.outside import outside

PLANES = ("xy", "xz", "yz")


def samples_of_views(site: Site) -> tuple[FieldSamples, ...]:
    """Monitors for the three planes and the device's surface."""
    groups = {plane: _plane_cells(site, plane) for plane in PLANES} | {
        "surface": surface_cells(site.model)
    }
    return tuple(FieldSamples.cells(name, site.grid, cells) for name, cells in groups.items())


def _middle(site: Site) -> tuple[int, int, int]:
    """Cell in the middle of the device, in which the planes meet."""
    points = np.concatenate([body.surface.points for body in site.model.bodies])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    i, j, k = (
        min(int(np.searchsorted(lines, value, side="right")) - 1, lines.size - 2)
        for lines, value in zip(site.grid.lines, middle, strict=True)
    )
    return i, j, k


def _plane_cells(site: Site, plane: str) -> NDArray[np.int64]:
    middle, surface = _middle(site), site.surface
    ranges = [np.arange(surface.lo[a], surface.hi[a]) for a in range(3)]
    normal = next(a for a in range(3) if "xyz"[a] not in plane)
    ranges[normal] = np.array([middle[normal]])
    return np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)


def surface_cells(model: VoxelModel) -> NDArray[np.int64]:
    """Cells just outside the device, reached from the border of the grid, shape (m, 3)."""
    from scipy.ndimage import binary_dilation

    solid = model.cell_part >= 0
    closed = [sheet >= 0 for sheet in model.sheet_part]
    near = binary_dilation(solid)
    for axis, sheet in enumerate(closed):
        faces = np.moveaxis(sheet, axis, 0)
        beside = np.moveaxis(near, axis, 0)
        beside |= faces[:-1] | faces[1:]
    cells: NDArray[np.int64] = np.argwhere(near & outside(solid, closed))
    return cells


def view_datasets(
    site: Site, result: RunResult, test: str, frequency: float, emf: float, caption: str
) -> dict[str, Any]:
    """Datasets of the planes and of the surface at the frequency of the run nearest to `frequency`.

    Parameters
    ----------
    site : Site
        The site.
    result : RunResult
        Run with the samples of `samples_of_views`.
    test : str
        Name of the test, part of the datasets' names.
    frequency : float
        Worst frequency in Hz.
    emf : float
        Source voltage in V rms that the picture is scaled to.
    caption : str
        What the picture shows; the frequency is added.

    Returns
    -------
    dict of str to Dataset
        ``field/<test>`` and ``surface_field/<test>``.
    """
    n = int(np.abs(result.frequencies - frequency).argmin())
    shown = float(result.frequencies[n])
    scale = emf / np.abs(result.source[n])
    magnitude = {name: _magnitude(result, name, n) * scale for name in (*PLANES, "surface")}
    middle, grid, surface = _middle(site), site.grid, site.surface
    shape = [surface.hi[a] - surface.lo[a] for a in range(3)]
    axes = [grid.centres[a][surface.lo[a] : surface.hi[a]] for a in range(3)]
    planes = {p: magnitude[p].reshape([shape["xyz".index(letter)] for letter in p]) for p in PLANES}
    at = [float(grid.centres[a][middle[a]]) for a in range(3)]
    text = f"{caption} Shown at {shown / 1e6:.4g} MHz."
    cells = surface_cells(site.model)
    points = np.stack([grid.centres[a][cells[:, a]] for a in range(3)], -1)
    return {
        f"field/{test}": layout.field_planes(axes, planes, at, shown, text),
        f"surface_field/{test}": layout.surface_field(points, magnitude["surface"], shown, text),
    }


def _magnitude(result: RunResult, name: str, n: int) -> NDArray[np.float64]:
    field = result.samples[name].at_cells(result.spectra[name][n : n + 1])[0]
    magnitude: NDArray[np.float64] = np.sqrt((np.abs(field.astype(np.complex128)) ** 2).sum(axis=0))
    return magnitude
