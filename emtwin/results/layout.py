"""The agreed shape of each dataset in a campaign, so that writers and readers agree.

The layers above call these with plain arrays; pictures, report and VTK files read
what they make. Coordinates in metres, fields in V/m.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import xarray as xr

AXES = ("x", "y", "z")
PLANES = ("xy", "xz", "yz")


def device_part(points: ArrayLike, triangles: ArrayLike, material: str, kind: str) -> xr.Dataset:
    """Surface of one part as imported, for ``device/<part>``.

    Parameters
    ----------
    points : array_like
        Shape (n, 3), metres.
    triangles : array_like
        Shape (m, 3), indices into `points`.
    material : str
        Name of the material.
    kind : str
        ``solid`` or ``sheet``.

    Returns
    -------
    xarray.Dataset
        Variables points(point, xyz) and triangles(triangle, corner).
    """
    import xarray as xr

    return xr.Dataset(
        {
            "points": (("point", "xyz"), np.asarray(points, dtype=np.float64)),
            "triangles": (("triangle", "corner"), np.asarray(triangles, dtype=np.int64)),
        },
        attrs={"material": material, "kind": kind},
    )


def wires(names: Sequence[str], starts: ArrayLike, ends: ArrayLike) -> xr.Dataset:
    """Straight wire segments, for ``wires/<site>``.

    Parameters
    ----------
    names : sequence of str
        Name of the wire that each segment belongs to, length n.
    starts, ends : array_like
        End points, shapes (n, 3), metres.

    Returns
    -------
    xarray.Dataset
        Variables start(segment, xyz), end(segment, xyz), wire(segment).
    """
    import xarray as xr

    return xr.Dataset(
        {
            "start": (("segment", "xyz"), np.asarray(starts, dtype=np.float64).reshape(-1, 3)),
            "end": (("segment", "xyz"), np.asarray(ends, dtype=np.float64).reshape(-1, 3)),
            "wire": (("segment",), np.asarray(list(names), dtype=object)),
        }
    )


def voxels(
    lines: Sequence[ArrayLike],
    part: ArrayLike,
    part_names: Sequence[str],
    materials: Sequence[str],
    sheets: Mapping[str, ArrayLike] | None = None,
    conductor: ArrayLike | None = None,
    metal: Sequence[bool] = (),
) -> xr.Dataset:
    """Part of every cell, for ``voxels/<site>``.

    Parameters
    ----------
    lines : sequence of array_like
        Grid lines along x, y, z in metres, shapes (nx+1,), (ny+1,), (nz+1,).
    part : array_like
        Index into `part_names` per cell, -1 for background, shape (nx, ny, nz).
    part_names, materials : sequence of str
        Names of parts and of their materials, in the order of the indices.
    sheets : mapping of str to array_like, optional
        Metal cell faces by their normal ``x``, ``y``, ``z``: bool, shapes
        (nx+1, ny, nz), (nx, ny+1, nz), (nx, ny, nz+1).
    conductor : array_like, optional
        Number of the connected metal at every node, -1 for none, shape (nx+1, ny+1, nz+1).
    metal : sequence of bool
        Whether each part is metal.

    Returns
    -------
    xarray.Dataset
        Variables part(i, j, k) int16, sheet_x, sheet_y, sheet_z bool and conductor int32;
        coordinates x_line, y_line, z_line.
    """
    import xarray as xr

    cells = ("i", "j", "k")
    variables: dict[str, Any] = {"part": (cells, np.asarray(part, dtype=np.int16))}
    for axis, name in enumerate(AXES):
        if sheets and name in sheets:
            dims = tuple(f"{d}_line" if n == axis else d for n, d in enumerate(cells))
            variables[f"sheet_{name}"] = (dims, np.asarray(sheets[name], dtype=bool))
    if conductor is not None:
        variables["conductor"] = (
            tuple(f"{cell}_line" for cell in cells),
            np.asarray(conductor, dtype=np.int32),
        )
    coords = {
        f"{name}_line": ((f"{cell}_line",), np.asarray(values, dtype=np.float64))
        for name, cell, values in zip(AXES, cells, lines, strict=True)
    }
    attrs = {
        "part_names": json.dumps(list(part_names)),
        "materials": json.dumps(list(materials)),
        "metal": json.dumps([bool(one) for one in metal]),
    }
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def field_planes(
    axes: Sequence[ArrayLike],
    planes: Mapping[str, ArrayLike],
    at: Sequence[float],
    frequency: float,
    caption: str,
) -> xr.Dataset:
    """|E| on up to three planes through one point, for ``field/<test>``.

    Parameters
    ----------
    axes : sequence of array_like
        Sample coordinates along x, y, z in metres.
    planes : mapping of str to array_like
        ``xy``, ``xz``, ``yz`` to |E| in V/m, first letter = first axis.
    at : sequence of float
        The point (x0, y0, z0) in metres that the planes share.
    frequency : float
        Hertz.
    caption : str
        One sentence: what excites the field, and of what kind the value is.

    Returns
    -------
    xarray.Dataset
        Variables e_xy(x, y), e_xz(x, z), e_yz(y, z).
    """
    import xarray as xr

    variables = {
        f"e_{name}": (tuple(name), np.asarray(values, dtype=np.float32))
        for name, values in planes.items()
    }
    coords = {
        name: np.asarray(values, dtype=np.float64) for name, values in zip(AXES, axes, strict=True)
    }
    place = {f"{name}0": float(value) for name, value in zip(AXES, at, strict=True)}
    attrs = {"frequency": float(frequency), "caption": caption, **place}
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def surface_field(points: ArrayLike, e: ArrayLike, frequency: float, caption: str) -> xr.Dataset:
    """|E| on the surface of the device, for ``surface_field/<test>``.

    Parameters
    ----------
    points : array_like
        Shape (n, 3), metres.
    e : array_like
        |E| in V/m, shape (n,).
    frequency : float
        Hertz.
    caption : str
        One sentence: what excites the field, and of what kind the value is.

    Returns
    -------
    xarray.Dataset
        Variables point(sample, xyz), e(sample).
    """
    import xarray as xr

    return xr.Dataset(
        {
            "point": (("sample", "xyz"), np.asarray(points, dtype=np.float64).reshape(-1, 3)),
            "e": (("sample",), np.asarray(e, dtype=np.float32)),
        },
        attrs={"frequency": float(frequency), "caption": caption},
    )


def names_of(dataset: xr.Dataset, attribute: str) -> list[str]:
    """Names stored as JSON in `attribute`: a list, or a mapping in the order of the parts."""
    stored = dataset.attrs.get(attribute, "[]")
    names = json.loads(stored) if isinstance(stored, str) else stored
    return [str(name) for name in (names.values() if isinstance(names, dict) else names)]


def grid_lines(dataset: xr.Dataset) -> tuple[NDArray[np.float64], ...]:
    """Grid lines of a voxel dataset along x, y, z in metres."""
    return tuple(np.asarray(dataset[f"{name}_line"].values, dtype=np.float64) for name in AXES)
