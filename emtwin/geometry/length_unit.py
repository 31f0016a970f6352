"""Which unit the numbers of a geometry file have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin import units
from emtwin.errors import InputError, Notice
from emtwin.geometry.surface import Surface

SMALLEST_DEVICE, LARGEST_DEVICE = 5e-3, 3.0
"""Largest side of a plausible device in metres, from and to."""

CANDIDATES = {"mm": 1e-3, "m": 1.0, "inch": 0.0254}
"""Units that CAD programs export in, with their size in metres."""

_DECLARE = "declare it beside the file: 'unit: mm' (or m, cm, um, inch, mil)"


class UnitUnknown(InputError):
    """A file neither says its unit nor has a size that tells it."""


def unit_of_file(
    declared: str | float | None,
    carried: float | None,
    size: float,
    path: Path,
    stated: float | None = None,
) -> tuple[float, tuple[Notice, ...]]:
    """Size of a file's unit in metres, and what was assumed.

    Parameters
    ----------
    declared : str, float or None
        Unit that the user declares: a name, or its size in metres.
    carried : float or None
        Size in metres of the unit of the surfaces, where the file itself says it.
    size : float
        Largest side of everything in the file, in the unit of the file.
    path : Path
        The file.
    stated : float, optional
        Size in metres of the unit in the file's text, where the reader has turned it into
        `carried`.

    Returns
    -------
    tuple of float and tuple of Notice
        Metres per unit; a notice where the unit was inferred.

    Raises
    ------
    InputError
        If the unit is not known or contradicts the file.
    UnitUnknown
        If it is neither declared nor carried and cannot be inferred, because several units, or
        none, make a plausible device.
    """
    if declared is None:
        return (carried, ()) if carried is not None else _inferred(size, path)
    scale = scale_of(declared, path)
    if carried is None:
        return scale, ()
    if not np.isclose(scale, stated or carried, rtol=1e-6):
        raise InputError.single(
            f"the file says itself that its unit is {named(stated or carried)}, but "
            f"'{declared}' is declared",
            file=path,
            remedy="remove the declared unit; if the file is wrong, export it again, or correct "
            "its size with 'transform: [{scale: FACTOR}]'",
        )
    return carried, ()


def scale_of(unit: str | float, path: Path) -> float:
    """Size in metres of a declared unit."""
    try:
        scale = units.parse(f"1 {unit}", "length") if isinstance(unit, str) else float(unit)
    except units.UnitError as error:
        raise InputError.single(f"length unit of the mesh: {error}", file=path) from error
    if not (np.isfinite(scale) and scale > 0.0):
        raise InputError.single(f"the mesh unit must be positive, got {scale} m", file=path)
    return scale


def named(scale: float) -> str:
    """Name of a unit by its size in metres."""
    known = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "inch": 0.0254, "mil": 2.54e-5}
    near = [name for name, size in known.items() if np.isclose(scale, size, rtol=1e-6)]
    return near[0] if near else f"{scale:g} m"


def _inferred(size: float, path: Path) -> tuple[float, tuple[Notice, ...]]:
    plausible = [name for name, scale in CANDIDATES.items() if _plausible(size * scale)]
    if len(plausible) != 1:
        readings = [units.format_si(size * scale, "m", 3) for scale in CANDIDATES.values()]
        fits = f"{' and '.join(plausible)} are" if plausible else "none of them is"
        raise UnitUnknown.single(
            f"the file does not say its unit: is the largest side {', '.join(readings[:-1])} or "
            f"{readings[-1]}? {fits} plausible for a device ({_range()})",
            file=path,
            remedy=_DECLARE,
        )
    unit = plausible[0]
    length = units.format_si(size * CANDIDATES[unit], "m", 3)
    notice = Notice(
        "unit-assumed",
        f"{path.name} does not say its unit; {unit} was assumed, because only that makes its "
        f"largest side plausible ({length}); {_DECLARE}",
    )
    return CANDIDATES[unit], (notice,)


def size_notices(surfaces: Iterable[tuple[str, Surface]]) -> tuple[Notice, ...]:
    """Notice that a device is implausibly large or small, so that a unit may be wrong.

    Parameters
    ----------
    surfaces : iterable of str and Surface
        Name and surface in metres of every part.

    Returns
    -------
    tuple of Notice
        None where the largest side lies between `SMALLEST_DEVICE` and `LARGEST_DEVICE`.
    """
    parts = list(surfaces)
    if not parts:
        return ()
    lo = np.min([surface.lo for _, surface in parts], axis=0)
    hi = np.max([surface.hi for _, surface in parts], axis=0)
    size = float(np.max(hi - lo))
    if _plausible(size):
        return ()
    name, largest = max(parts, key=lambda part: _extent(part[1]))
    return (
        Notice(
            "implausible-size",
            f"the largest side of the device is {units.format_si(size, 'm', 3)}, outside "
            f"{_range()} (its largest part is '{name}' with "
            f"{units.format_si(_extent(largest), 'm', 3)}): look at the unit of its mesh",
        ),
    )


def largest_side(points: Iterable[NDArray[np.float64]]) -> float:
    """Largest side of the box round several sets of points, in their unit."""
    arrays = list(points)
    lo = np.min([a.min(axis=0) for a in arrays], axis=0)
    hi = np.max([a.max(axis=0) for a in arrays], axis=0)
    return float(np.max(hi - lo))


def _extent(surface: Surface) -> float:
    return float(np.max(surface.hi - surface.lo))


def _plausible(size: float) -> bool:
    return SMALLEST_DEVICE <= size <= LARGEST_DEVICE


def _range() -> str:
    return f"{units.format_si(SMALLEST_DEVICE, 'm')} to {units.format_si(LARGEST_DEVICE, 'm')}"
