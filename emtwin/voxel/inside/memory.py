"""Memory that the voxeliser's kernels take where they run: told before, and refused if not free."""

from __future__ import annotations

from emtwin.backends import Backend
from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.units import format_si
from emtwin.voxel.inside.bins import PAIRS_PER_TRIANGLE, SHORT_LIST


def mesh_bytes(surface: Surface) -> int:
    """Points and triangles.

    Parameters
    ----------
    surface : Surface
        Surface.
    """
    return surface.points.nbytes + surface.triangles.nbytes


def lists_bytes(surface: Surface, columns: int) -> int:
    """Most that the triangles of a surface take when they are sorted onto columns.

    Parameters
    ----------
    surface : Surface
        Surface.
    columns : int
        Number of columns.
    """
    pairs = max(PAIRS_PER_TRIANGLE * len(surface.triangles), SHORT_LIST)
    return 4 * pairs + 8 * (columns + 1)


def refuse_if_not_free(part: str, work: str, needed: int, backend: Backend) -> None:
    """Hold what kernels will take against what their backend has free.

    Parameters
    ----------
    part : str
        Name of the part.
    work : str
        What is to be found.
    needed : int
        Bytes that this takes at once.
    backend : Backend
        Where the kernels run.

    Raises
    ------
    InputError
        If it has less free.
    """
    free = backend.free_bytes()
    if needed > free:
        raise InputError.single(
            f"to find {work} takes {format_si(float(needed), 'B', 3)} of the memory "
            f"of backend {backend.name}, which has {format_si(float(free), 'B', 3)} free",
            field=f"part '{part}'",
            remedy="free memory there, choose another backend, or give the part fewer triangles",
        )
