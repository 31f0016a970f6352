"""The seam for everything that is not the sweep: parts of a scene with an update of their own.

A lumped network, a sheet, a slot, a cut face, a monitor: each is an `Element`. It names the edges
and faces that it advances itself, so that the sweep leaves them alone, and gives the stages that
do so. Adding one touches neither the stepper nor the kernels that are there.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Stage
from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver.waveforms.pulses import Waveform

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation
    from emtwin.solver.stages.assembly import Assembly

Places = Mapping[str, NDArray[np.int64]]
"""Places by field component: indices of shape (n, 3)."""


@dataclass(frozen=True)
class Recording:
    """Values that are written down after every step, or every few.

    Parameters
    ----------
    source : Array
        Array on the backend.
    offset : ndarray of int64, shape (n,)
        Places in it.
    half_step : bool
        The values belong to (n + 1/2) dt (currents, h) rather than to (n + 1) dt (e, potentials).
    every : int
        Steps from one line to the next; lines are those of steps 0, `every`, 2 `every` ...
    """

    source: Array
    offset: NDArray[np.int64]
    half_step: bool = False
    every: int = 1

    def times(self, lines: int, dt: float) -> NDArray[np.float64]:
        """Times in seconds of the first `lines` lines for a time step `dt` (s)."""
        after = 0.5 if self.half_step else 1.0
        return np.asarray((np.arange(lines) * self.every + after) * dt, np.float64)


@dataclass(frozen=True)
class Bound:
    """What an element does in each time step.

    Parameters
    ----------
    after_h : tuple of Stage
        Run when h has reached n + 1/2, before e is advanced.
    after_e : tuple of Stage
        Run when e has reached n + 1, impressed and wire currents included.
    recordings : dict of str to Recording
        What becomes `RunResult.traces`, by name.
    """

    after_h: tuple[Stage, ...] = ()
    after_e: tuple[Stage, ...] = ()
    recordings: Mapping[str, Recording] = field(default_factory=dict)


class Element(ABC):
    """A part of the scene that is advanced by stages of its own."""

    name: str

    linear: bool = True
    """Whether superposition holds for it; harmonic inversion rests on that, and rectified charge
    stays where it does not."""

    in_absorber: bool = True
    """Whether it may lie in absorbing layers; its stages know nothing of them if not."""

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Everything that makes it impossible here; asked once, before anything is allocated."""
        del grid, medium
        return []

    def notices(self, grid: Grid, medium: Medium) -> list[Notice]:
        """Named warnings that travel with the result."""
        del grid, medium
        return []

    def held(self, grid: Grid) -> Places:
        """Edges and faces that it advances in place of the sweep, by component."""
        del grid
        return {}

    def claimed(self, grid: Grid) -> Places:
        """Edges that the sweep advances and it alone may load; no other element may."""
        del grid
        return {}

    def owned(self, grid: Grid) -> Places:
        """What it holds and what it claims: nothing else may act there."""
        return _joined([self.held(grid), self.claimed(grid)])

    def stable_step(self, grid: Grid, medium: Medium) -> float:
        """Largest stable time step in seconds as far as this element goes."""
        del grid, medium
        return math.inf

    def active_until(self, pulse: Waveform) -> float:
        """Time in seconds after which it adds no energy of its own; 0 where it has no source."""
        del pulse
        return 0.0

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """What else in the simulation it cannot stand beside; asked once, after `problems`."""
        del simulation
        return []

    @abstractmethod
    def bind(self, assembly: Assembly) -> Bound:
        """Its stages, for one run."""


def checked(elements: tuple[Element, ...], grid: Grid, medium: Medium) -> None:
    """Refuse elements that are impossible, share a name or claim the same edge or face.

    Raises
    ------
    GridError
        With every problem of every element.
    """
    problems = [p for element in elements for p in element.problems(grid, medium)]
    names = [element.name for element in elements]
    problems += [
        Problem(f"{names.count(name)} elements are called {name!r}", field=name)
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    problems = problems or _claimed_twice(elements, grid)
    if problems:
        raise GridError(problems)


def _claimed_twice(elements: tuple[Element, ...], grid: Grid) -> list[Problem]:
    """Places that belong to two elements, in their order."""
    claims: dict[str, list[tuple[str, NDArray[np.int64]]]] = {}
    for element in elements:
        for component, index in element.owned(grid).items():
            places = np.ravel_multi_index(tuple(np.reshape(index, (-1, 3)).T), grid.nodes)
            claims.setdefault(component, []).append((element.name, np.unique(places)))
    problems = []
    for component, parts in claims.items():
        place = np.concatenate([places for _, places in parts])
        owner = np.repeat(np.arange(len(parts)), [places.size for _, places in parts])
        order = np.argsort(place, kind="stable")
        for n in np.flatnonzero(place[order][1:] == place[order][:-1]):
            before, after = (parts[owner[order[m]]][0] for m in (n, n + 1))
            where = tuple(int(i) for i in np.unravel_index(place[order[n]], grid.nodes))
            problems.append(
                Problem(
                    f"{component} at {where} belongs to {before} and to {after}",
                    field=after,
                    remedy="move one of them by a cell, or join them in one element",
                )
            )
    return problems


def all_held(elements: tuple[Element, ...], grid: Grid) -> Places:
    """Every edge and face that some element advances, by component."""
    return _joined([element.held(grid) for element in elements])


def all_owned(elements: tuple[Element, ...], grid: Grid) -> Places:
    """Every edge and face that belongs to some element, by component."""
    return _joined([element.owned(grid) for element in elements])


def _joined(parts: Iterable[Places]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[NDArray[np.int64]]] = {}
    for places in parts:
        for component, index in places.items():
            found.setdefault(component, []).append(np.asarray(index, np.int64).reshape(-1, 3))
    return {component: np.concatenate(index) for component, index in found.items()}
