"""VTK XML files written without VTK: rectilinear grids and surfaces, base64 inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

VTK_TYPES = {
    "f4": "Float32",
    "f8": "Float64",
    "i2": "Int16",
    "i4": "Int32",
    "i8": "Int64",
    "u1": "UInt8",
}

Arrays = Mapping[str, NDArray[np.generic]]


def write_rectilinear(
    path: Path,
    lines: Sequence[NDArray[np.float64]],
    cell_data: Arrays | None = None,
    point_data: Arrays | None = None,
) -> Path:
    """Write a ``.vtr`` file.

    Parameters
    ----------
    path : Path
        File to write.
    lines : sequence of ndarray
        Grid lines along x, y, z in metres; a single line makes a plane.
    cell_data, point_data : mapping of str to ndarray, optional
        Values indexed [i, j, k] on cells or on grid nodes.

    Returns
    -------
    Path
        The file written.
    """
    extent = " ".join(f"0 {line.size - 1}" for line in lines)
    body = [f'<RectilinearGrid WholeExtent="{extent}"><Piece Extent="{extent}">']
    body += _section("PointData", _fortran(point_data))
    body += _section("CellData", _fortran(cell_data))
    body += _section("Coordinates", dict(zip("xyz", lines, strict=True)))
    return _write(path, "RectilinearGrid", [*body, "</Piece></RectilinearGrid>"])


def write_polydata(
    path: Path,
    points: NDArray[np.float64],
    cells: NDArray[np.int64],
    cell_data: Arrays | None = None,
    point_data: Arrays | None = None,
) -> Path:
    """Write a ``.vtp`` file of points, segments or polygons.

    Parameters
    ----------
    path : Path
        File to write.
    points : ndarray
        Shape (n, 3), metres.
    cells : ndarray
        Shape (m, c): indices into `points`; c = 1 vertices, 2 lines, 3 or
        more polygons.
    cell_data, point_data : mapping of str to ndarray, optional
        One value per cell or per point.

    Returns
    -------
    Path
        The file written.
    """
    corners = cells.shape[1]
    kind = {1: "Verts", 2: "Lines"}.get(corners, "Polys")
    count = f'NumberOf{kind}="{len(cells)}"'
    body = [f'<PolyData><Piece NumberOfPoints="{len(points)}" {count}>']
    body += _section("PointData", point_data or {})
    body += _section("CellData", cell_data or {})
    body += _section("Points", {"points": points.reshape(-1, 3)})
    offsets = corners * np.arange(1, len(cells) + 1, dtype=np.int64)
    body += _section(kind, {"connectivity": cells.astype(np.int64).ravel(), "offsets": offsets})
    return _write(path, "PolyData", [*body, "</Piece></PolyData>"])


def _fortran(arrays: Arrays | None) -> dict[str, NDArray[np.generic]]:
    """VTK counts x fastest."""
    return {name: values.ravel(order="F") for name, values in (arrays or {}).items()}


def _section(name: str, arrays: Arrays) -> list[str]:
    inner = [_data_array(label, values) for label, values in arrays.items()]
    return [f"<{name}>", *inner, f"</{name}>"]


def _data_array(name: str, values: NDArray[np.generic]) -> str:
    values = np.ascontiguousarray(values.astype(np.uint8) if values.dtype == bool else values)
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    kind = VTK_TYPES[f"{values.dtype.kind}{values.dtype.itemsize}"]
    components = f' NumberOfComponents="{values.shape[1]}"' if values.ndim == 2 else ""
    raw = little.tobytes()
    text = base64.b64encode(np.uint64(len(raw)).tobytes() + raw).decode()
    head = f'<DataArray type="{kind}" Name={quoteattr(name)}{components} format="binary">'
    return f"{head}{text}</DataArray>"


def _write(path: Path, kind: str, body: list[str]) -> Path:
    head = (
        '<?xml version="1.0"?>\n'
        f'<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *body, "</VTKFile>\n"]), encoding="ascii")
    return path
