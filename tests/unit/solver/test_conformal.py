"""Conformal metal: what it holds, its time step, and what it refuses to stand beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from emtwin.constants import C0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node, distances
from emtwin.grid.cut_cells import CutCells, whole_areas
from emtwin.grid.medium import Faces, Medium
from emtwin.solver import (
    Absorber,
    Assembly,
    Bound,
    ConformalMetal,
    CurrentElement,
    EdgePort,
    Element,
    HuygensSurface,
    PlaneWave,
    Pulse,
    Simulation,
    Wire,
)
from emtwin.solver.conformal.face_sharing import _around, cut_faces, stable_step
from emtwin.solver.stages.elements import Places

GRID = Grid.uniform((16, 16, 16), 1e-3)
BALL = ConformalMetal.of("ball", GRID, distances.sphere((8.2e-3, 8.1e-3, 7.9e-3), 2.7e-3))
Y_WIRE = np.array([[8, j, 11] for j in range(6, 11)])


def scene(*elements: Element, **changes: Any) -> Simulation:
    """The elements in a box with an absorber of two cells."""
    settings: dict[str, Any] = {"absorber": Absorber(((2, 2),) * 3)} | changes
    medium = settings.pop("medium", Medium.vacuum(GRID))
    return Simulation(GRID, medium, Pulse(20e9), elements=elements or (BALL,), **settings)


@dataclass(frozen=True)
class Holding(Element):
    """Holds some edges."""

    name: str
    places: Places

    def held(self, grid: Grid) -> Places:
        return self.places

    def bind(self, assembly: Assembly) -> Bound:
        return Bound()


def test_what_it_holds() -> None:
    """Edges in metal and cut faces with their lenders; partly free edges stay with the sweep."""
    held = scene().held
    inside = np.array([[8, 8, 8]])
    assert (held["e_x"] == inside).all(axis=1).any()
    length = BALL.cells.lengths[0]
    assert np.all(length[tuple(held["e_x"].T)] == 0)
    partly = (length > 0) & (length < 1e-3)
    assert partly.sum() > 8
    areas, whole = BALL.cells.areas[2], whole_areas(GRID, 2)
    cut = np.argwhere((areas > 0) & (areas < whole)).tolist()
    assert {tuple(i) for i in cut} <= {tuple(i) for i in held["h_z"].tolist()}


def test_every_region_is_wide_enough() -> None:
    """The proof's condition, region by region: outline at most 4 / d times the area in squares.

    Regions' areas from their stiffness L / (mu A); their outline from the shares of the lengths.
    Even fields come out right: what a face takes plus what is left of its lender is one.
    """
    update = BALL.update
    assert update.enlarged == 0
    np.testing.assert_allclose(update.regions.sum(axis=0), 1.0)
    assert update.regions.diagonal().min() >= 0.1 - 1e-12
    area = 1e-3 / (4e-7 * np.pi * update.stiffness)
    outline = np.abs(update.regions @ _around(GRID, BALL.cells, update.faces)).sum(axis=1).A1
    assert np.all(outline <= 4 / 1e-3 * area * (1 + 1e-6))


def test_an_even_field_changes_every_cut_face_alike() -> None:
    """e = curl-full linear field in free space: dh/dt is the same everywhere, cut or not.

    e_y = B x in all of a plane of a flat slab gives -mu dh_z/dt = B wherever the slab ends: the
    electromotive force round what is left of a face is B times its area, with e at the middle of
    each part. Here the slab is cut along y, so that the parts of the y edges are whole or none.
    """
    slab = ConformalMetal.of("slab", GRID, distances.half_space((0, 8.23e-3, 0), (0, 1, 0)))
    update, count = slab.update, int(np.prod(GRID.nodes))
    e = np.zeros((3, *GRID.nodes))
    e[1] = GRID.x[:, None, None]  # e_y = x, curl_z = 1
    change = update.curl @ e.ravel()
    normal_z = update.faces // count == 2
    assert normal_z.sum() > 100
    np.testing.assert_allclose(change[normal_z], 1 / (4e-7 * np.pi), rtol=1e-6)


def test_the_stated_limit() -> None:
    """Cubes: 16 c^2 / d^2 <= 4 / dt^2, that is sqrt(3) / 2 of the Courant limit; flat cells: all.

    With d_z much larger than d the bound is 8 c^2 / d^2, the Courant limit of two dimensions.
    """
    assert stable_step(GRID) == pytest.approx(1e-3 / (2 * C0), rel=1e-12)
    assert scene().dt == pytest.approx(0.99e-3 / (2 * C0), rel=1e-12)
    flat = Grid.uniform((6, 6, 6), (1e-3, 1e-3, 1.0))
    assert stable_step(flat) == pytest.approx(flat.courant_limit(), rel=2e-3)


def test_a_slit_is_counted_larger_and_told() -> None:
    """A slit of a fifth of a cell has no neighbours that could lend: counted as half a cell.

    Faces across it are 0.2 d wide: outline 2.4 d, least area 0.6 d^2 (2.4 d over 4 / d). Told by
    name; its edges cannot vanish in silence (`cut_cells`), so the cells are made by hand.
    """
    cells = CutCells.empty(GRID)
    lengths, areas = [v.copy() for v in cells.lengths], [v.copy() for v in cells.areas]
    for axis in (0, 2):
        lengths[axis][:, :8] = lengths[axis][:, 9:] = 0.0
        areas[axis][:, :8] = areas[axis][:, 9:] = 0.0
        areas[axis][:, 8] *= 0.2
    lengths[1][:, :8] = lengths[1][:, 9:] = 0.0
    lengths[1][:, 8] *= 0.2
    areas[1][:, :8] = areas[1][:, 10:] = 0.0
    slit = ConformalMetal("slit", GRID, CutCells(tuple(lengths), tuple(areas)))
    notices = {n.name: n.message for n in slit.notices(GRID, Medium.vacuum(GRID))}
    assert "slit: " in notices["conformal-enlarged"]
    assert "counted larger than they are" in notices["conformal-enlarged"]


def test_a_dielectric_at_the_surface_is_told() -> None:
    """Cut edges with a row of their own are allowed, with the order they cost."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    for volume in ids:
        volume[volume == 1] = 2
    medium = Medium(*ids, np.array([1.0, 1.0, 4.0]), np.zeros(3))
    notices = {n.name: n.message for n in scene(medium=medium).notices}
    assert "cut edges lie in a material" in notices["conformal-dielectric"]
    assert not scene().notices


def painted(row: int) -> Medium:
    """Row 0 (metal) or 2 (er = 2) on one edge above the ball."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[0][8, 8, 11] = row
    return Medium(*ids, np.array([1.0, 1.0, 2.0]), np.zeros(3))


def magnetic() -> Medium:
    faces = Faces.vacuum(GRID)
    ids = [np.where(volume == 1, 2, volume).astype(np.uint16) for volume in faces.ids]
    medium = Medium.vacuum(GRID)
    return replace(medium, faces=Faces(*ids, np.array([1.0, 1.0, 3.0]), np.zeros(3)))


WHOLE = CutCells.empty(GRID)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"medium": painted(0)}, r"ball: 1 edges beside its surface are perfect conductors"),
        ({"medium": magnetic()}, r"ball: \d+ of the faces that it cuts lie in a magnetic"),
        ({"absorber": Absorber(((6, 2),) * 3)}, r"ball: \d+ of its cut faces lie in the absorber"),
        (
            {"plane_wave": PlaneWave((1, 0, 0), (0, 0, 1), Node(3, 3, 3), Node(9, 12, 12))},
            r"lie on the surface where the plane wave enters",
        ),
        (
            {"surface": HuygensSurface(GRID, Node(6, 4, 4), Node(13, 13, 13))},
            r"ball: \d+ of its edges and faces lie on the near-to-far surface",
        ),
        (
            {"ports": (EdgePort("feed", Node(8, 8, 10), Node(8, 8, 13), 50.0, bare=True),)},
            r"port feed has an edge cut by it \(e_z from \(8, 8, 10\)\)",
        ),
        (
            {"currents": (CurrentElement("e_x", Node(8, 8, 8)),)},
            r"an impressed current has an edge in it \(e_x from \(8, 8, 8\)\)",
        ),
        (
            {"wires": (Wire("lead", Y_WIRE, 1e-4),)},
            r"a wire runs along its surface or into it, first at e_y",
        ),
        (
            {"elements": (BALL, Holding("lump", {"e_z": np.array([[8, 8, 10]])}))},
            r"lump advances edges that it cuts",
        ),
        (
            {"elements": (ConformalMetal("odd", Grid.uniform((16,) * 3, 2e-3), WHOLE),)},
            r"odd: its cells were cut from another grid",
        ),
        (
            {
                "elements": (
                    ConformalMetal(
                        "odd", GRID, replace(WHOLE, areas=tuple(-a for a in WHOLE.areas))
                    ),
                )
            },
            r"odd: a length or area outside metal is negative",
        ),
    ],
    ids=[
        "metal beside",
        "magnetic",
        "absorber",
        "plane wave",
        "near-to-far",
        "port",
        "current",
        "wire",
        "element",
        "other grid",
        "negative",
    ],
)
def test_what_is_refused(changes: dict[str, Any], message: str) -> None:
    """Each with the name, the count or the place, and a remedy."""
    with pytest.raises(GridError, match=message) as caught:
        scene(*changes.pop("elements", ()), **changes)
    problem = caught.value.problems[0]
    assert problem.remedy or "odd" in problem.field


def test_what_stands_clear_is_allowed() -> None:
    """A wave and a surface round the ball, a port, a current and a wire two cells away."""
    scene(
        plane_wave=PlaneWave((1, 0, 0), (0, 0, 1), Node(4, 4, 4), Node(12, 12, 12)),
        surface=HuygensSurface(GRID, Node(3, 3, 3), Node(13, 13, 13)),
        currents=(CurrentElement("e_x", Node(3, 3, 3)),),
        ports=(EdgePort("feed", Node(5, 5, 8), Node(5, 5, 9), 50.0, bare=True),),
        wires=(Wire("lead", Y_WIRE + np.array([0, 0, 2]), 1e-4),),
        medium=painted(1),
    )


def test_a_surface_on_the_floor_may_hold_a_body_on_it() -> None:
    """The near-to-far surface has no face at the floor: half a ball may stand there."""
    ball = ConformalMetal.of("dome", GRID, distances.sphere((8e-3, 8e-3, 0), 3.3e-3))
    surface = HuygensSurface(GRID, Node(3, 3, 0), Node(13, 13, 6), on_floor=True)
    scene(ball, surface=surface, absorber=Absorber(((2, 2), (2, 2), (0, 2))))
    with pytest.raises(GridError, match="near-to-far surface"):
        scene(
            ball,
            surface=replace(surface, on_floor=False),
            absorber=Absorber(((2, 2), (2, 2), (0, 2))),
        )


def test_no_metal_is_no_work() -> None:
    """Whole cells: nothing is held, nothing listed."""
    update = cut_faces(GRID, WHOLE)
    assert update.faces.size == update.closed.size == update.enlarged == 0
    assert not ConformalMetal("none", GRID, WHOLE).held(GRID)
