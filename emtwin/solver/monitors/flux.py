"""Power that flows through a surface, and what a box stores and turns into heat, by frequency.

With e on the surface, h half a cell outside it, and the spectra of both at their own times, the
scheme has a Poynting theorem without error: of every box, at every frequency,

    1/2 sum e h* area  =  - sum sigma cos(w dt / 2) |e|^2 V / 2  -  2 j W (sum mu |h|^2 V / 4
                                                                      - sum eps |e|^2 V / 4)

with W = (2 / dt) sin(w dt / 2), over all edges and faces of the box, those of its surface included,
each with its whole volume. It follows from the two curl equations, the one times e l, the other
times h l: every product of an inner e with an inner h appears twice, with opposite signs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.monitors.field_samples import FieldSamples, Spectrum, places_in, volume_of
from emtwin.solver.monitors.huygens import Patch, patch
from emtwin.solver.stages.coefficients import PEC_ROW
from emtwin.solver.stages.layout import COMPONENTS

if TYPE_CHECKING:
    from emtwin.solver.results import RunResult

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Flux:
    """Power through a plane, or out of a closed box.

    Parameters
    ----------
    name : str
        Name of the monitor.
    patches : tuple of Patch
        Edges of the surface with the h beside them.
    frequencies : ndarray of float64, optional
        Frequencies in Hz; the run's own where left out.

    Examples
    --------
    ``Simulation(..., samples=(flux.samples,))``, then ``flux.power(result)``.
    """

    name: str
    patches: tuple[Patch, ...]
    frequencies: Real | None = None

    @classmethod
    def plane(
        cls, name: str, grid: Grid, lo: Node, hi: Node, frequencies: Real | None = None
    ) -> Flux:
        """Through the plane between two nodes that agree along one axis, in its direction.

        h is taken half a cell behind the plane. Edges on the rim count with the part of their dual
        area that lies in the plane.

        Raises
        ------
        GridError
            If the nodes span no plane, or one outside the grid or on its last grid plane.
        """
        _check(name, grid, lo, hi)
        flat = [a for a in range(3) if lo[a] == hi[a]]
        if len(flat) != 1 or hi[flat[0]] == grid.shape[flat[0]]:
            raise GridError.single(
                f"monitor {name}: nodes {tuple(lo)} and {tuple(hi)} span no plane with a cell "
                "behind it",
                field=name,
                remedy="let them agree along one axis, before the last grid plane",
            )
        normal = flat[0]
        sides = [patch(grid, lo, hi, normal, 1, t) for t in range(3) if t != normal]
        return cls(name, tuple(_trimmed(grid, lo, hi, p) for p in sides), frequencies)

    @classmethod
    def box(
        cls, name: str, grid: Grid, lo: Node, hi: Node, frequencies: Real | None = None
    ) -> Flux:
        """Out of the box between two nodes.

        Raises
        ------
        GridError
            If it reaches outside the grid or has no cell around it.
        """
        _check(name, grid, lo, hi)
        if min(lo) < 1 or np.any(np.array(hi) >= grid.shape) or np.any(np.array(hi) <= lo):
            raise GridError.single(
                f"monitor {name}: the box from {tuple(lo)} to {tuple(hi)} needs a cell around it "
                f"in the grid of {grid.shape} cells",
                field=name,
            )
        faces = [(n, side, t) for n in range(3) for side in (0, 1) for t in range(3) if t != n]
        return cls(name, tuple(patch(grid, lo, hi, *face) for face in faces), frequencies)

    @cached_property
    def samples(self) -> FieldSamples:
        """What has to be sampled for it."""
        components, places = [], []
        for p in self.patches:
            names = ("e_" + "xyz"[p.tangential], "h_" + "xyz"[p.third])
            components.append(np.repeat(names, len(p.e_index)))
            places += [p.e_index, p.h_index]
        return FieldSamples(
            self.name, np.concatenate(components), np.concatenate(places), self.frequencies
        )

    def complex_power(self, result: RunResult) -> Complex:
        """1/2 E x H* through the surface for a source of amplitude one, W, shape (nf,).

        Its real part is the time average. The source is the run's waveform: one volt, ampere or
        volt per metre at every frequency.
        """
        spectrum, start = result.spectra[self.name], 0
        total = np.zeros(len(spectrum), np.complex128)
        for p in self.patches:
            e, h = (spectrum[:, start + n : start + n + len(p.area)] for n in (0, len(p.area)))
            start += 2 * len(p.area)
            total -= p.sign / 2 * np.einsum("fn,fn,n->f", e, h.conj(), p.area)
        return np.asarray(total / source_power(result, self.frequencies))

    def power(self, result: RunResult) -> Real:
        """Time average of the power for a source of amplitude one, W, shape (nf,)."""
        return np.asarray(self.complex_power(result).real)


@dataclass(frozen=True, eq=False)
class BoxEnergy:
    """What a box stores and turns into heat, by material, for a source of amplitude one.

    Edges and faces on its surface count with their whole volume, as in `Flux.box`. Only what the
    medium holds is counted, not loads, sheets or dispersive parts.

    Parameters
    ----------
    name : str
        Name of the monitor.
    grid : Grid
        The grid.
    medium : Medium
        Its materials.
    lo, hi : Node
        Corners.
    frequencies : ndarray of float64, optional
        Frequencies in Hz; the run's own where left out.
    boundaries : Boundaries, optional
        Kinds of the outer faces; all electric if left out.
    """

    name: str
    grid: Grid
    medium: Medium
    lo: Node
    hi: Node
    frequencies: Real | None = None
    boundaries: Boundaries = field(default_factory=Boundaries)

    @cached_property
    def samples(self) -> FieldSamples:
        """What has to be sampled for it: all e and h of the box."""
        return FieldSamples.box(
            self.name, self.grid, self.lo, self.hi, frequencies=self.frequencies
        )

    def dissipated(self, result: RunResult) -> dict[int, Real]:
        """Heat by material row, time average in W, shape (nf,)."""
        f = self._frequencies(result)
        half = np.cos(np.pi * f * result.dt) / 2
        weights = self.medium.conductivity
        return {row: half * w * weights[row] for row, w in self._squares(result, "e").items()}

    def electric(self, result: RunResult) -> dict[int, Real]:
        """Electric energy by material row, time average in J, shape (nf,)."""
        eps = EPS0 * self.medium.permittivity
        return {row: eps[row] * w / 4 for row, w in self._squares(result, "e").items()}

    def magnetic(self, result: RunResult) -> dict[int, Real]:
        """Magnetic energy by magnetic row, time average in J, shape (nf,); row 1 is vacuum."""
        faces = self.medium.faces
        mu = MU0 * (np.ones(2) if faces is None else faces.permeability)
        return {row: mu[row] * w / 4 for row, w in self._squares(result, "h").items()}

    def _squares(self, result: RunResult, kind: str) -> dict[int, Real]:
        """Sum of |field|^2 V of all places of each row."""
        spectrum, found = result.spectra[self.name], dict[int, Real]()
        source, start = source_power(result, self.frequencies), 0
        for component in COMPONENTS:
            index = places_in(self.name, self.grid, component, self.lo, self.hi)
            part, start = spectrum[:, start : start + len(index)], start + len(index)
            if component[0] != kind:
                continue
            rows = self._rows(component, index)
            square = np.abs(part).astype(np.float64) ** 2
            square *= volume_of(self.grid, component, index)
            for row in set(np.unique(rows).tolist()) - {PEC_ROW}:
                here = square[:, rows == row].sum(axis=1) / source
                found[row] = found.get(row, 0.0) + here
        return found

    def _rows(self, component: str, index: NDArray[np.int64]) -> NDArray[np.int64]:
        axis, faces = "xyz".index(component[-1]), self.medium.faces
        if component[0] == "h" and faces is None:
            return np.ones(len(index), np.int64)
        ids = (
            self.boundaries.closed_ids(self.medium)
            if faces is None or component[0] == "e"
            else faces.ids
        )
        return np.asarray(ids[axis][tuple(index.T)], np.int64)

    def _frequencies(self, result: RunResult) -> Real:
        return result.frequencies if self.frequencies is None else self.frequencies


def source_power(result: RunResult, frequencies: Real | None) -> Real:
    """Square of the source's spectrum at the frequencies of a monitor, shape (nf,)."""
    source: Spectrum = result.source if frequencies is None else result.source_at(frequencies)
    return np.asarray(np.abs(source) ** 2)


def _check(name: str, grid: Grid, lo: Node, hi: Node) -> None:
    places_in(name, grid, "e_x", lo, hi)


def _trimmed(grid: Grid, lo: Node, hi: Node, whole: Patch) -> Patch:
    """Edges on the rim with the part of their area between `lo` and `hi`."""
    third = whole.third
    n = whole.e_index[:, third]
    lines = grid.lines[third]
    middle = grid.centres[third]
    low = np.where(n > lo[third], middle[np.maximum(n - 1, 0)], lines[n])
    high = np.where(n < hi[third], middle[np.minimum(n, middle.size - 1)], lines[n])
    length = grid.spacings[whole.tangential][whole.e_index[:, whole.tangential]]
    return whole._replace(area=length * (high - low))
