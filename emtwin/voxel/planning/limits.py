"""The largest cell that is wanted at each place of an axis, and who wants it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, EPS0, MU0, TWO_PI
from emtwin.errors import Notice
from emtwin.materials import Material, along
from emtwin.voxel.bodies import Body
from emtwin.voxel.gaps.flat import Gap

Floats = NDArray[np.float64]

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Limit:
    """Cells along one axis are at most of a size between two coordinates.

    Parameters
    ----------
    axis : int
        Axis, 0 to 2.
    lo, hi : float
        Where it holds, metres.
    size : float
        Largest cell there, metres.
    source : str
        Who wants it.
    near : float
        How far beyond `lo` and `hi` cells are held to it too, metres.
    """

    axis: int
    lo: float
    hi: float
    size: float
    source: str
    near: float = 0.0


def wavelength(material: Material, frequency: float) -> float:
    """Wavelength in a material, or what stands for it where waves die out.

    It is 2 pi / abs(gamma) with the propagation constant gamma, the smallest over the axes: the
    wavelength in a lossless medium, 4.4 skin depths in a good conductor.

    Parameters
    ----------
    material : Material
        Not a metal.
    frequency : float
        Hz.

    Returns
    -------
    float
        Metres.

    References
    ----------
    Balanis, Advanced Engineering Electromagnetics, 2nd ed., section 4.3.
    """
    omega = TWO_PI * frequency
    index = 1.0
    for axis in range(3):
        permittivity = (
            along(material.permittivity, axis)
            + complex(material.poles_along(axis).at(frequency))
            - 1j * along(material.conductivity, axis) / (omega * EPS0)
        )
        for other in range(3):
            permeability = along(material.permeability, other) - 1j * along(
                material.magnetic_loss, other
            ) / (omega * MU0)
            index = max(index, math.sqrt(abs(permittivity * permeability)))
    return C0 / frequency / index


def limits_of_materials(
    bodies: Iterable[Body], frequency: float, cells_per_wavelength: float
) -> Iterator[Limit]:
    """Cells in and next to every part that is no metal.

    Parameters
    ----------
    bodies : iterable of Body
        Parts.
    frequency : float
        Highest frequency that the mesh must carry, Hz.
    cells_per_wavelength : float
        In the material of the part.

    Yields
    ------
    Limit
        One per part and axis, over the part's bounds and one cell beyond.
    """
    for body in bodies:
        if body.material.metal:
            continue
        size = wavelength(body.material, frequency) / cells_per_wavelength
        for axis in range(3):
            lo, hi = float(body.surface.lo[axis]), float(body.surface.hi[axis])
            yield Limit(axis, lo, hi, size, body.name, near=size)


def limits_of_gaps(gaps: Iterable[Gap], smallest: float, factor: float = 1.0) -> Iterator[Limit]:
    """Two cells across every gap that the smallest cell allows.

    Parameters
    ----------
    gaps : iterable of Gap
        Gaps.
    smallest : float
        Smallest cell, metres; a gap that would need smaller ones is left as it is.
    factor : float
        Factor on the cell sizes; below 1 for more than two cells.

    Yields
    ------
    Limit
        Along the axes across the gap.
    """
    for gap in gaps:
        finer = min(factor, 1.0)
        for axis, lo, hi, size in gap.needs(smallest * (1 - _ROUNDING) / finer):
            yield Limit(axis, lo, hi, size * finer, _name(gap))


def _name(gap: Gap) -> str:
    first, second = gap.parts
    where = f"in {first}" if first == second else f"between {first} and {second}"
    return f"gap of {gap.width * 1e3:.3g} mm {where}"


class Cap:
    """Largest cell wanted at a place of an axis, with a limited slope.

    Parameters
    ----------
    limits : sequence of Limit
        Limits of that axis.
    smallest : float
        No limit below it counts, metres.
    coarsest : float
        Largest cell anywhere, metres.
    slope : float
        How fast the size may rise away from a limit, dimensionless.
    """

    def __init__(
        self, limits: Sequence[Limit], smallest: float, coarsest: float, slope: float
    ) -> None:
        lo = np.array([limit.lo - limit.near for limit in limits])
        hi = np.array([limit.hi + limit.near for limit in limits])
        size = np.array([min(max(limit.size, smallest), coarsest) for limit in limits])
        places = np.unique(np.concatenate([lo, hi, np.zeros(0 if limits else 1)]))
        between = np.full(len(places) + 1, coarsest)  # from place n - 1 to place n
        for low, high, wanted in zip(lo, hi, size, strict=True):
            held = slice(np.searchsorted(places, low) + 1, np.searchsorted(places, high) + 1)
            between[held] = np.minimum(between[held], wanted)
        at = np.minimum(between[:-1], between[1:])
        self.corners, self._between, self._slope = places, between, slope
        self._at = spread(places, at, slope)

    def __call__(self, x: Floats) -> Floats:
        """Largest size at places in metres."""
        after = np.searchsorted(self.corners, x)
        size = self._between[after]
        for side in (after - 1, after):
            known = (side >= 0) & (side < self.corners.size)
            n = np.clip(side, 0, self.corners.size - 1)
            rising = self._at[n] + self._slope * np.abs(x - self.corners[n])
            size = np.where(known, np.minimum(size, rising), size)
        return np.asarray(size, dtype=np.float64)


def spread(places: Floats, sizes: Floats, slope: float) -> Floats:
    """Sizes at rising places (metres), lowered so that they rise by `slope` at most."""
    up = np.minimum.accumulate(sizes - slope * places) + slope * places
    down = np.minimum.accumulate((sizes + slope * places)[::-1])[::-1] - slope * places
    return np.asarray(np.minimum(up, down), dtype=np.float64)


def unmet(limits: Iterable[Limit], lines: Sequence[Floats]) -> list[Notice]:
    """Limits that the grid does not keep, one notice per source.

    Parameters
    ----------
    limits : iterable of Limit
        What was wanted of the cells in materials.
    lines : sequence of ndarray of float64
        Grid lines along x, y, z, metres.

    Returns
    -------
    list of Notice
        ``wavelength-unresolved``, with the worst axis of each source.
    """
    worst: dict[str, tuple[float, Limit, float]] = {}
    for limit in limits:
        largest = largest_cell(lines[limit.axis], limit.lo, limit.hi)
        excess = largest / limit.size
        if excess > 1 + _ROUNDING and excess > worst.get(limit.source, (1.0,))[0]:
            worst[limit.source] = excess, limit, largest
    return [
        Notice(
            "wavelength-unresolved",
            f"part '{source}' wants cells of {limit.size * 1e3:.3g} mm for the wavelength in it, "
            f"and has {largest * 1e3:.3g} mm along {'xyz'[limit.axis]}, {excess:.3g} times as "
            "much: lower accuracy.smallest_cell or accuracy.f_max",
        )
        for source, (excess, limit, largest) in worst.items()
    ]


def largest_cell(lines: Floats, lo: float, hi: float) -> float:
    """Largest cell that has more than a rounding error of its length between two places."""
    slack = 1e-9 * max(float(lines[-1] - lines[0]), hi - lo)
    inside = (lines[1:] > lo + slack) & (lines[:-1] < hi - slack)
    return float(np.diff(lines)[inside].max(initial=0.0))
