"""What stands where it cannot: every refusal, with its place and its remedy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.solver import (
    Absorber,
    Bound,
    Boundaries,
    CurrentElement,
    EdgePort,
    Element,
    FieldSamples,
    HuygensSurface,
    PlaneWave,
    Pulse,
    Simulation,
    Wire,
)
from emtwin.solver.sources import wave_placement

GRID = Grid.uniform((12, 10, 8), 1e-3)


def scene(**settings: Any) -> Simulation:
    """An empty box with what the test puts into it."""
    defaults: dict[str, Any] = {"absorber": Absorber.none(), "medium": Medium.vacuum(GRID)}
    return Simulation(GRID, pulse=Pulse(5e9), **(defaults | settings))


def refusal(match: str, **settings: Any) -> Problem:
    """The one problem of a scene, whose message must contain `match`."""
    with pytest.raises(GridError, match=match) as caught:
        scene(**settings)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("component", "node"),
    [
        ("e_x", Node(12, 4, 4)),
        ("e_y", Node(4, 10, 4)),
        ("e_z", Node(4, 4, 8)),
        ("e_z", Node(-1, 4, 4)),
    ],
)
def test_current_outside_the_grid(component: str, node: Node) -> None:
    """The last edge along an axis ends at the last node; the message shows place and size."""
    problem = refusal(
        rf"{component} at .* outside the grid of \(12, 10, 8\)",
        currents=(CurrentElement(component, node),),
    )
    assert "extend the grid" in problem.remedy


def test_current_inside_a_conductor() -> None:
    """On a metal edge, and on an electric face, which is metal where no absorber hides it."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[2][4, 4, 3] = 0
    medium = Medium(*ids, np.ones(2), np.zeros(2))
    inside = (CurrentElement("e_z", Node(4, 4, 3)),)
    problem = refusal(
        r"e_z at \(4, 4, 3\) lies in a perfect conductor", medium=medium, currents=inside
    )
    assert "off the metal" in problem.remedy
    on_face = (CurrentElement("e_z", Node(12, 4, 3)),)
    refusal(r"e_z at \(12, 4, 3\) lies in a perfect conductor", currents=on_face)
    mirror = Boundaries(x=("electric", "magnetic"))
    assert scene(currents=on_face, boundaries=mirror).boundaries is mirror


def test_current_along_a_magnetic_component() -> None:
    """Only edges carry currents."""
    refusal("not along 'h_z'", currents=(CurrentElement("h_z", Node(4, 4, 4)),))


def test_port_outside_the_grid() -> None:
    """Its terminals and the size of the grid."""
    port = EdgePort("p", Node(4, 4, 6), Node(4, 4, 9), 50.0, bare=True)
    problem = refusal(r"port p: \(4, 4, 6\) to \(4, 4, 9\) .* \(12, 10, 8\)", ports=(port,))
    assert "terminals inside" in problem.remedy


def test_monitor_outside_the_grid() -> None:
    """How many of its samples, the first of them, and the size of the grid."""
    samples = FieldSamples("probe", np.array(["e_x", "h_z"]), np.array([[12, 4, 4], [11, 9, 8]]))
    problem = refusal(
        r"monitor probe: 1 of its 2 samples .*\(12, 10, 8\) cells.*e_x at \(12, 4, 4\)",
        samples=(samples,),
    )
    assert problem.field == "probe"


def test_surface_outside_the_grid() -> None:
    """Its samples half a cell outside need a cell there."""
    surface = HuygensSurface(GRID, Node(2, 2, 2), Node(12, 8, 6))
    refusal("near-to-far surface .* lie outside the grid", surface=surface)


@pytest.mark.parametrize("kinds", [("periodic", "electric"), ("magnetic", "periodic")])
def test_one_periodic_face(kinds: tuple[str, str]) -> None:
    """The axis is named, and both remedies."""
    with pytest.raises(GridError, match="of the two faces of y only one is periodic") as caught:
        Boundaries(y=kinds)
    assert "both faces" in caught.value.problems[0].remedy


@pytest.mark.parametrize("kinds", [("electric", "absorbing"), ("electric",)])
def test_unknown_kind_of_face(kinds: Any) -> None:
    """The three kinds are listed."""
    with pytest.raises(GridError, match="'electric', 'magnetic' or 'periodic'"):
        Boundaries(z=kinds)


def test_absorber_on_a_face_that_is_no_wall() -> None:
    """A face is absorbing or something else; both ends of a periodic axis are named."""
    cells = Absorber(((2, 0), (2, 2), (2, 2)))
    problem = refusal(
        "low face of x is magnetic and has 2 cells",
        absorber=cells,
        boundaries=Boundaries(x=("magnetic", "electric")),
    )
    assert "0 cells" in problem.remedy
    with pytest.raises(GridError) as caught:
        scene(absorber=cells, boundaries=Boundaries.periodic("y"))
    assert [p.message.split(" face of y")[0] for p in caught.value.problems] == [
        "the low",
        "the high",
    ]


class Patch(Element):
    """An element that holds one edge and does nothing."""

    name = "patch"

    def __init__(self, component: str, place: tuple[int, int, int]) -> None:
        self._held = {component: np.array([place])}

    def held(self, grid: Grid) -> dict[str, Any]:
        """The edge."""
        del grid
        return self._held

    def bind(self, assembly: Any) -> Bound:
        """Nothing."""
        del assembly
        return Bound()


@pytest.mark.parametrize(
    ("what", "settings"),
    [
        ("port p", {"ports": (EdgePort("p", Node(4, 4, 0), Node(6, 4, 0), 50.0, bare=True),)}),
        ("a current", {"currents": (CurrentElement("e_x", Node(4, 4, 8)),)}),
        ("patch", {"elements": (Patch("e_y", (4, 4, 8)),)}),
    ],
)
def test_nothing_lies_in_a_seam(what: str, settings: dict[str, Any]) -> None:
    """An edge in a periodic face is there twice; across the face, along the axis, is fine."""
    problem = refusal(
        f"{what} has .* face of z, which is periodic",
        boundaries=Boundaries.periodic("z"),
        **settings,
    )
    assert "shift the scene" in problem.remedy
    scene(
        boundaries=Boundaries.periodic("z"),
        ports=(EdgePort("q", Node(4, 4, 0), Node(4, 4, 2), 50.0, bare=True),),
        currents=(CurrentElement("e_z", Node(4, 4, 7)),),
    )


@pytest.mark.parametrize("kind", ["magnetic", "periodic"])
def test_no_wire_reaches_a_face_without_a_conductor(kind: str) -> None:
    """Its in-cell inductance and its end's charge are those of a wire with space around it."""
    wire = Wire("w", np.array([[5, 5, k] for k in range(5)]), 1e-5)
    problem = refusal(
        f"wires or traces have a node in the low face of z, which is {kind}",
        wires=(wire,),
        boundaries=Boundaries(z=(kind, kind)),
    )
    assert "a cell before" in problem.remedy


def test_no_far_field_beside_a_mirror() -> None:
    """The transform knows free space and a floor, not the images behind a magnetic face."""
    surface = HuygensSurface(GRID, Node(2, 2, 2), Node(10, 8, 6))
    refusal(
        "near-to-far surface .* low face of x is magnetic",
        surface=surface,
        boundaries=Boundaries(x=("magnetic", "electric")),
    )


def test_the_two_copies_of_a_periodic_plane_agree() -> None:
    """A material on one copy only, or metal, is refused with the number of edges."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[1][0, 3:5, 4] = 2
    ids[2][12, 3, 4] = 0
    medium = Medium(*ids, np.array([1.0, 1.0, 3.0]), np.zeros(3))
    problem = refusal(
        "repeats along x, but 3 edges", medium=medium, boundaries=Boundaries.periodic("x")
    )
    assert "same rows" in problem.remedy


ALONG = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
ASLANT = (0.6, 0.8, 0.0), (0.0, 0.0, 1.0)


LO, HI = Node(4, 3, 3), Node(8, 7, 5)


def wave(lo: Node = LO, hi: Node = HI, way: Any = ALONG) -> PlaneWave:
    """A wave in the middle of the grid."""
    return PlaneWave(*way, lo, hi)


@pytest.mark.parametrize(
    ("lo", "hi", "match"),
    [
        (Node(0, 3, 3), Node(8, 7, 5), r"from node 0 to 8 along x does not fit .* 0 to 12"),
        (Node(4, 3, 3), Node(8, 10, 5), r"from node 3 to 10 along y does not fit .* 0 to 10"),
        (Node(4, 3, 5), Node(8, 7, 5), r"no cells along z: it goes from node 5 to 5"),
    ],
)
def test_wave_box_outside_the_grid(lo: Node, hi: Node, match: str) -> None:
    """The box needs a cell on each side, for the scattered field."""
    refusal(match, plane_wave=wave(lo, hi))


def test_wave_box_in_the_absorber() -> None:
    """The corrections reach half a cell out of the box, which is not for the absorber to take."""
    absorber = Absorber(((4, 2), (2, 2), (2, 2)))
    problem = refusal(
        "absorber, which begins at nodes 4 and 10", absorber=absorber, plane_wave=wave()
    )
    assert "within nodes 5 to 9" in problem.remedy
    scene(absorber=absorber, plane_wave=wave(Node(5, 3, 3), Node(9, 7, 5)))


@pytest.mark.parametrize(
    ("direction", "place"), [(1, (4, 5, 4)), (2, (6, 3, 4)), (0, (3, 5, 4)), (0, (8, 5, 4))]
)
@pytest.mark.parametrize("row", [0, 2])
def test_wave_surface_in_a_material(direction: int, place: tuple[int, int, int], row: int) -> None:
    """Dielectric or metal on the surface, or on the normal edges outside it; inside it is fine."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[direction][place] = row
    medium = Medium(*ids, np.array([1.0, 1.0, 2.0]), np.zeros(3))
    name = f"e_{'xyz'[direction]}"
    problem = refusal(
        rf"crosses 1 edges or faces with .* {name} at \({place[0]}, ",
        medium=medium,
        plane_wave=wave(),
    )
    assert "vacuum" in problem.remedy
    ids = [volume.copy() for volume in ids]
    ids[direction][place], ids[direction][6, 5, 4] = 1, row
    scene(medium=Medium(*ids, medium.permittivity, medium.conductivity), plane_wave=wave())


def test_wave_surface_in_a_magnetic_material() -> None:
    """Faces half a cell outside count too."""
    faces = Faces.vacuum(GRID)
    ids = [volume.copy() for volume in faces.ids]
    ids[1][3, 5, 4] = 2
    medium = Medium.vacuum(GRID)
    magnetic = Faces(*ids, np.array([1.0, 1.0, 5.0]), np.zeros(3))
    filled = Medium(*medium.ids, medium.permittivity, medium.conductivity, magnetic)
    refusal(
        r"crosses 1 edges or faces with .* h_y at \(3, 5, 4\)", medium=filled, plane_wave=wave()
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"ports": (EdgePort("p", Node(7, 5, 4), Node(10, 5, 4), 50.0, bare=True),)},
        {"currents": (CurrentElement("e_z", Node(4, 5, 4)),)},
        {"wires": (Wire("w", np.array([[6, j, 4] for j in range(2, 6)]), 1e-5),)},
        {"elements": (Patch("h_z", (8, 5, 4)),)},
    ],
    ids=["port", "current", "wire", "element"],
)
def test_nothing_crosses_the_wave_surface(settings: dict[str, Any]) -> None:
    """What is advanced by something else cannot be corrected as well."""
    problem = refusal(
        "edges or faces of ports, wires, currents or elements", plane_wave=wave(), **settings
    )
    assert problem.field == "plane_wave"


def test_wave_that_has_already_arrived() -> None:
    """An origin behind the box: the pulse is over there when the run begins."""
    late = replace(wave(), origin=(0.5, 0.0, 0.0))
    problem = refusal("reaches its box before the run begins: up to -?0 dB", plane_wave=late)
    assert "leave `origin` out" in problem.remedy


def test_wave_too_short_for_its_cells() -> None:
    """At 2.5 cells per wavelength half of the pulse is no wave of the grid; the cell is named."""
    lines = [
        np.append(0.0, np.cumsum(np.where(np.arange(n) == 6, 2e-3, 1e-3))) for n in (12, 10, 8)
    ]
    grid = Grid(*lines)
    with pytest.raises(GridError, match=r"would leak at up to -?\d+ dB.*2 mm along x") as caught:
        Simulation(
            grid, Medium.vacuum(grid), Pulse(120e9), Absorber.none(), plane_wave=wave(way=ASLANT)
        )
    assert "lower f_max" in caught.value.problems[0].remedy


def test_wave_whose_tables_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Size and limit are told; along an axis there are no such tables."""
    monkeypatch.setattr(wave_placement, "MOST_BYTES", 2**16)
    problem = refusal("tables of the plane wave would need 0.0 GiB", plane_wave=wave(way=ASLANT))
    assert "smaller box" in problem.remedy
    assert scene(plane_wave=wave()).notices == ()
