"""What became of every part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice, Problem
from emtwin.geometry import Surface, oriented, topology
from emtwin.grid import Grid
from emtwin.voxel.audit.face_area import area_in_grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.solids import Filled
from emtwin.voxel.walls.thickness import union_size

VOLUME_TOLERANCE = 0.2
"""Relative error of a solid's volume above which a notice is given."""

AREA_TOLERANCE = 0.2
"""Relative error of a part's surface area above which a notice is given."""

FEW_EDGES = 24
"""Number of edges below which a part is named: less than two cells of its own have."""

_OBLIQUE = 0.02  # share of oblique area that is worth a note


@dataclass(frozen=True)
class PartAudit:
    """A part before and after voxelisation.

    Parameters
    ----------
    name : str
        Name of the part.
    kind : str
        ``solid`` or ``sheet``.
    material : str
        Name of its material.
    cells : int
        Cells that it owns; 0 for a sheet.
    edges : int
        Metal: edges that it owns. Dielectric: edges that it touches and solid metal does not.
    volume_before : float
        Volume of the closed surface in cubic metres, what lies in several of its shells once; 0
        for a sheet.
    volume_after : float
        Volume in cubic metres of the cells inside, before other parts took theirs.
    area_before : float
        Area of the surface in square metres.
    area_after : float or None
        Metal: area in square metres of its faces in the grid, both sides of those that stand for
        walls, each weighted with the surface's normal there (see `area_in_grid`), before other
        parts took cells. None for a dielectric, which the grid holds as shares of cells.
    notes : tuple of str
        What is worth knowing: overlaps, staircase, walls on cell faces.
    """

    name: str
    kind: str
    material: str
    cells: int
    edges: int
    volume_before: float
    volume_after: float
    area_before: float
    area_after: float | None
    notes: tuple[str, ...]

    @property
    def volume_error(self) -> float:
        """Relative error of the volume; 0 for a sheet."""
        return self.volume_after / self.volume_before - 1.0 if self.volume_before > 0.0 else 0.0

    @property
    def as_faces(self) -> bool:
        """Whether this is a thin metal part that the grid holds as faces of cells alone."""
        return self.kind == "solid" and only_faces(self.cells, self.edges, self.area_after)

    @property
    def area_error(self) -> float:
        """Relative error of the surface area; 0 for a dielectric."""
        if self.area_after is None or self.area_before <= 0.0:
            return 0.0
        return self.area_after / self.area_before - 1.0


def only_faces(cells: int, edges: int, area_after: float | None) -> bool:
    """Whether faces of cells alone stand for a solid of these figures of `PartAudit`."""
    return area_after is not None and cells == 0 < edges


def audit_parts(
    bodies: Sequence[Body],
    grid: Grid,
    filled: Filled,
    edges: Sequence[int],
    walls: Mapping[int, Sequence[NDArray[np.int64]]],
) -> tuple[PartAudit, ...]:
    """Audit of every body.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    grid : Grid
        Grid.
    filled : Filled
        Its cells.
    edges : sequence of int
        Number of edges of each body.
    walls : mapping of int to sequence of ndarray of int64
        Metal faces normal to x, y, z that stand for each metal body: flat indices into
        `grid.nodes`.

    Returns
    -------
    tuple of PartAudit
        In the order of the bodies.
    """
    cells = np.bincount((filled.cell_part + np.int16(1)).ravel(), minlength=len(bodies) + 1)[1:]
    drawn = [_drawn(body) for body in bodies]
    return tuple(
        PartAudit(
            body.name,
            body.kind,
            body.material.name,
            int(cells[index]),
            int(edges[index]),
            drawn[index][0],
            filled.volumes.get(index, 0.0),
            drawn[index][1],
            area_in_grid(body, grid, walls.get(index, ())) if body.material.metal else None,
            tuple(_notes(bodies, index, filled, edges[index], walls.get(index, ()))),
        )
        for index, body in enumerate(bodies)
    )


def _drawn(body: Body) -> tuple[float, float]:
    """Volume and area of a body as drawn, in cubic and square metres."""
    if body.kind == "sheet":
        return 0.0, body.surface.area
    if any(notice.name == "self-intersections" for notice in body.notices):
        return union_size(body.surface)
    return abs(oriented(body.surface).signed_volume), body.surface.area


def _notes(
    bodies: Sequence[Body],
    index: int,
    filled: Filled,
    edges: int,
    walls: Sequence[NDArray[np.int64]],
) -> Iterator[str]:
    if edges < FEW_EDGES:
        yield f"few edges: {edges}"
    covering = sorted(bodies[other].name for other in filled.covered_by.get(index, ()))
    if covering:
        yield f"gave cells to {', '.join(covering)}"
    on_faces = sum(flat.size for flat in walls)
    if on_faces and bodies[index].kind == "solid":
        yield f"walls on {on_faces:,} cell faces, which hold no volume"
    share = oblique_share(bodies[index].surface)
    if share > _OBLIQUE:
        yield f"staircased: {share:.0%} of its area is oblique to the grid"
    certainty = filled.certainty.get(index)
    if certainty is not None and certainty.undecided_cells:
        yield f"{certainty.undecided_cells} cells may be inside or outside"
    elif certainty is not None and certainty.by_winding_number:
        yield f"{certainty.by_winding_number} cells decided by winding number"
    found = topology(bodies[index].surface)
    if bodies[index].kind == "solid" and not found.consistent:
        yield f"normals turned: they disagreed at {found.disagreeing} edges"


def oblique_share(surface: Surface) -> float:
    """Share of the area whose normal is along no axis."""
    areas = surface.areas
    oblique = np.abs(surface.area_vectors).max(axis=1) < areas * (1.0 - 1e-6)
    return float(areas[oblique].sum() / max(areas.sum(), np.finfo(float).tiny))


def lost_parts(
    bodies: Sequence[Body], filled: Filled, audits: Sequence[PartAudit]
) -> Iterator[Problem]:
    """A problem for every part that got no edge of the grid."""
    for index, (body, audit) in enumerate(zip(bodies, audits, strict=True)):
        if audit.edges:
            continue
        size = " x ".join(f"{side * 1e3:.3g}" for side in body.surface.hi - body.surface.lo)
        covering = sorted(bodies[other].name for other in filled.covered_by.get(index, ()))
        if covering:
            reason = f"all its cells went to {', '.join(covering)}"
            remedy = "raise its priority, or leave the part out"
        elif audit.volume_after > 0.0 or body.kind == "sheet":
            reason = "metal of other parts has all its edges, or it lies between the cell centres"
            remedy = "raise its priority, use finer cells there, or leave the part out"
        else:
            reason = "no cell centre lies inside"
            remedy = "use finer cells, or declare a metal rod or wire as a cable"
        yield Problem(
            f"the part of {size} mm got no edge of the grid: {reason}",
            field=f"part '{body.name}'",
            remedy=remedy,
        )


def volume_notices(audits: Sequence[PartAudit]) -> Iterator[Notice]:
    """A notice for every solid whose volume changed by more than the tolerance."""
    for audit in audits:
        if abs(audit.volume_error) > VOLUME_TOLERANCE:
            yield Notice(
                "volume-error",
                f"the volume of part '{audit.name}' changed by {audit.volume_error:+.0%}, from "
                f"{audit.volume_before * 1e6:.3g} to {audit.volume_after * 1e6:.3g} cm3, because "
                "the cells are too large for it",
            )


def area_notices(audits: Sequence[PartAudit]) -> Iterator[Notice]:
    """A notice for every part whose surface area changed by more than the tolerance."""
    for audit in audits:
        if audit.area_after is not None and abs(audit.area_error) > AREA_TOLERANCE:
            yield Notice(
                "area-error",
                f"the surface area of part '{audit.name}' changed by {audit.area_error:+.0%}, from "
                f"{audit.area_before * 1e4:.3g} to {audit.area_after * 1e4:.3g} cm2, because the "
                "cells are too large for it",
            )


def edge_notices(audits: Sequence[PartAudit]) -> Iterator[Notice]:
    """A notice for every part that got fewer edges than two cells have."""
    for audit in audits:
        if audit.edges < FEW_EDGES:
            yield Notice(
                "few-edges",
                f"part '{audit.name}' got only {audit.edges} edges of the grid: it is hardly more "
                "than a cell; use finer cells there if its shape matters",
            )


def part_notices(audits: Sequence[PartAudit], walled: Sequence[bool]) -> Iterator[Notice]:
    """Everything that is doubtful about single parts; `walled`: those with walls on cell faces.

    Their metal is there without a volume in the grid, so it is their area that counts.
    """
    yield from volume_notices([a for a, wall in zip(audits, walled, strict=True) if not wall])
    yield from area_notices(audits)
    yield from edge_notices(audits)
