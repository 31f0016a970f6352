"""A campaign as files that ParaView opens: voxels, |E|, surfaces, wires."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.results.campaign import Campaign
from emtwin.results.layout import AXES, PLANES, grid_lines
from emtwin.results.vtk_xml import write_polydata, write_rectilinear

if TYPE_CHECKING:
    import xarray as xr


def write_vtk(campaign: Campaign, folder: Path) -> list[Path]:
    """Write everything spatial in `campaign` as VTK XML files.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    folder : Path
        Folder for the files; made if missing.

    Returns
    -------
    list of Path
        Files written: ``.vtr`` for voxels and field planes, ``.vtp`` for the
        device's surfaces, sheet faces, wires and the surface field.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for part, dataset in campaign.group("device").items():
        files.append(_device(folder / f"device_{_stem(part)}.vtp", dataset))
    for site, dataset in campaign.group("voxels").items():
        files += _voxels(folder, _stem(site), dataset)
    for site, dataset in campaign.group("wires").items():
        files.append(_wires(folder / f"wires_{_stem(site)}.vtp", dataset))
    for test, dataset in campaign.group("field").items():
        files += _planes(folder, _stem(test), dataset)
    for test, dataset in campaign.group("surface_field").items():
        files.append(_surface_field(folder / f"surface_field_{_stem(test)}.vtp", dataset))
    return files


def _stem(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)


def _device(path: Path, part: xr.Dataset) -> Path:
    return write_polydata(path, part["points"].values, part["triangles"].values)


def _voxels(folder: Path, site: str, voxels: xr.Dataset) -> list[Path]:
    lines = grid_lines(voxels)
    part = voxels["part"].values.astype(np.int16)
    files = [write_rectilinear(folder / f"voxels_{site}.vtr", lines, cell_data={"part": part})]
    quads = [
        sheet_quads(lines, axis, voxels[f"sheet_{name}"].values)
        for axis, name in enumerate(AXES)
        if f"sheet_{name}" in voxels
    ]
    corners = np.concatenate([np.empty((0, 4, 3)), *quads])
    if len(corners):
        cells = np.arange(4 * len(corners), dtype=np.int64).reshape(-1, 4)
        files.append(write_polydata(folder / f"sheets_{site}.vtp", corners.reshape(-1, 3), cells))
    return files


def sheet_quads(
    lines: tuple[NDArray[np.float64], ...], axis: int, faces: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Corners of the marked cell faces normal to `axis`.

    Parameters
    ----------
    lines : tuple of ndarray
        Grid lines along x, y, z in metres.
    axis : int
        Normal of the faces, 0, 1 or 2.
    faces : ndarray of bool
        Faces by index, one more along `axis` than there are cells.

    Returns
    -------
    ndarray
        Shape (n, 4, 3), metres, in order around each face.
    """
    index = np.argwhere(faces)
    u, v = (other for other in range(3) if other != axis)
    corners = np.empty((len(index), 4, 3))
    corners[:, :, axis] = lines[axis][index[:, axis]][:, None]
    for corner, (du, dv) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        corners[:, corner, u] = lines[u][index[:, u] + du]
        corners[:, corner, v] = lines[v][index[:, v] + dv]
    return corners


def _wires(path: Path, wires: xr.Dataset) -> Path:
    points = np.stack([wires["start"].values, wires["end"].values], axis=1).reshape(-1, 3)
    cells = np.arange(len(points), dtype=np.int64).reshape(-1, 2)
    _, ids = np.unique(wires["wire"].values.astype(str), return_inverse=True)
    return write_polydata(path, points, cells, cell_data={"wire": ids.astype(np.int32)})


def _planes(folder: Path, test: str, field: xr.Dataset) -> list[Path]:
    """One plane per file, each a rectilinear grid that is one line thick."""
    files = []
    for plane in PLANES:
        if f"e_{plane}" not in field:
            continue
        normal = next(axis for axis in AXES if axis not in plane)
        lines = [
            np.array([field.attrs[f"{axis}0"]]) if axis == normal else field[axis].values
            for axis in AXES
        ]
        values = np.asarray(field[f"e_{plane}"].transpose(*plane).values, dtype=np.float32)
        cube = values.reshape([line.size for line in lines])
        path = folder / f"field_{test}_{plane}.vtr"
        files.append(write_rectilinear(path, lines, point_data={"E [V/m]": cube}))
    return files


def _surface_field(path: Path, field: xr.Dataset) -> Path:
    points = field["point"].values
    cells = np.arange(len(points), dtype=np.int64).reshape(-1, 1)
    values = {"E [V/m]": np.asarray(field["e"].values, dtype=np.float32)}
    return write_polydata(path, points, cells, point_data=values)
