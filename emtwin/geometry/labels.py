"""Volumes of labels (phantoms, segmented images) as surfaces.

Each label becomes a region: the boundary of its voxels, a closed surface of rectangles, so that
everything behind treats it like any other body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice
from emtwin.geometry.label_files import LabelVolume, read_volume
from emtwin.geometry.shapes import Shapes
from emtwin.geometry.surface import Surface

MOST_FACES = 30_000_000
"""Most faces of all boundaries together; a face needs about 150 bytes on the way."""

MOST_LABELS = 1000
"""More different values than this are an image."""


def read_labels(path: Path, form: str, names: Mapping[int, str]) -> Shapes:
    """Regions of a volume of labels.

    Parameters
    ----------
    path : Path
        The file.
    form : {"nifti", "nrrd", "raw"}
        Its format.
    names : mapping of int to str
        Names of labels, before those of the file; labels of one name are one region, and a label
        without a name is ``label_7``.

    Returns
    -------
    Shapes
        Closed surfaces of all labels but 0 (0 too if `names` names it), normals outward, in the
        unit of the file; a notice lists labels that `names` leaves out.

    Raises
    ------
    InputError
        If a package is missing, the file cannot be read, holds fractions, too many voxels, faces
        or labels, or not a label that `names` names.
    """
    try:
        volume = read_volume(path, form)
        _check_placement(volume)
        return _shapes(path, replace(volume, labels=_whole(volume.labels)), names)
    except InputError as error:
        raise InputError(replace(problem, file=path) for problem in error.problems) from error


def _check_placement(volume: LabelVolume) -> None:
    matrix = volume.placement.matrix
    finite = np.isfinite(matrix).all() and np.isfinite(volume.placement.offset).all()
    sound = matrix.shape == (3, 3) and volume.placement.offset.shape == (3,) and finite
    if not sound or abs(np.linalg.det(matrix)) <= 1e-6 * np.prod(np.linalg.norm(matrix, axis=0)):
        raise InputError.single(
            f"the axes of the voxels span no volume: {np.array(matrix).tolist()}",
            remedy="export the file again with its spacing and orientation",
        )


def _whole(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels as whole numbers; many programs store them as floats."""
    if labels.dtype.kind in "iu":
        return labels
    if labels.dtype.kind != "f" or any((slab != np.round(slab)).any() for slab in labels):
        raise InputError.single(
            f"the voxels hold fractions or no numbers (they are {labels.dtype}), not labels",
            remedy="export the segmentation again, as whole numbers",
        )
    if max(float(np.abs(slab).max()) for slab in labels) > 2**31:
        raise InputError.single("the labels are larger than 2**31", remedy="number them anew")
    return labels.astype(np.int32)


def _shapes(path: Path, volume: LabelVolume, names: Mapping[int, str]) -> Shapes:
    present = _present(volume.labels)
    absent = [f"{label} ({name})" for label, name in names.items() if label not in present]
    if absent:
        raise InputError.single(
            f"no voxel has the label {', '.join(absent)}",
            remedy=f"the labels of the file are {_listed(present)}",
        )
    wanted = [label for label in present if label != 0 or 0 in names]
    if not wanted:
        raise InputError.single(
            "every voxel is 0, the background", remedy="export the labels of the segmentation"
        )
    known = {**volume.names, **names}
    called = [known.get(label, f"label_{label}") for label in wanted]
    regions = list(dict.fromkeys(called))
    numbers = {label: regions.index(name) for label, name in zip(wanted, called, strict=True)}
    surfaces = {
        regions[number]: volume.placement.apply(surface)
        for number, surface in boundaries(_numbered(volume.labels, present, numbers))
    }
    nameless = [label for label in wanted if label not in known]
    notices = (_unnamed(path, nameless),) if nameless and known else ()
    ordered = {name: surfaces[name] for name in regions}
    return Shapes(ordered, volume.unit, notices=notices)


def _present(labels: NDArray[Any]) -> list[int]:
    """Labels in use, slab by slab so that no copy of the volume is made."""
    found: set[int] = set()
    for slab in labels:
        found.update(np.unique(slab).tolist())
        if len(found) > MOST_LABELS:
            raise InputError.single(
                f"the volume holds more than {MOST_LABELS} different values: it is an image",
                remedy="segment it first, and export the segmentation",
            )
    return sorted(found)


def _numbered(
    labels: NDArray[Any], present: list[int], numbers: Mapping[int, int]
) -> NDArray[np.int16]:
    """Number of the region of each voxel with a border of one voxel, -1 for none."""
    table = np.array([numbers.get(label, -1) for label in present], dtype=np.int16)
    result = np.full([n + 2 for n in labels.shape], -1, dtype=np.int16)
    for i, slab in enumerate(labels, start=1):
        result[i, 1:-1, 1:-1] = table[np.searchsorted(present, slab)]
    return result


def boundaries(region: NDArray[np.int16]) -> Iterator[tuple[int, Surface]]:
    """Boundary of the voxels of each region.

    Parameters
    ----------
    region : ndarray of int16
        Number of the region of each voxel, -1 for none, with a border of -1 all round, shape
        (nx + 2, ny + 2, nz + 2).

    Yields
    ------
    int and Surface
        Number of the region; closed surface, normals outward, in voxel numbers: the centre of the
        first voxel inside the border is (0, 0, 0).

    Raises
    ------
    InputError
        If there are more faces than `MOST_FACES`.
    """
    owners, quads = zip(*_faces(region), strict=True)
    owner, corners = np.concatenate(owners), np.concatenate(quads)
    order = np.argsort(owner, kind="stable")
    numbers, starts = np.unique(owner[order], return_index=True)
    for number, chosen in zip(numbers, np.split(order, starts[1:]), strict=True):
        if number >= 0:
            yield int(number), _surface(corners[chosen], region.shape)


def _faces(
    region: NDArray[np.int16],
) -> Iterator[tuple[NDArray[np.int16], NDArray[np.int64]]]:
    """Owner and corners of every face between two regions, once for each of the two."""
    total = 0
    for axis in range(3):
        ahead = np.moveaxis(region, axis, 0)
        low, high = ahead[:-1], ahead[1:]
        different = low != high
        total += int(np.count_nonzero(different))
        if total > MOST_FACES:
            raise InputError.single(
                f"the labels have more than {MOST_FACES / 1e6:.0f} million faces between them",
                remedy="resample the volume to coarser voxels, crop it, or give labels one name",
            )
        at = np.argwhere(different)
        quads = _quads(at[:, _back(axis)], axis, region)
        yield low[different], quads
        yield high[different], quads[:, ::-1]


def _back(axis: int) -> list[int]:
    """Columns of an index of ``moveaxis(region, axis, 0)`` in the order x, y, z."""
    order = [axis, *(k for k in range(3) if k != axis)]
    return [order.index(k) for k in range(3)]


def _quads(at: NDArray[np.int64], axis: int, region: NDArray[np.int16]) -> NDArray[np.int64]:
    """Node numbers of the faces above voxels `at`, counter-clockwise seen from above, (n, 4)."""
    _, ny, nz = region.shape
    strides = np.array([ny * nz, nz, 1], dtype=np.int64)
    a, b = strides[(axis + 1) % 3], strides[(axis + 2) % 3]
    node = at @ strides + strides[axis]
    return np.stack([node, node + a, node + a + b, node + b], axis=1)


def _surface(quads: NDArray[np.int64], shape: tuple[int, ...]) -> Surface:
    used, corners = np.unique(quads, return_inverse=True)
    corners = corners.reshape(-1, 4)
    # Node (1, 1, 1) is the lower corner of the first voxel inside the border.
    points = np.stack(np.unravel_index(used, shape), axis=1).astype(np.float64) - 1.5
    return Surface(points, np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]))


def _listed(labels: list[int]) -> str:
    shown = ", ".join(map(str, labels[:20]))
    return f"{shown} and {len(labels) - 20} more" if len(labels) > 20 else shown


def _unnamed(path: Path, labels: list[int]) -> Notice:
    return Notice(
        "labels-without-name",
        f"{path.name} has labels without a name: {_listed(labels)}; label {labels[0]} is called "
        f"label_{labels[0]}; name them in 'labels' beside the file",
    )
