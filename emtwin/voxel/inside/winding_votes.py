"""What the rays through all cell centres see of a surface: six votes for every cell.

Along each axis a ray counts the surface from below and from above. Around a closed surface whose
normals agree all six find the same winding number, so they decide; elsewhere they may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Backend, Box, Stage
from emtwin.backends.host_threads import in_threads
from emtwin.geometry import Surface
from emtwin.voxel.inside.bins import Bins, Span, columns_met, extremes, places, within
from emtwin.voxel.inside.memory import lists_bytes, mesh_bytes

Floats = NDArray[np.float64]
Centres = tuple[Floats, Floats, Floats]

ALL_VOTES = 6

SLAB_CELLS = 1 << 25
"""Cells that are counted at once, a byte each, unless one plane has more."""

_COINCIDENT = 1e-12  # of the grid's extent: points so near a cell centre have its coordinate


def winding_votes(
    surface: Surface, centres: Centres, backend: Backend
) -> Iterator[tuple[slice, NDArray[np.uint8]]]:
    """Number of directions, out of six, from which each cell centre is found inside.

    Parameters
    ----------
    surface : Surface
        Surface with outward normals, in metres.
    centres : tuple of ndarray of float64
        Cell centres per axis in metres, at least one along each.
    backend : Backend
        Where to count.

    Yields
    ------
    planes : slice
        Cells along x.
    votes : ndarray of uint8
        0 to 6 for every cell of these planes, shape (planes, n_y, n_z); it may be memory of the
        backend.
    """
    points, spans = _placed(surface, centres)
    mesh = {"points": backend.adopt(points), "triangles": backend.adopt(surface.triangles)}
    x, y, z = centres
    thickness = _planes_at_once(y.size * z.size)
    for start in range(0, x.size, thickness):
        planes = slice(start, min(start + thickness, x.size))
        here = (within(spans[0], planes.start, planes.stop), spans[1], spans[2])
        yield planes, _counted(here, (x[planes], y, z), mesh, backend)


def votes_bytes(surface: Surface, shape: tuple[int, int, int]) -> int:
    """Memory of the backend that counting takes.

    Parameters
    ----------
    surface : Surface
        Surface.
    shape : tuple of int
        Cells along each axis.
    """
    n_x, n_y, n_z = shape
    planes = min(n_x, _planes_at_once(n_y * n_z))
    lists = sum(
        lists_bytes(surface, columns) for columns in (n_y * n_z, planes * n_z, planes * n_y)
    )
    return mesh_bytes(surface) + lists + planes * n_y * n_z


def _planes_at_once(cells: int) -> int:
    """Planes of so many cells that are counted together."""
    return max(SLAB_CELLS // cells, 1)


def _placed(surface: Surface, centres: Centres) -> tuple[Floats, tuple[Span, Span, Span]]:
    """Points, and the columns that triangles may meet along each axis.

    A coordinate that misses a cell centre by rounding only is moved onto it.
    """
    points, corners = surface.points.copy(), np.ascontiguousarray(surface.triangles.T)

    def place(axis: int) -> Span:
        """Columns along one axis, its coordinates moved."""
        lines = centres[axis]
        near = _COINCIDENT * max(abs(lines[0]), abs(lines[-1]))
        found = places(points[:, axis], lines, near)
        close = np.flatnonzero(found & 1)
        points[close, axis] = lines[found[close] >> 1]
        return columns_met(extremes(found, corners))

    x, y, z = in_threads(place, range(3))
    return points, (x, y, z)


def _counted(
    spans: tuple[Span, Span, Span], centres: Centres, mesh: Mapping[str, Array], backend: Backend
) -> NDArray[np.uint8]:
    """Votes of all cells between some planes."""
    shape = tuple(c.size for c in centres)

    def sort(axis: int) -> Bins:
        """Triangles by the columns along one axis."""
        p, q = _across(axis)
        return Bins.of(spans[p], spans[q], (shape[p], shape[q]))

    bins = in_threads(sort, range(3))
    state = backend.zeros(int(np.prod(shape)), np.uint8)
    shared = {**mesh, "state": state}
    stages = [_rays(axis, bins[axis], centres, backend, shared) for axis in range(3)]
    backend.program(stages).run(0, 1)
    votes: NDArray[np.uint8] = backend.view(state).reshape(shape)
    return votes


def _across(axis: int) -> tuple[int, int]:
    """The two other axes, in rising order."""
    return (1 if axis == 0 else 0), (1 if axis == 2 else 2)


def _rays(
    axis: int, bins: Bins, centres: Centres, backend: Backend, shared: Mapping[str, Array]
) -> Stage:
    """Stage that casts the rays along one axis."""
    p, q = _across(axis)
    shape = [c.size for c in centres]
    strides = (shape[1] * shape[2], shape[2], 1)
    arguments = {
        **shared,
        "first": backend.adopt(bins.first),
        "listed": backend.adopt(bins.listed),
        "centres_p": backend.upload(centres[p]),
        "centres_q": backend.upload(centres[q]),
        "centres_w": backend.upload(centres[axis]),
        "stride_p": strides[p],
        "stride_q": strides[q],
        "stride_w": strides[axis],
        "n_q": shape[q],
        "n_w": shape[axis],
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
        "axis": axis,
    }
    return Stage("winding_votes", Box.items(shape[p] * shape[q]), arguments)
