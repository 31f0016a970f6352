"""Where the device will stand: grid, near-to-far surface and absorber, before there are voxels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.memory import Extent, Ways, expected_views
from emtwin.constants import C0, EPS0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.scene import LoadedTwin
from emtwin.solver import Absorber, HuygensSurface
from emtwin.voxel import Body, Box, Gap, Plan, Resolution, plan

TABLE_HEIGHT = 0.8
"""Height of the table top over the floor in metres (IEC 61000-4-3, CISPR 16-2-3)."""

_CLEARANCE = (
    3  # cells between conductors and the near-to-far surface, and from there to the absorber
)

Paths = Sequence[Sequence[tuple[float, float, float]]]


@dataclass(frozen=True, eq=False)
class Outline:
    """A site as it is planned.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    paths : sequence of sequence of (x, y, z)
        Corners of every cable in this site, metres.
    over_floor : bool
        With the conducting floor, or in free space.
    f_max : float
        Highest frequency that the mesh must carry, Hz.
    frequencies : ndarray of float64
        Frequencies wanted, Hz.
    cells_per_wavelength : float
        At the highest frequency.
    finest_cell : float
        Largest cell near the device, metres.
    refinement : float
        Factor on the cell sizes.
    gaps : tuple of Gap
        Gaps between conductors.
    """

    loaded: LoadedTwin
    bodies: tuple[Body, ...]
    paths: Paths
    over_floor: bool
    f_max: float
    frequencies: NDArray[np.float64]
    cells_per_wavelength: float
    finest_cell: float
    refinement: float = 1.0
    gaps: tuple[Gap, ...] = ()

    @property
    def name(self) -> str:
        """``free_space`` or ``over_floor``."""
        return "over_floor" if self.over_floor else "free_space"

    @cached_property
    def planned(self) -> Plan:
        """Grid, and what the mesh planner has to say of it."""
        settings = self.loaded.twin.accuracy.settings()
        coarsest = self._declared_coarsest * self.refinement
        finest = min(self.finest_cell * self.refinement, coarsest)
        return plan(
            self.bodies,
            fixed=_fixed_lines(self.loaded, self.paths, self.bodies),
            refined=self.device,
            finest_cell=finest,
            coarsest_cell=coarsest,
            extent=self.domain,
            absorber_cells=self.absorber.cells,
            smallest_cell=min(settings.smallest_cell * min(self.refinement, 1.0), finest),
            growth=settings.growth,
            resolution=Resolution(
                self.f_max, self.cells_per_wavelength, self.gaps, self.refinement
            ),
        )

    @property
    def device(self) -> Box:
        """Box round the parts, without cables, metres."""
        lo, hi = bounds(self.bodies, [])
        return Box(tuple(lo), tuple(hi))

    @property
    def domain(self) -> Box:
        """What is inside the absorber, metres: of all refinements the same, only cells change."""
        lo, hi = bounds(self.bodies, self.paths)
        margin = 2 * _CLEARANCE * self._declared_coarsest
        lo, hi = lo - margin, hi + margin
        if self.over_floor:
            lo[2] = -TABLE_HEIGHT
        return Box(tuple(lo), tuple(hi))

    @property
    def _declared_coarsest(self) -> float:
        """Largest cell anywhere, without the refinement, metres."""
        return C0 / self.f_max / self.cells_per_wavelength

    @property
    def grid(self) -> Grid:
        """The planned grid."""
        return self.planned.grid

    @property
    def absorber(self) -> Absorber:
        """Absorbing layers on all sides but the floor."""
        n = self.loaded.twin.accuracy.settings().absorber_cells
        layers = ((n, n), (n, n), (0 if self.over_floor else n, n))
        return Absorber(layers, alpha_max=TWO_PI * EPS0 * self.f_max / 17)

    @cached_property
    def surface(self) -> HuygensSurface:
        """The near-to-far surface, a few cells outside everything."""
        lo, hi = bounds(self.bodies, self.paths)
        return _surface(self.grid, lo, hi, over_floor=self.over_floor)

    @property
    def clearance(self) -> int:
        """Fewest cells between the near-to-far surface and the absorber on any side."""
        found = []
        for axis, (low, high) in enumerate(self.absorber.cells):
            if low:
                found.append(self.surface.lo[axis] - low)
            found.append(self.grid.shape[axis] - high - self.surface.hi[axis])
        return min(found)

    def extent(self, views: tuple[int, ...] | None = None) -> Extent:
        """What memory depends on, with the samples of the views as they are or may be expected."""
        lo, hi = bounds(self.bodies, [])
        return Extent(
            self.grid,
            self.absorber,
            self.surface,
            self.f_max,
            self.frequencies.size,
            expected_views(self.grid, self.surface, lo, hi) if views is None else views,
        )

    def ways(self, runs: int = 1, earlier: int = 0) -> Ways:
        """What the site's runs would take if it were planned otherwise."""

        def bytes_of(outline: Outline) -> int:
            """Memory of the runs in that outline."""
            return sum(outline.extent().memory(runs, earlier).values())

        return Ways(
            lambda f: bytes_of(
                replace(self, f_max=f, frequencies=self.frequencies[self.frequencies <= f])
            ),
            lambda cells: bytes_of(replace(self, cells_per_wavelength=cells)),
            lambda size: bytes_of(replace(self, finest_cell=size)),
        )


def bounds(
    bodies: tuple[Body, ...], paths: Paths
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the box round bodies and paths, metres."""
    points = [body.surface.points for body in bodies] + [np.array(path) for path in paths]
    everything = np.concatenate(points)
    return everything.min(axis=0), everything.max(axis=0)


def _fixed_lines(
    loaded: LoadedTwin,
    paths: Paths,
    bodies: tuple[Body, ...],
) -> tuple[dict[float, str], dict[float, str], dict[float, str]]:
    """Coordinates that must be grid lines: cables, traces and the planes below them."""
    fixed: tuple[dict[float, str], dict[float, str], dict[float, str]] = ({}, {}, {})
    for cable, path in zip(loaded.twin.device.cables, paths, strict=True):
        for point in path:
            for axis in range(3):
                fixed[axis].setdefault(point[axis], f"cable {cable.name}")
    heights = {body.name: float(body.surface.points[:, 2].mean()) for body in bodies}
    for trace in loaded.twin.device.traces:
        for x, y in trace.path:
            fixed[0].setdefault(float(x), f"trace {trace.name}")
            fixed[1].setdefault(float(y), f"trace {trace.name}")
        fixed[2].setdefault(heights[trace.plane], trace.plane)
    return fixed


def _surface(
    grid: Grid, lo: NDArray[np.float64], hi: NDArray[np.float64], *, over_floor: bool
) -> HuygensSurface:
    """The surface a few cells outside everything."""
    low = [int(np.searchsorted(grid.lines[a], lo[a] - 1e-9)) - _CLEARANCE for a in range(3)]
    high = [int(np.searchsorted(grid.lines[a], hi[a] - 1e-9)) + _CLEARANCE for a in range(3)]
    if over_floor:
        low[2] = 0
    return HuygensSurface(grid, Node(*low), Node(*high), on_floor=over_floor)
