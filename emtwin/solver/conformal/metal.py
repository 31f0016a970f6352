"""Conformal metal: a perfect conductor whose surface cuts edges and faces where it really lies.

Faraday's law is applied to what is outside metal of each face (Dey and Mittra, IEEE Microwave
Guided Wave Lett. 7 (1997) 273-275); small faces borrow flux from their neighbours instead of a
smaller time step (`face_sharing`). Edges that are partly outside keep the sweep's update, edges
inside carry no field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box, Stage
from emtwin.errors import Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.cut_cells import CutCells, Real, cut_cells, whole_areas, whole_lengths
from emtwin.grid.distances import Distance
from emtwin.grid.medium import PEC_ROW, VACUUM_ROW, Medium
from emtwin.solver.conformal.face_sharing import CutFaces, cut_faces, stable_step
from emtwin.solver.conformal.rules import Numbered, conflicts
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Places
from emtwin.solver.stages.places import grouped, reading_on, together

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Ids = tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]


@dataclass(frozen=True, eq=False)
class ConformalMetal(Element):
    """Perfect conductors that keep their shape.

    Conductors that come near each other belong into one element, as one signed distance.

    Parameters
    ----------
    name : str
        Name, for messages.
    grid : Grid
        The grid of the run.
    cells : CutCells
        What is outside metal.

    Examples
    --------
    >>> from emtwin.grid import Grid, distances
    >>> grid = Grid.uniform((20, 20, 20), 5e-3)
    >>> ball = ConformalMetal.of("ball", grid, distances.sphere((0.05, 0.05, 0.05), 0.0312))
    """

    name: str
    grid: Grid
    cells: CutCells

    @classmethod
    def of(cls, name: str, grid: Grid, metal: Distance) -> ConformalMetal:
        """Metal by its signed distance; see `emtwin.grid.distances` and `cut_cells`."""
        return cls(name, grid, cut_cells(grid, metal))

    @cached_property
    def update(self) -> CutFaces:
        """The faces that it advances, and how."""
        return cut_faces(self.grid, self.cells)

    @cached_property
    def faces(self) -> Numbered:
        """The faces that it advances or holds at zero."""
        return Numbered(self.grid, np.concatenate((self.update.faces, self.update.closed)))

    @cached_property
    def cut_edges(self) -> Numbered:
        """Edges that are partly in metal."""
        return self._edges(lambda left, whole: (left > 0) & (left < whole))

    @cached_property
    def edges_in_metal(self) -> Numbered:
        """Edges without a part outside metal."""
        return self._edges(lambda left, whole: (left == 0) & (whole > 0))

    @cached_property
    def edges_around(self) -> Numbered:
        """Edges outside metal whose field the cut faces use."""
        return Numbered(self.grid, np.unique(self.update.curl.indices).astype(np.int64))

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Cells of another grid or without sense, and media that the cut faces do not know."""
        if not all(
            np.array_equal(*lines) for lines in zip(grid.lines, self.grid.lines, strict=True)
        ):
            return [Problem("its cells were cut from another grid", field=self.name)]
        return self._senseless() or self._metal_beside(medium.ids) + (
            self._magnetic(medium.faces.ids) if medium.faces else []
        )

    def notices(self, grid: Grid, medium: Medium) -> list[Notice]:
        """Where the order of accuracy is lost."""
        del grid
        found = []
        if self.update.enlarged:
            found.append(
                Notice(
                    "conformal-enlarged",
                    f"{self.name}: {self.update.enlarged} of {self.update.faces.size} cut faces "
                    "are counted larger than they are, because no neighbour has flux enough to "
                    "lend; the field beside them is right to first order only.",
                )
            )
        filled = self.cut_edges.count(medium.ids, lambda row: row > VACUUM_ROW)
        if filled:
            found.append(
                Notice(
                    "conformal-dielectric",
                    f"{self.name}: {filled} cut edges lie in a material. An edge's average over "
                    "its four cells counts what is in metal of them as well, so the field is right "
                    "to first order only where metal and two materials meet.",
                )
            )
        return found

    def held(self, grid: Grid) -> Places:
        """Edges in metal, which carry no field, and all faces that it advances."""
        del grid
        edges = {f"e_{axis}": index for axis, index in self.edges_in_metal.by_axis.items()}
        return edges | {f"h_{axis}": index for axis, index in self.faces.by_axis.items()}

    def stable_step(self, grid: Grid, medium: Medium) -> float:
        """The proved limit of `face_sharing`: 0.866 of the Courant limit in cubes."""
        del medium
        return stable_step(grid)

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """What may not come near its surface."""
        return conflicts(self, simulation)

    def bind(self, assembly: Assembly) -> Bound:
        """One stage, after the sweep of h."""
        curl = self.update.curl
        arguments = {
            "field": assembly.fields,
            "face": assembly.index(self._offsets(assembly, "h", self.update.faces)),
            "first": assembly.index(curl.indptr),
            "edge": assembly.index(self._offsets(assembly, "e", curl.indices)),
            "weight": assembly.real(assembly.dt * curl.data),
        }
        where = together(
            assembly.where(self._offsets(assembly, "h", self.update.faces)),
            reading_on(
                grouped(assembly.where(self._offsets(assembly, "e", curl.indices)), curl.indptr)
            ),
        )
        stage = Stage("cut_face", Box.items(curl.shape[0]), arguments, where=where)
        return Bound(after_h=(stage,) if curl.shape[0] else ())

    # -- inside ------------------------------------------------------------------------------

    def _edges(self, chosen: Callable[[Real, Real], NDArray[np.bool_]]) -> Numbered:
        masks = [
            chosen(self.cells.lengths[a], whole_lengths(self.grid, a)).ravel() for a in range(3)
        ]
        return Numbered(self.grid, np.flatnonzero(np.concatenate(masks)))

    @staticmethod
    def _offsets(assembly: Assembly, kind: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Offsets in the fields of numbered edges or faces, in their order."""
        nodes = assembly.grid.nodes
        axis, place = np.divmod(numbers.astype(np.int64), int(np.prod(nodes)))
        index = np.stack(np.unravel_index(place, nodes), axis=-1)
        starts = np.array([assembly.layout.start(f"{kind}_{a}") for a in "xyz"])
        steps = np.array(assembly.layout.strides, np.int64)
        offsets: NDArray[np.int64] = starts[axis] + index @ steps
        return offsets

    def _senseless(self) -> list[Problem]:
        parts = [(self.cells.lengths[a], whole_lengths(self.grid, a)) for a in range(3)]
        parts += [(self.cells.areas[a], whole_areas(self.grid, a)) for a in range(3)]
        if all(
            left.shape == whole.shape and np.all((left >= 0) & (left <= whole * (1 + 1e-9)))
            for left, whole in parts
        ):
            return []
        return [
            Problem(
                "a length or area outside metal is negative, larger than its edge or face, or not "
                "a number",
                field=self.name,
            )
        ]

    def _metal_beside(self, ids: Ids) -> list[Problem]:
        count = self.edges_around.count(ids, lambda row: row == PEC_ROW)
        if not count:
            return []
        return [
            Problem(
                f"{count} edges beside its surface are perfect conductors of the medium",
                field=self.name,
                remedy="do not paint the body into the medium as well; join other metal that "
                "touches it to its signed distance with `distances.union`",
            )
        ]

    def _magnetic(self, ids: Ids) -> list[Problem]:
        count = self.faces.count(ids, lambda row: row > VACUUM_ROW)
        if not count:
            return []
        return [
            Problem(
                f"{count} of the faces that it cuts lie in a magnetic material",
                field=self.name,
                remedy="keep magnetic materials two cells away from conformal metal, or paint the "
                "body as a staircase",
            )
        ]
