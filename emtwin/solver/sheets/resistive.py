"""Resistive sheets and dielectric coatings thinner than a cell, as rows of the medium.

A sheet with the conductance G per square on a plane of nodes draws the surface current K = G e from
the edges that lie in it. Spread over the dual cell of such an edge that is a conductivity G / d on
top of the edge's own, d the distance of the cell centres on both sides; a coating of permittivity
eps_r and thickness t adds (eps_r - 1) t / d in the same way. Both are exact for the discrete
Ampere law and implicit in e, so the time step is that of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0
from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, Medium
from emtwin.solver.sheets.places import flat_axis, place_problems, tangential_edges

_SHARE_OF_SKIN_DEPTH = 0.5  # the error of sigma t is (t / delta)^2 / 6: 4 % there
_DIGITS = 12


@dataclass(frozen=True)
class ResistiveSheet:
    """A rectangle of a grid plane that conducts, or that holds extra permittivity, or both.

    Parameters
    ----------
    name : str
        Name of the sheet.
    lo, hi : Node
        Opposite corners; they agree along the axis that the sheet is normal to.
    conductance : float
        Conductance of a square, S: the inverse of the surface resistance.
    excess : float
        (eps_r - 1) times the thickness in metres, of a dielectric film.
    """

    name: str
    lo: Node
    hi: Node
    conductance: float = 0.0
    excess: float = 0.0

    @classmethod
    def of_resistance(cls, name: str, lo: Node, hi: Node, resistance: float) -> ResistiveSheet:
        """Sheet with a surface resistance in ohm per square."""
        if not (np.isfinite(resistance) and resistance > 0.0):
            raise GridError.single(
                f"sheet {name} has a surface resistance of {resistance:g} ohm",
                field=name,
                remedy="give a positive value; a perfect conductor is a plate",
            )
        return cls(name, lo, hi, 1.0 / resistance)

    @classmethod
    def film(
        cls,
        name: str,
        lo: Node,
        hi: Node,
        thickness: float,
        permittivity: float = 1.0,
        conductivity: float = 0.0,
        f_max: float = 0.0,
    ) -> ResistiveSheet:
        """Sheet that stands for a film of `thickness` (m) of a material.

        Up to `f_max` (Hz) the film must be thinner than half its skin depth, or it is no
        `ResistiveSheet` but a `MetalSheet`.

        Raises
        ------
        GridError
            If a value is impossible or the film is too thick for its skin depth.
        """
        if not thickness > 0.0 or permittivity < 1.0 or conductivity < 0.0:
            raise GridError.single(
                f"film {name}: thickness {thickness:g} m, relative permittivity {permittivity:g}, "
                f"conductivity {conductivity:g} S/m",
                field=name,
                remedy="the thickness is positive, the permittivity at least 1, the conductivity "
                "not negative",
            )
        if conductivity * f_max > 0.0:
            depth = 1.0 / np.sqrt(np.pi * f_max * MU0 * conductivity)
            if thickness > _SHARE_OF_SKIN_DEPTH * depth:
                raise GridError.single(
                    f"film {name} is {thickness * 1e6:.4g} um thick, but the skin depth at "
                    f"{f_max / 1e6:.4g} MHz is {depth * 1e6:.4g} um: its current would not fill it",
                    field=name,
                    remedy="use a MetalSheet, which holds the skin effect",
                )
        return cls(name, lo, hi, conductivity * thickness, (permittivity - 1.0) * thickness)

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Everything that makes it impossible in this grid."""
        found = place_problems(self.name, grid, self.lo, self.hi)
        values = (self.conductance, self.excess)
        if not all(np.isfinite(v) and v >= 0.0 for v in values) or not any(values):
            found.append(
                Problem(
                    f"sheet {self.name} has a conductance of {self.conductance:g} S per square and "
                    f"an excess permittivity of {self.excess:g} m",
                    field=self.name,
                    remedy="at least one is positive and none is negative",
                )
            )
        if not found and all(
            (medium.ids[axis][tuple(index.T)] == PEC_ROW).all()
            for axis, (index, _) in self._edges(grid).items()
        ):
            found.append(
                Problem(
                    f"sheet {self.name} lies in a perfect conductor everywhere",
                    field=self.name,
                    remedy="move it, or take it away",
                )
            )
        return found

    def _edges(self, grid: Grid) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Edges in it by direction, and the share of each edge's dual width that it covers."""
        return tangential_edges(grid, self.lo, self.hi)


def with_sheets(grid: Grid, medium: Medium, sheets: Sequence[ResistiveSheet]) -> Medium:
    """The medium with resistive sheets in it.

    Sheets that lie on each other add up, and so do the halves of two that share a rim. Edges in a
    perfect conductor stay as they are.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        What is there without the sheets.
    sheets : sequence of ResistiveSheet
        The sheets.

    Returns
    -------
    Medium
        With more rows.

    Raises
    ------
    GridError
        With every problem of every sheet, or if there are too many different rows.
    """
    problems = [p for sheet in sheets for p in sheet.problems(grid, medium)]
    if problems:
        raise GridError(problems)
    extra = [np.zeros((2, *grid.nodes)) for _ in range(3)]
    for sheet in sheets:
        across = grid.dual_spacings[flat_axis(sheet.lo, sheet.hi)]
        distance = across[sheet.lo[flat_axis(sheet.lo, sheet.hi)]]
        for axis, (index, share) in sheet._edges(grid).items():
            for n, value in enumerate((sheet.excess, sheet.conductance)):
                extra[axis][(n, *index.T)] += value * share / distance
    return _with_extra(medium, extra)


def _with_extra(medium: Medium, extra: list[NDArray[np.float64]]) -> Medium:
    """More permittivity (relative) and conductivity (S/m) on edges, as rows of their own."""
    rows = [np.stack((medium.permittivity, medium.conductivity), -1)]
    count, ids = medium.rows, [volume.copy() for volume in medium.ids]
    dispersion = dict(medium.dispersion)
    for volume, more in zip(ids, extra, strict=True):
        where = np.nonzero(more.any(axis=0) & (volume != PEC_ROW))
        before = volume[where]
        values = rows[0][before] + np.stack([part[where] for part in more], -1)
        keyed = np.column_stack((np.round(values, _DIGITS), before))
        unique, number = np.unique(keyed, axis=0, return_inverse=True)
        if count + len(unique) > MAX_ROWS:
            raise GridError.single(
                f"{count + len(unique)} different edges in sheets, but a medium has {MAX_ROWS} "
                "rows",
                remedy="use a uniform grid in the plane of the sheets",
            )
        for n, row in enumerate(unique[:, 2].astype(int).tolist()):
            if row in medium.dispersion:
                dispersion[count + n] = medium.dispersion[row]
        volume[where] = count + number.ravel()
        rows.append(unique[:, :2])
        count += len(unique)
    table = np.concatenate(rows)
    x, y, z = ids
    return Medium(x, y, z, table[:, 0], table[:, 1], medium.faces, dispersion)
