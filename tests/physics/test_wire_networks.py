"""Wires joined at nodes, loads in them, and the time step that such networks allow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend, select_backend
from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Pulse,
    Simulation,
    StopRule,
    Wire,
    WireEnd,
    WireLoad,
    run,
)
from emtwin.solver.wires.network import build_network
from emtwin.solver.wires.oblique import effective_radii, lattice_green
from tests.physics.scenes import fields_after
from tests.physics.test_exact import energy_growth

GRID = Grid.uniform((26, 22, 20), 5e-3)
BOX = Absorber(((6, 6), (6, 6), (0, 6)), alpha_max=1e-3)
UP = [[8, 11, k] for k in range(7)]
ALONG = [[i, 11, 6] for i in range(9, 18)]
DOWN = [[17, 11, k] for k in range(5, -1, -1)]
FEED, END = WireEnd("bonded", 50.0, "feed"), WireEnd("bonded", 100.0)


def seen_by_the_feed(wires: tuple[Wire, ...], backend: Backend, frequency: float = 30e6) -> complex:
    """Impedance at the port "feed"."""
    simulation = Simulation(
        GRID, Medium.vacuum(GRID), Pulse(1e9), BOX, wires=wires, driven="feed",
        frequencies=np.array([frequency]),
    )  # fmt: skip
    result = run(simulation, backend, StopRule(-60, -60, 6000))
    v = result.ports["feed"].spectrum[0]
    return complex(v * 50.0 / (result.source[0] - v))


def loop(end: WireEnd = END, loads: tuple[WireLoad, ...] = ()) -> Wire:
    """From a conducting wall up, along and back down to it."""
    return Wire("loop", np.array(UP + ALONG + DOWN), 1e-4, FEED, end, loads=loads)


@pytest.mark.quick
def test_bonded_ends_carry_current_round_the_loop(machine64: Backend) -> None:
    """A loop from wall to wall with 50 ohm of source and 100 ohm of load shows the load.

    Bonded ends are at the wall's potential, so the current flows round: Z tends to 100 ohm. At 30
    MHz the loop (45 x 30 mm, about 0.1 uH, 20 ohm) adds reactance, and little resistance (2 %).
    """
    impedance = seen_by_the_feed((loop(),), machine64)
    assert impedance.real == pytest.approx(100.0, rel=0.04)
    assert 5 < impedance.imag < 50


@pytest.mark.quick
def test_wires_that_share_a_node_are_joined(machine64: Backend) -> None:
    """A loop cut in two wires that end at the same node is the same loop, to round-off.

    The node's capacitance is half of either neighbour's segment, as within one wire, and what
    flows in flows out (Kirchhoff). The sums have another order: 1e-9 after the run's 1e4 steps.
    """
    path = np.array(UP + ALONG + DOWN)
    parts = (Wire("a", path[:12], 1e-4, FEED), Wire("b", path[11:], 1e-4, end=END))
    joined, whole = seen_by_the_feed(parts, machine64), seen_by_the_feed((loop(),), machine64)
    assert joined == pytest.approx(whole, rel=1e-9)


def test_a_wire_that_does_not_meet_stays_open(machine64: Backend) -> None:
    """Negative control: a gap of one segment leaves a loop open, capacitive above 1 kohm."""
    path = np.array(UP + ALONG + DOWN)
    parts = (Wire("a", path[:11], 1e-4, FEED), Wire("b", path[11:], 1e-4, end=END))
    assert seen_by_the_feed(parts, machine64).imag < -1000


def test_branches_share_the_current(machine64: Backend) -> None:
    """A T: two legs of 100 ohm from the middle of the loop down to the wall are 50 ohm together.

    At 3 MHz the reactances of the legs (2 ohm) are small beside the resistors: 50 within 3 %.
    """
    trunk = Wire("trunk", np.array(UP + ALONG[:4]), 1e-4, FEED)
    right = Wire("right", np.array(ALONG[3:] + DOWN), 1e-4, end=END)
    leg = Wire("leg", np.array([[12, 11, k] for k in range(6, -1, -1)]), 1e-4, end=END)
    impedance = seen_by_the_feed((trunk, right, leg), machine64, 3e6)
    assert impedance.real == pytest.approx(50.0, rel=0.03)


@pytest.mark.parametrize("place", ["end", "in line"])
def test_loads_in_series(place: str, machine64: Backend) -> None:
    """40 ohm, 2.4 uH and 800 pF in a loop add R + jwL + 1 / jwC to what the loop shows without.

    At 10 MHz: 40 + 150.8j - 19.9j ohm. The trapezoidal rule maps w to tan(w dt / 2) / (dt / 2),
    1e-6 away. The loop's own capacitance (about 1 pF across the load) changes the sum by the order
    of w Z C = 1 %: 3 %. At 20 MHz 2 and 3.5 % were found, by place.
    """
    frequency, r, ind, cap = 10e6, 40.0, 2.4e-6, 800e-12
    load = WireLoad(12, r, ind, cap)
    plain = seen_by_the_feed((loop(),), machine64, frequency)
    if place == "end":
        changed = seen_by_the_feed(
            (loop(WireEnd("bonded", 100.0 + r, "", ind, cap)),), machine64, frequency
        )
    else:
        changed = seen_by_the_feed((loop(loads=(load,)),), machine64, frequency)
    omega = TWO_PI * frequency
    expected = r + 1j * omega * ind + 1 / (1j * omega * cap)
    assert abs(changed - plain - expected) < 0.03 * abs(expected)


def walk(rng: np.random.Generator, grid: Grid, steps: int, taken: set[tuple[int, ...]]) -> Any:
    """Nodes of a random walk that uses no edge twice, at least two cells away from the walls."""
    node = np.array([rng.integers(2, n - 2) for n in grid.nodes])
    nodes = [node]
    for _ in range(20 * steps):
        axis, sign = int(rng.integers(3)), int(rng.choice((-1, 1)))
        there = node + sign * np.eye(3, dtype=int)[axis]
        edge = (axis, *np.minimum(node, there).tolist())
        if edge in taken or np.any(there < 2) or np.any(there > np.array(grid.nodes) - 3):
            continue
        taken.add(edge)
        node = there
        nodes.append(node)
        if len(nodes) > steps:
            break
    return np.array(nodes)


def random_network(seed: int) -> Simulation:
    """Wires that cross and meet at random in a graded box, thick and thin, with lossless loads."""
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(1e-3 * (1 + 0.5 * rng.random(n)))) for n in (11, 12, 9)))
    taken, wires = set[tuple[int, ...]](), []
    for n in range(4):
        nodes = walk(rng, grid, 14, taken)
        load = WireLoad(
            int(rng.integers(len(nodes) - 1)), 0.0, 10 ** rng.uniform(-11, -8),
            10 ** rng.uniform(-15, -11),
        )  # fmt: skip
        end = WireEnd(str(rng.choice(("open", "bonded"))))
        wires.append(Wire(f"w{n}", nodes, 10 ** rng.uniform(-5, -3.35), end=end, loads=(load,)))
    return Simulation(grid, Medium.vacuum(grid), Pulse(1e9), Absorber.none(), wires=tuple(wires))


@pytest.mark.quick
@pytest.mark.parametrize("seed", range(4))
def test_random_networks_are_stable(seed: int, machine64: Backend) -> None:
    """0.99 of the limit that the network allows, random start, no loss: nothing grows.

    Junctions change capacitance and branches of nodes, which the coupling matrix has; loads are
    inductance (slower) and trapezoidal capacitors (no influence on the limit). Energy is conserved,
    so a random field's maximum cannot grow by more than a few.
    """
    simulation = random_network(seed)
    assert energy_growth(simulation, machine64, 20_000) < 5


@pytest.mark.quick
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_the_limit_of_a_network_is_sharp(machine64: Backend) -> None:
    """Negative control: 1.03 of the limit that the wires set blows up, without any load.

    Growth is exp(2 acosh(1.03)) = 1.63 per step where the wires' mode is the fastest.
    """
    simulation = random_network(1)
    wires = tuple(replace(wire, loads=(), radius=2e-4) for wire in simulation.wires)
    changed = replace(simulation, wires=wires)
    limit = changed.dt / changed.courant
    assert limit < 0.9 * changed.grid.courant_limit()
    changed.__dict__["dt"] = 1.03 * limit
    assert energy_growth(changed, machine64, 400) > 1e40


@pytest.mark.quick
def test_networks_on_the_reference() -> None:
    """The same bits from NumPy and from the native library: joined wires, loads, an oblique leg."""
    grid = Grid.uniform((20, 20, 20), 2e-3)
    wires = (
        Wire.between(grid, "slant", (10e-3, 10e-3, 10e-3), (30e-3, 24e-3, 10e-3), 1e-4),
        Wire("cross", np.array([[5, 5, k] for k in range(3, 9)]), 1e-4, loads=(
            WireLoad(1, 20.0, 1e-9, 1e-12), WireLoad(3, 50.0, port="p"))),
    )  # fmt: skip
    simulation = Simulation(grid, Medium.vacuum(grid), Pulse(5e9), BOX, wires=wires, driven="p")
    one, other = (
        fields_after(simulation, select_backend(name, "float64"), 60)
        for name in ("numpy", "native")
    )
    np.testing.assert_array_equal(one, other)
    assert np.abs(one).max() > 0


def refusal(*wires: Wire, grid: Grid = GRID) -> str:
    """What is wrong with these wires."""
    with pytest.raises(GridError) as caught:
        build_network(grid, wires, ())
    return str(caught.value)


@pytest.mark.quick
def test_what_is_refused() -> None:
    """Each message names the wire and the value."""
    line = np.array(ALONG)
    plain = Wire("one", line, 1e-4)
    assert (
        "wire two runs along an edge that holds a wire already, from node (9, 11, 6) along x"
        in (refusal(plain, Wire("two", line[:3], 1e-4)))
    )
    assert "wire one: a load in segment 8, but it has segments 0 to 7" in refusal(
        replace(plain, loads=(WireLoad(8, 1.0),))
    )
    assert "the load in segment 0 of -1 ohm, 0 H and inf F is not possible" in refusal(
        replace(plain, start=WireEnd("open", -1.0))
    )
    assert "port p has no reference resistance" in refusal(
        replace(plain, loads=(WireLoad(1, port="p"),))
    )
    assert "segment 2 holds port p and something else in series" in refusal(
        replace(plain, loads=(WireLoad(2, 50.0, port="p"), WireLoad(2, 10.0)))
    )
    assert "1 of its nodes lie outside the grid of (26, 22, 20) cells, the first is (8, 1" in (
        refusal(Wire("low", np.array([[8, 11, 0], [8, 11, -1]]), 1e-4))
    )
    with pytest.raises(GridError, match=r"wire w: two of its corners are nearest to the same node"):
        Wire.between(GRID, "w", (0.05, 0.05, 0.05), (0.051, 0.05, 0.05), 1e-4)


@pytest.mark.quick
def test_oblique_wires_need_equal_cells() -> None:
    """The staircase is corrected on equal cells only; elsewhere it is refused, with the cells."""
    lines = np.append(np.arange(12) * 5e-3, 0.06 + np.arange(10) * 8e-3)
    grid = Grid(lines, lines, lines)
    wire = Wire.between(grid, "slant", (0.02, 0.02, 0.02), (0.08, 0.08, 0.02), 1e-4)
    assert "runs through cells of 5 to 8 mm along x" in refusal(wire, grid=grid)


@pytest.mark.quick
def test_a_crossing_is_told() -> None:
    """Wires that cross at inner nodes are joined, and the result says so; ends join quietly."""
    along = Wire("along", np.array(ALONG), 1e-4)
    across = Wire("across", np.array([[12, j, 6] for j in range(8, 15)]), 1e-4)
    network = build_network(GRID, (along, across), ())
    assert [n.name for n in network.notices] == ["wires-cross"]
    assert "Wire across crosses along at node (12, 11, 6) and is joined to it" in str(
        network.notices[0]
    )
    assert network.bonded.size == len(along.nodes) + len(across.nodes) - 1
    touching = replace(across, nodes=across.nodes[3:])
    assert not build_network(GRID, (along, touching), ()).notices
    eight = [[5, 5, 5], [6, 5, 5], [7, 5, 5], [7, 6, 5], [6, 6, 5], [6, 5, 5], [6, 4, 5]]
    (notice,) = set(build_network(GRID, (Wire("eight", np.array(eight), 1e-4),), ()).notices)
    assert "Wire eight crosses itself at node (6, 5, 5)" in str(notice)


@pytest.mark.quick
def test_what_the_lattice_stands_for() -> None:
    """Along an axis both radii are 0.1985 d; at 45 degrees current and charge see different ones.

    Axis: d exp(-gamma) / (2 sqrt 2) (lattice Green function in the plane). The space Green function
    itself: 0.252731 at the source (Watson's integral), 1 / 4 pi r from afar. 0.1 %: steps beyond 60
    are taken as a line.
    """
    axis = np.exp(-np.euler_gamma) / (2 * np.sqrt(2))
    assert effective_radii((1, 0, 0), (1.0, 1.0, 1.0)) == pytest.approx((axis, axis), rel=1e-3)
    magnetic, electric = effective_radii((1, 1, 0), (1.0, 1.0, 1.0))
    assert magnetic < axis < electric
    green = lattice_green(np.array([[0, 0, 0], [40, 0, 0]]), np.ones(3))
    assert green == pytest.approx([0.252731, 1 / (4 * np.pi * 40)], rel=1e-5)
