"""Thin wires in the static circuit: against closed forms and against the field solver."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.quasistatic import (
    StaticScene,
    ThinWires,
    Walls,
    capacitances,
    inductances,
    port_circuit,
    widened,
)
from emtwin.quasistatic.overlap import differences
from emtwin.solver import Absorber, Pulse, Simulation, StopRule, Wire, WireEnd, run
from emtwin.solver.wires.network import build_network
from tests.physics.scenes import spectrum
from tests.validation import Validated

HEIGHT, RADIUS, APART = 40e-3, 0.5e-3, 40e-3
LENGTH = 40e-3


def lines(cell: float, ends: str) -> StaticScene:
    """Two wires over a floor, side by side, from wall to wall along x."""
    up, along, apart = (round(size / cell) for size in (HEIGHT, LENGTH, APART))
    low, high = (0, 0, 0), (LENGTH, APART, HEIGHT)
    grid = Grid.around(low, high, cell, ((0, 0), (6, 6), (0, 6)))
    feet = [grid.nearest_node((0, y, HEIGHT)) for y in (0.0, APART)]
    assert feet[1].j - feet[0].j == apart
    assert feet[0].k == up
    wires = []
    for name, foot in zip("ab", feet, strict=True):
        path = np.array([[i, foot.j, foot.k] for i in range(along + 1)])
        bonded = ends == "electric"
        start = WireEnd("bonded", 50.0, name) if bonded else WireEnd()
        wires.append(Wire(name, path, RADIUS, start, WireEnd("bonded") if bonded else WireEnd()))
    thin = ThinWires.of_network(build_network(grid, tuple(wires), ()))
    walls = Walls((ends, ends), ("open", "open"), ("electric", "open"))
    scene = StaticScene(grid, Medium.vacuum(grid), walls, wires=thin)
    return widened(scene, 50 * HEIGHT, 1.4)[0]


def per_metre() -> np.ndarray:
    """L' of two thin wires over a plane: acosh(h / a) and half of ln(1 + 4 h^2 / s^2)."""
    own = np.arccosh(HEIGHT / RADIUS)
    mutual = np.log(1 + 4 * HEIGHT**2 / APART**2) / 2
    return MU0 / TWO_PI * np.array([[own, mutual], [mutual, own]])


@pytest.mark.parametrize("cell", [10e-3, 5e-3])
def test_two_wires_over_a_floor(cell: float, validated: Validated) -> None:
    """Self and mutual inductance and capacitance per metre, at two sizes of cells.

    A line of the lattice differs from a wire in free space by (cell / distance)^2 / 12 or so of
    1, beside logarithms of 5.1 and 0.8; at 4 cells that is 0.1 and 0.6 %. Walls at 50 h count
    by (h / r)^2, 0.04 %. From six cells beyond the wires the cells grow by 1.4, where the field
    has fallen to (h / 3 h)^2 and less: what is left to 0.2, 0.3 and 1 % is theirs.
    """
    scene = lines(cell, "electric")
    ports = [scene.wires.port(name) for name in "ab"]
    found = inductances(scene, ports).matrix / LENGTH
    expected = per_metre()
    size = f"cells of {1e3 * cell:g} mm"
    for name, at, within in (("self", (0, 0), 0.002), ("mutual", (0, 1), 0.01)):
        validated(
            f"two thin wires over a plane, {name} inductance, {size}",
            1e9 * found[at], 1e9 * expected[at], within,
            relative=True, reference="closed form", unit="nH/m",
        )  # fmt: skip
    c = capacitances(lines(cell, "magnetic")).matrix
    (a, b), wanted = (1, 2), MU0 * EPS0 * np.linalg.inv(expected)
    for name, value, target, within in (
        ("self", c[a, a], wanted[0, 0], 0.003),
        ("mutual", -c[a, b], -wanted[0, 1], 0.01),
    ):
        validated(
            f"two thin wires over a plane, {name} capacitance, {size}",
            1e12 * value / LENGTH, 1e12 * target, within,
            relative=True, reference="closed form", unit="pF/m",
        )  # fmt: skip


# -- against the field solver ----------------------------------------------------------------------

FREQUENCIES = np.geomspace(20e6, 150e6, 9)
BORDER = 14  # cells beside the wire, the absorber's ten among them


def wire_over_floor(closed: bool) -> tuple[Grid, Wire]:
    """200 mm of wire, two cells of 10 mm over a floor, fed at the foot of one end."""
    grid = Grid.around((0, 0, 0), (0.2, 0, 0.02), 1e-2, ((BORDER,) * 2, (BORDER,) * 2, (0, BORDER)))
    n = BORDER
    path = [[n, n, k] for k in range(3)] + [[n + i, n, 2] for i in range(1, 21)]
    path += [[n + 20, n, 1], [n + 20, n, 0]] if closed else []
    end = WireEnd("bonded") if closed else WireEnd()
    return grid, Wire("line", np.array(path), RADIUS, WireEnd("bonded", 500.0, "feed"), end)


def solved(grid: Grid, wire: Wire, machine: Backend) -> np.ndarray:
    """Impedance at the wire's port by the field solver, shape (nf, 1, 1)."""
    absorber = Absorber(((10, 10), (10, 10), (0, 10)), alpha_max=1e-3)
    medium = Medium.vacuum(grid)
    scene = Simulation(grid, medium, Pulse(1.5e9), absorber, wires=(wire,), driven="feed")
    result = run(scene, machine, StopRule(-100, -100, 2**15))
    voltage = result.ports["feed"].voltage
    times = (np.arange(voltage.size) + 1) * result.dt
    emf = spectrum(scene.pulse(times), result.dt, FREQUENCIES)
    seen = spectrum(voltage, result.dt, FREQUENCIES)
    return np.asarray(seen * wire.start.resistance / (emf - seen))[:, None, None]


@pytest.mark.parametrize("closed", [True, False])
def test_circuit_and_field_solver_meet(
    closed: bool, machine: Backend, validated: Validated
) -> None:
    """The same grid and wire equations: Z is the same at low frequencies but for the far walls.

    Walls at 0.45 m act on a field that falls as (h / r)^2 = 0.2 %, of which an electric one and
    the absorber each take their part: 0.1 % is allowed at 20 MHz, 0.5 dB up to the limit.
    """
    grid, wire = wire_over_floor(closed)
    thin = ThinWires.of_network(build_network(grid, (wire,), ()))
    vacuum = Medium.vacuum(grid)
    scene, _ = widened(StaticScene(grid, vacuum, Walls.over_floor(), wires=thin), 0.3, 1.5)
    circuit = port_circuit(scene, [scene.wires.port("feed")])
    apart = differences(circuit.impedance(FREQUENCIES), solved(grid, wire, machine))
    validated(
        f"thin wire of 200 mm over a floor, {'closed' if closed else 'open'}, circuit against "
        "field solver at 20 MHz",
        apart[0], 0.0, 1e-3, reference="field solver, same wire",
    )  # fmt: skip
    assert circuit.limit.frequency > FREQUENCIES[-1]
    assert apart.max() < 10 ** (0.5 / 20) - 1


def test_a_wire_joins_what_it_is_bonded_to() -> None:
    """Open at its port, bonded to the floor at the other end: the loop is the wire's."""
    grid, wire = wire_over_floor(True)
    thin = ThinWires.of_network(build_network(grid, (wire,), ()))
    scene = StaticScene(grid, Medium.vacuum(grid), Walls.over_floor(), wires=thin)
    assert scene.n_conductors == 1
    assert scene.carrier_of_nodes[Node(BORDER + 5, BORDER, 2)] == 0
    assert scene.conductor_of_nodes[Node(BORDER + 5, BORDER, 2)] == -1
