"""Thin wires in a static scene: where they may lie, and what they join."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import EPS0, MU0
from emtwin.errors import GridError, InputError
from emtwin.grid import PEC, Grid, Node, Painter
from emtwin.grid.medium import Medium
from emtwin.quasistatic import Port, StaticScene, ThinWires, Walls, inductances, port_circuit
from emtwin.solver import Trace, Wire, WireEnd, WireLoad
from emtwin.solver.wires.network import build_network

GRID = Grid.uniform((8, 6, 5), 1e-2)
BONDED = WireEnd("bonded")
FED = WireEnd("bonded", 50.0, "feed")


def wire(start=FED, end=BONDED, radius=5e-4, **settings):
    """Up from the floor, along x and down again; open ends stop at the top."""
    path = [(2, 3, k) for k in range(3)] + [(i, 3, 2) for i in range(3, 6)]
    path += [(5, 3, 1), (5, 3, 0)] if end.kind == "bonded" else []
    return Wire("loop", np.array(path), radius, start, end, **settings)


def thin(*wires, traces=()):
    return ThinWires.of_network(build_network(GRID, wires, traces))


def scene(*wires, medium=None, walls=None):
    medium = medium or Medium.vacuum(GRID)
    return StaticScene(GRID, medium, walls or Walls.over_floor(), wires=thin(*wires))


def test_edges_and_places_follow_the_path():
    wires = thin(wire())
    np.testing.assert_array_equal(wires.places[wires.ends[:, 0]][0], (2, 3, 0))
    np.testing.assert_array_equal(wires.places[wires.ends[:, 1]][-1], (5, 3, 0))
    port = wires.port("feed")
    assert (port.start, port.stop) == (Node(2, 3, 0), Node(2, 3, 1))
    flat = wires.edges_on(GRID)
    assert np.unravel_index(flat[-1], (3, *GRID.nodes)) == (2, 5, 3, 0)
    shifted = wires.moved(Node(1, 2, 3)).port("feed")
    assert shifted.start == Node(3, 5, 3)


def test_a_bonded_wire_is_part_of_the_floor_and_an_open_one_is_not():
    closed, open_ = scene(wire()), scene(wire(end=WireEnd()))
    assert closed.n_conductors == 1
    assert open_.n_conductors == 2
    for found, number in ((closed, 0), (open_, 1)):
        assert found.carrier_of_nodes[3, 3, 2] == number
        assert found.conductor_of_nodes[3, 3, 2] == -1


def test_a_wire_joins_two_parts():
    """A block on a wire that is bonded to the floor is the floor's conductor."""
    painter = Painter(GRID)
    painter.box((0.05, 0.02, 0.02), (0.07, 0.04, 0.04), PEC)
    path = np.array([(2, 3, 0), (2, 3, 1), (2, 3, 2), (3, 3, 2), (4, 3, 2), (5, 3, 2)])
    medium = painter.medium()
    assert scene(medium=medium).n_conductors == 2
    link = Wire("link", path, 5e-4, BONDED, BONDED)
    assert scene(link, medium=medium).n_conductors == 1


def test_in_cell_values_stand_where_the_equations_have_them():
    """The operator's rows add up to zero inside, and a port's segment adds its L in series."""
    shut = scene(wire(end=WireEnd()), walls=Walls.all("magnetic"), medium=_floor())
    operator = shut.potential_operator()
    np.testing.assert_allclose(operator @ np.ones(operator.shape[0]), 0, atol=1e-25)
    wires = shut.wires
    n = int(np.prod(GRID.nodes))
    np.testing.assert_allclose(operator.diagonal()[n:], wires.capacitance)
    per_metre = wires.inductance / 1e-2
    ends = wires.capacitance[wires.ends].sum(axis=1)
    assert ends[2] / 1e-2 == pytest.approx(2 * MU0 * EPS0 / per_metre[2], rel=1e-9)


def _floor():
    painter = Painter(GRID)
    painter.plate((0, 0, 0), (0.08, 0.06, 0))
    return painter.medium()


def test_a_thinner_wire_has_more_inductance_and_less_capacitance():
    """mu / 2 pi ln 2 more per metre for half the radius, exactly where every segment carries I."""
    coarse, fine = (scene(wire(radius=a)) for a in (5e-4, 2.5e-4))
    more = [inductances(s, [s.wires.port("feed")]).matrix[0, 0] for s in (coarse, fine)]
    assert more[1] - more[0] == pytest.approx(MU0 / (2 * np.pi) * np.log(2) * 0.07, rel=1e-6)
    open_ = [scene(wire(end=WireEnd(), radius=a)) for a in (5e-4, 2.5e-4)]
    c = [port_circuit(s, [s.wires.port("feed")]).capacitance.matrix[1, 1] for s in open_]
    assert c[1] < c[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"radius": 2.5e-3}, "segment 1 is a trace inside a cell, or too thick for one edge"),
        ({"loads": (WireLoad(3, 10.0),)}, "segment 3 holds 10 ohm and 0 1/F in series"),
        ({"loads": (WireLoad(3, capacitance=1e-12),)}, r"segment 3 holds 0 ohm and 1e\+12 1/F"),
    ],
)
def test_what_has_no_static_model_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        thin(wire(**changes))


def test_a_trace_is_refused():
    trace = Trace("clock", np.array([(1, 1, 1), (2, 1, 1), (3, 1, 1)]), 1e-3, 1e-3)
    with pytest.raises(InputError, match="segment 0 is a trace"):
        thin(traces=(trace,))


def test_an_unknown_port_is_refused_and_the_known_ones_listed():
    with pytest.raises(InputError, match="no wire holds a port 'fed'") as raised:
        thin(wire()).port("fed")
    assert raised.value.problems[0].remedy == "the wires' ports are feed"
    with pytest.raises(InputError, match="no wire holds a port ''"):
        ThinWires.none().port("")


def test_wires_in_the_wrong_place_are_refused():
    with pytest.raises(GridError, match="is bonded where no metal is"):
        scene(wire(), walls=Walls.all("magnetic"))
    with pytest.raises(GridError, match=r"touches metal unbonded, at \(20, 30, 0\) mm"):
        scene(wire(start=WireEnd("open", 50.0, "feed")))
    painter = Painter(GRID)
    painter.line((0.03, 0.03, 0.02), (0.04, 0.03, 0.02))
    with pytest.raises(GridError, match="a wire runs inside metal"):
        scene(wire(), medium=painter.medium())
    with pytest.raises(GridError, match="wires leave the grid"):
        StaticScene(GRID, Medium.vacuum(GRID), wires=thin(wire()).moved(Node(5, 0, 0)))


def test_a_grid_port_does_not_reach_a_wire():
    """The field solver couples it to the wire through the in-cell capacitance only."""
    open_ = scene(wire(end=WireEnd()))
    with pytest.raises(InputError, match="no conductor touches the node"):
        port_circuit(open_, [Port("gap", Node(5, 3, 0), Node(5, 3, 2))])
