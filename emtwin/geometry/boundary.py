"""Outer boundary of volume cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Corner numbers of each face, seen from outside counter-clockwise (VTK and Gmsh order).
FACES: dict[str, tuple[tuple[int, ...], ...]] = {
    "tetra": ((0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)),
    "pyramid": ((0, 3, 2, 1), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)),
    "wedge": ((0, 2, 1), (3, 4, 5), (0, 1, 4, 3), (1, 2, 5, 4), (2, 0, 3, 5)),
    "hexahedron": (
        (0, 3, 2, 1),
        (4, 5, 6, 7),
        (0, 1, 5, 4),
        (1, 2, 6, 5),
        (2, 3, 7, 6),
        (3, 0, 4, 7),
    ),
}


def outer_boundary(
    points: NDArray[np.float64], cells: Mapping[str, NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Triangles that bound the union of volume cells.

    A face with a cell on either side is inside; a face with cells on one side is on the boundary
    and keeps its outward direction, around cavities as well. Where cells overlap without sharing
    faces their faces all stay, and enclose the overlap twice. A cell that is there twice counts
    once.

    Parameters
    ----------
    points : ndarray of float64
        Coordinates, shape (n, 3); they decide which way inverted cells face.
    cells : mapping of str to ndarray of int64
        Corner indices per kind of cell (a key of `FACES`), shapes (m, corners).

    Returns
    -------
    ndarray of int64
        Triangles, shape (t, 3).
    """
    faces = np.concatenate([_faces(points, kind, _once(block)) for kind, block in cells.items()])
    _, first, face = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_inverse=True
    )
    same = _same_direction(faces, faces[first[face.ravel()]])
    # Opposite directions cancel: what is left over keeps the direction that prevails.
    surplus = np.bincount(face.ravel(), np.where(same, 1, -1)).astype(np.int64)
    kept = faces[first]
    kept[surplus < 0] = _reversed(kept[surplus < 0])
    return split(np.repeat(kept, np.abs(surplus), axis=0))


def _once(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cells without those whose corners are another one's."""
    _, first = np.unique(np.sort(cells, axis=1), axis=0, return_index=True)
    return cells[np.sort(first)]


def _same_direction(faces: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether faces of the same corners turn the same way as others, row by row."""
    lowest = np.where(faces < 0, np.iinfo(np.int64).max, faces).argmin(axis=1)
    corners = np.where(faces[:, 3] < 0, 3, 4)
    rows = np.arange(len(faces))
    place = (others == faces[rows, lowest, None]).argmax(axis=1)
    following = others[rows, (place + 1) % corners]
    straight = following == faces[rows, (lowest + 1) % corners]
    return np.asarray(straight, dtype=np.bool_)


def _reversed(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Faces that turn the other way."""
    result = faces.copy()
    triangle = faces[:, 3] < 0
    result[triangle, :3] = faces[triangle, 2::-1]
    result[~triangle] = faces[~triangle, ::-1]
    return result


def split(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles of faces with three or four corners, shape (f, 4), -1 for no fourth."""
    quads = faces[faces[:, 3] >= 0]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def _faces(points: NDArray[np.float64], kind: str, block: NDArray[np.int64]) -> NDArray[np.int64]:
    """All faces of one kind of cell, padded to four corners with -1, shape (f, 4)."""
    inverted = _inverted(points, kind, block)
    result = []
    for corners in FACES[kind]:
        face = np.full((len(block), 4), -1, dtype=np.int64)
        face[:, : len(corners)] = block[:, list(corners)]
        face[inverted, : len(corners)] = face[inverted, : len(corners)][:, ::-1]
        result.append(face)
    return np.concatenate(result)


def _inverted(
    points: NDArray[np.float64], kind: str, block: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Cells whose corner order is mirrored: their first face points inward."""
    face = list(FACES[kind][0][:3])
    a, b, c = (points[block[:, corner]] for corner in face)
    centre = points[block].mean(axis=1)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), centre - a)
    return np.asarray(inward > 0.0, dtype=np.bool_)
