"""The seam for everything that is not the sweep: parts of a scene with an update of their own.

A lumped network, a sheet, a slot, a cut face, a monitor: each is an `Element`. It names the edges
and faces that it advances itself, so that the sweep leaves them alone, and gives the stages that
do so. Adding one touches neither the stepper nor the kernels that are there.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Stage
from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.medium import Medium

if TYPE_CHECKING:
    from emtwin.solver.assembly import Assembly

Places = Mapping[str, NDArray[np.int64]]
"""Places by field component: indices of shape (n, 3)."""


@dataclass(frozen=True)
class Recording:
    """Values that are written down after every step.

    Parameters
    ----------
    source : Array
        Array on the backend.
    offset : ndarray of int64, shape (n,)
        Places in it.
    half_step : bool
        The values belong to (n + 1/2) dt (currents, h) rather than to (n + 1) dt (e, potentials).
    """

    source: Array
    offset: NDArray[np.int64]
    half_step: bool = False


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

    def stable_step(self, grid: Grid, medium: Medium) -> float:
        """Largest stable time step in seconds as far as this element goes."""
        del grid, medium
        return math.inf

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
    owner: dict[tuple[str, int, int, int], str] = {}
    for element in elements if not problems else ():
        for component, index in (*element.held(grid).items(), *element.claimed(grid).items()):
            for i, j, k in index.tolist():
                before = owner.setdefault((component, i, j, k), element.name)
                if before != element.name:
                    problems.append(
                        Problem(
                            f"{component} at ({i}, {j}, {k}) belongs to {before} and to "
                            f"{element.name}",
                            field=element.name,
                            remedy="move one of them by a cell, or join them in one element",
                        )
                    )
    if problems:
        raise GridError(problems)


def all_held(elements: tuple[Element, ...], grid: Grid) -> dict[str, NDArray[np.int64]]:
    """Every edge and face that some element advances, by component."""
    found: dict[str, list[NDArray[np.int64]]] = {}
    for element in elements:
        for component, index in element.held(grid).items():
            found.setdefault(component, []).append(np.asarray(index, np.int64).reshape(-1, 3))
    return {component: np.concatenate(parts) for component, parts in found.items()}
