"""Steps of a staircase that stands for an oblique sheet: two edges that have one field.

An edge at the outer and one at the inner corner of a step lie on the same line of the sheet. They
get one e, as if their dual faces were one: with the law of Ampere
(eps A / dt + sigma A / 2) e' = ... on either, the sum of both gives the mean of what the sweep
found, weighted with A / cb. That restricts the fields to a part of their space and leaves the
scheme's energy as it is, so the bound on the time step stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box, Stage
from emtwin.errors import Problem
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Places
from emtwin.solver.stages.places import together
from emtwin.solver.wires.wire import dual_area

Pairs = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StairSteps(Element):
    """Pairs of edges with one field.

    Parameters
    ----------
    name : str
        Name of the element.
    pairs : tuple of ndarray of int64
        For the edges along x, y, z: places of both edges of each pair, shape (n, 2, 3).
    """

    name: str
    pairs: tuple[Pairs, Pairs, Pairs]

    in_absorber = False

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """An edge in two pairs."""
        del medium
        for axis, pairs in enumerate(self.pairs):
            flat = np.ravel_multi_index(tuple(pairs.reshape(-1, 3).T), grid.nodes)
            places, count = np.unique(flat, return_counts=True)
            if (count > 1).any():
                where = np.unravel_index(places[count > 1][0], grid.nodes)
                return [
                    Problem(
                        f"{self.name}: the edge along {'xyz'[axis]} at "
                        f"{tuple(int(i) for i in where)} is in two pairs",
                        field=self.name,
                        remedy="give each edge one partner",
                    )
                ]
        return []

    def claimed(self, grid: Grid) -> Places:
        """All its edges."""
        del grid
        return {
            "e_" + "xyz"[axis]: pairs.reshape(-1, 3)
            for axis, pairs in enumerate(self.pairs)
            if len(pairs)
        }

    def bind(self, assembly: Assembly) -> Bound:
        """One mean per pair, after everything else; pairs with a perfect conductor have none."""
        places, shares = [], []
        for axis, pairs in enumerate(self.pairs):
            name = "e_" + "xyz"[axis]
            for one, two in pairs.tolist():
                cb = [assembly.cb(name, tuple(edge)) for edge in (one, two)]
                if min(cb) > 0.0:
                    weight = [
                        dual_area(assembly.grid, name, tuple(edge)) / value
                        for edge, value in zip((one, two), cb, strict=True)
                    ]
                    shares.append([part / sum(weight) for part in weight])
                    places.append(assembly.offset(name, [one, two]))
        if not places:
            return Bound()
        place = np.array(places, np.int64).T
        arguments = {
            "field": assembly.fields,
            "place": assembly.index(place.ravel()),
            "share": assembly.real(np.array(shares).T.ravel()),
            "count": len(places),
        }
        where = together(assembly.where(place[0]), assembly.where(place[1]))
        return Bound(after_e=(Stage("sheet_step", Box.items(len(places)), arguments, where=where),))
