"""Files of label volumes: NIfTI, NRRD, and raw bytes with a JSON file beside them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry.length_unit import scale_of
from emtwin.geometry.placement import Placement

MOST_VOXELS = 2**28
"""Largest volume that is read, about 645 voxels a side."""

_MODULES = {"nifti": ("nibabel", "nibabel"), "nrrd": ("nrrd", "pynrrd")}
_EXPORT_AGAIN = "export it again, and look at it in 3D Slicer or ITK-SNAP"
_RAW_EXAMPLE = (
    '{"shape": [200, 200, 300], "spacing": [1, 1, 1], "unit": "mm", "dtype": "uint8", '
    '"order": "F", "labels": {"1": "skin"}}'
)


@dataclass(frozen=True, eq=False)
class LabelVolume:
    """Labels on a regular lattice.

    Parameters
    ----------
    labels : ndarray of int
        Label of each voxel, shape (nx, ny, nz).
    placement : Placement
        From voxel numbers to coordinates in the unit of the file; the centre of voxel (0, 0, 0)
        is (0, 0, 0) in numbers.
    names : mapping of int to str
        Names that the file itself gives.
    unit : float or None
        Size of the file's unit in metres, None where it does not say it.
    """

    labels: NDArray[Any]
    placement: Placement
    names: Mapping[int, str]
    unit: float | None


def read_volume(path: Path, form: str) -> LabelVolume:
    """The volume in a file.

    Parameters
    ----------
    path : Path
        The file; for ``raw`` the JSON file beside the bytes.
    form : {"nifti", "nrrd", "raw"}
        Its format.

    Returns
    -------
    LabelVolume
        As stored, nothing resampled.

    Raises
    ------
    InputError
        If a package is missing, the volume is too large, or the file cannot be read.
    """
    if form == "raw":
        return _raw(path)
    module, package = _MODULES[form]
    if importlib.util.find_spec(module) is None:
        raise InputError.single(
            f"reading {form} files needs {package}, which is not installed",
            remedy="pip install 'emtwin[phantoms]'",
        )
    try:
        return _nifti(path) if form == "nifti" else _nrrd(path)
    except InputError:
        raise
    except Exception as error:  # both packages fail with whatever their parsing met
        cause = " ".join(str(error).split()) or type(error).__name__
        raise InputError.single(
            f"the file cannot be read as {form}: {cause[:300]}", remedy=_EXPORT_AGAIN
        ) from error


def _nifti(path: Path) -> LabelVolume:
    import nibabel

    image: Any = nibabel.load(path)
    shape = tuple(image.shape)
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    _refuse_shape(shape)
    affine = np.asarray(image.affine, dtype=np.float64)
    unit = {"meter": 1.0, "mm": 1e-3, "micron": 1e-6}.get(image.header.get_xyzt_units()[0])
    labels = np.asanyarray(image.dataobj).reshape(shape)
    names: dict[int, str] = {}
    for extension in image.header.extensions:
        names |= _names_in(extension.get_content())
    return LabelVolume(labels, Placement(affine[:3, :3], affine[:3, 3]), names, unit)


def _names_in(content: Any) -> dict[int, str]:
    """Names of an extension of a NIfTI file that is JSON with ``labels``; others are not ours."""
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else str(content)
        return _names(json.loads(text.rstrip("\x00"))["labels"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _nrrd(path: Path) -> LabelVolume:
    import nrrd

    with path.open("rb") as file:
        header: Any = nrrd.read_header(file)
    _refuse_shape(tuple(int(n) for n in header["sizes"]))
    labels, header = nrrd.read(str(path), index_order="F")
    if "space directions" in header:
        matrix = np.asarray(header["space directions"], dtype=np.float64).T
    else:
        matrix = np.diag(np.asarray(header.get("spacings", np.ones(3)), dtype=np.float64))
    origin = np.asarray(header.get("space origin", np.zeros(3)), dtype=np.float64)
    units = set(header.get("space units", header.get("units", []))) - {""}
    unit = scale_of(units.pop(), path) if len(units) == 1 else None
    names = {}
    for key, value in header.items():
        if key.startswith("Segment") and key.endswith("_LabelValue"):
            names[int(value)] = str(header.get(key.replace("LabelValue", "Name"), ""))
    return LabelVolume(
        labels, Placement(matrix, origin), {k: n for k, n in names.items() if n}, unit
    )


def _raw(path: Path) -> LabelVolume:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        shape = tuple(int(n) for n in said["shape"])
        kind = np.dtype(said["dtype"])
        spacing = [float(length) for length in said["spacing"]]
        origin = [float(length) for length in said.get("origin", (0.0, 0.0, 0.0))]
        order = said.get("order", "C")
        unit = said["unit"]
        names = _names(said.get("labels", {}))
        beside = path.with_name(said.get("file", path.name.removesuffix(".json")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
        raise InputError.single(
            f"the description of the raw volume cannot be read: {what}",
            remedy=f"write, for example, {_RAW_EXAMPLE}",
        ) from error
    _refuse_shape(shape)
    if kind.kind not in "iu" or order not in ("C", "F") or not len(spacing) == len(origin) == 3:
        raise InputError.single(
            f"the raw volume is described with dtype {kind}, order {order!r}, {len(spacing)} "
            f"spacings and {len(origin)} coordinates of the origin",
            remedy="use whole numbers such as uint8, order C or F, and three of each",
        )
    if not beside.is_file():
        raise InputError.single(
            f"the file {beside.name} with the voxels does not exist beside it",
            remedy='name it in the description: "file": "NAME.raw"',
        )
    needed = int(np.prod(shape)) * kind.itemsize
    if beside.stat().st_size != needed:
        raise InputError.single(
            f"{beside.name} has {beside.stat().st_size} bytes, but {' x '.join(map(str, shape))} "
            f"voxels of {kind} are {needed}",
            remedy="correct shape or dtype; a file with a header is not raw",
        )
    labels = np.fromfile(beside, kind).reshape(shape, order=order)
    placement = Placement(np.diag(spacing), np.array(origin))
    return LabelVolume(labels, placement, names, scale_of(unit, path))


def _names(found: Mapping[Any, Any]) -> dict[int, str]:
    return {int(label): str(name) for label, name in found.items()}


def _refuse_shape(shape: Sequence[int]) -> None:
    if len(shape) != 3 or min(shape) < 1:
        raise InputError.single(
            f"the volume has the shape {tuple(shape)}, but labels need three axes",
            remedy="export one volume, without time steps or channels",
        )
    voxels = shape[0] * shape[1] * shape[2]
    if voxels > MOST_VOXELS:
        raise InputError.single(
            f"the volume has {' x '.join(map(str, shape))} voxels, "
            f"{voxels / MOST_VOXELS:.1f} times the {MOST_VOXELS / 1e6:.0f} million that are read",
            remedy="crop it to the part that matters, or resample it to coarser voxels",
        )
