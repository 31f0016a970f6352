"""A painted sphere in a plane wave: power by flux through closed surfaces, and by volume."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.painter import Painter
from emtwin.materials import Material
from emtwin.solver import (
    Absorber,
    FieldSamples,
    HuygensSurface,
    PlaneWave,
    Pulse,
    RunResult,
    Simulation,
    StopRule,
    run,
)
from emtwin.solver.sources.edges import parity

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def outward_power(grid: Grid, surface: HuygensSurface, spectrum: Complex) -> Real:
    """Re sum E x H* . dA / 2 out of a box, per frequency, from its own pairs of samples.

    e on an edge of the surface stands beside h half a cell outside; the area is that of the edge.
    Summed over the grid inside, e* . curl h - h . (curl e)* telescopes to just these pairs: the
    discrete Poynting theorem holds to round-off, with sigma |e|^2 cos(w dt / 2) / 2 as its loss (a
    mean of two steps stands beside sigma).
    """
    samples, total = surface.samples, np.zeros(len(spectrum))
    blocks = [
        list(block)
        for _, block in groupby(range(samples.component.size), samples.component.__getitem__)
    ]
    halves = []
    for block in blocks:  # two faces in a row may share a component
        index = samples.index[block]
        halves.append((str(samples.component[block[0]]), index, np.array(block)))
    for (e_name, e_index, e_at), (h_name, _, h_at) in zip(halves[::2], halves[1::2], strict=True):
        assert (e_name[0], h_name[0]) == ("e", "h")
        tangential, third = "xyz".index(e_name[-1]), "xyz".index(h_name[-1])
        normal = 3 - tangential - third
        side = np.where(e_index[:, normal] == surface.hi[normal], 1, -1)
        area = grid.spacings[tangential][e_index[:, tangential]]
        area = area * grid.dual_spacings[third][e_index[:, third]]
        across = spectrum[:, e_at] * spectrum[:, h_at].conj()
        total -= (across.real * (parity(tangential, normal, third) * side * area)).sum(axis=1) / 2
    return total


@dataclass(frozen=True)
class Outcome:
    """Powers in W at 1 V/m peak, and densities of loss on edges."""

    grid: Grid
    scattered: float
    absorbed_by_flux: float
    absorbed_by_volume: float
    step_factor: float
    component: NDArray[np.str_]
    index: NDArray[np.int64]
    loss: Real

    def mean_loss(self, lo: Real, hi: Real) -> float:
        """Mean of sigma |E|^2 / 2 over a box, W/m3, each edge weighted with its share of it."""
        total = 0.0
        for axis in range(3):
            here = self.component == "e_" + "xyz"[axis]
            weight = np.ones(int(here.sum()))
            for a in range(3):
                centres, lines = self.grid.centres[a], self.grid.lines[a]
                ends = lines if a == axis else np.concatenate((lines[:1], centres, lines[-1:]))
                n = self.index[here, a]
                weight *= np.clip(
                    np.minimum(ends[n + 1], hi[a]) - np.maximum(ends[n], lo[a]), 0, None
                )
            total += float(weight @ self.loss[here])
        return total / float(np.prod(hi - lo))


@dataclass(frozen=True)
class Layout:
    """A sphere round the origin, and cells from it to each box: inside, wave, outside, absorber."""

    radius: float
    cell: float
    frequency: float
    f_max: float
    curved: bool = True

    def run(self, material: Material, machine: Backend, *, volume: bool) -> Outcome:
        """Wave along +z with e along x."""
        half = round(self.radius / self.cell)
        reach = half + 17
        grid = Grid.uniform((2 * reach,) * 3, self.cell, (-reach * self.cell,) * 3)
        painter = Painter(grid, curved=self.curved)
        painter.sphere((0, 0, 0), self.radius, material)
        medium = painter.medium()

        def corners(gap: int) -> tuple[Node, Node]:
            low, high = reach - half - gap, reach + half + gap
            return Node(low, low, low), Node(high, high, high)

        lo, hi = corners(4)
        wave = PlaneWave((0, 0, 1), (1, 0, 0), lo, hi, (0, 0, -(half + 4) * self.cell))
        inner, outer = (HuygensSurface(grid, *corners(gap)) for gap in (2, 6))
        samples = [replace(inner.samples, name="inner"), replace(outer.samples, name="outer")]
        edges = _lossy(medium.ids, medium.conductivity)
        if volume:
            samples.append(FieldSamples("volume", *edges))
        scene = Simulation(
            grid,
            medium,
            Pulse(self.f_max),
            Absorber(((8, 8),) * 3, alpha_max=2e-3),
            plane_wave=wave,
            samples=tuple(samples),
            frequencies=np.array([self.frequency]),
        )
        result = run(scene, machine, StopRule(-50, -60, max_steps=12_000))
        assert result.finished_by == "decay"
        return self._outcome(scene, result, inner, outer, edges, volume=volume)

    def _outcome(
        self,
        scene: Simulation,
        result: RunResult,
        inner: HuygensSurface,
        outer: HuygensSurface,
        edges: tuple[NDArray[np.str_], NDArray[np.int64]],
        *,
        volume: bool,
    ) -> Outcome:
        grid, medium = scene.grid, scene.medium
        unit = abs(result.source[0])
        power = {
            name: float(outward_power(grid, surface, result.spectra[name].astype(complex))[0])
            for name, surface in (("inner", inner), ("outer", outer))
        }
        component, index = edges
        loss, total = np.zeros(len(index)), 0.0
        if volume:
            square = np.abs(result.spectra["volume"][0].astype(complex)) ** 2 / unit**2
            for axis in range(3):
                here = component == "e_" + "xyz"[axis]
                row = medium.ids[axis][tuple(index[here].T)]
                loss[here] = medium.conductivity[row] * square[here] / 2
            total = float(loss.sum() * self.cell**3)
        cosine = float(np.cos(np.pi * self.frequency * result.dt))
        return Outcome(
            grid,
            power["outer"] / unit**2,
            -power["inner"] / unit**2,
            total,
            cosine,
            component,
            index,
            loss,
        )


def _lossy(
    ids: tuple[NDArray[np.uint16], ...], conductivity: Real
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Component and index of every edge that conducts."""
    index = [np.argwhere(conductivity[volume] > 0) for volume in ids]
    names = [np.full(len(found), f"e_{axis}") for axis, found in zip("xyz", index, strict=True)]
    return np.concatenate(names), np.concatenate(index)
