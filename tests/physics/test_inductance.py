"""Inductances, losses of surfaces, resistances; the circuit of ports against the field solver."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import EPS0, ETA0, MU0, TWO_PI
from emtwin.grid import Grid, Node, Painter
from emtwin.grid.medium import Faces, Medium
from emtwin.quasistatic import (
    Finish,
    Port,
    StaticScene,
    Terminal,
    Walls,
    dc_conductances,
    inductances,
    join,
    port_circuit,
    widened,
)
from emtwin.quasistatic.overlap import differences
from emtwin.quasistatic.resistance import cell_conductances
from emtwin.solver import Absorber, EdgePort, Pulse, Simulation, StopRule, run
from tests.physics.scenes import spectrum
from tests.physics.static_scenes import LATTICE_RADIUS, permuted, scaled, square_loop, without
from tests.validation import Validated


@pytest.mark.parametrize("far", ["electric", "magnetic"])
def test_square_loop(far: str, validated: Validated) -> None:
    """L = 2 mu0 s / pi (ln(s / a) - 0.77401 + a / s), Grover's square of round wire, skin only.

    s = 10 cells, a = 0.1985 cells. The lattice's wire has that radius far from its ends; at a
    corner it acts within a cell, a / s = 2 % of a side, on a part 1 / ln(s / a) = 1/4 of what is
    linked with it: 1 % is allowed. The walls are at 3 m, an electric and a magnetic one differ by
    0.2 %.
    """
    scene, port = square_loop(10, 6)
    found = inductances(scene, [port], far=far).matrix[0, 0]
    a = LATTICE_RADIUS / 10
    expected = 2 * MU0 / np.pi * (np.log(1 / a) - 0.77401 + a)
    validated(
        f"square loop of 1 m, radius 19.85 mm, cells of 100 mm, {far} walls at 3 m, inductance",
        1e6 * found, 1e6 * expected, 0.01,
        relative=True, reference="Grover, Inductance Calculations, 1946, chapter 8", unit="uH",
    )  # fmt: skip


def test_walls_bound_the_inductance() -> None:
    """Electric walls from below, magnetic ones from above, and apart as the room^-3."""
    scene, port = square_loop(4, 1, 1.0)
    apart = []
    for cells in (1, 6):
        room = sum(0.25 * 1.3**n for n in range(1, cells + 1)) - 1e-9
        wide, shift = widened(scene, room)
        low, high = (
            float(inductances(wide, [port.moved(shift)], far=far).matrix[0, 0])
            for far in ("electric", "magnetic")
        )
        apart.append((high - low, wide.grid.x[-1] - 0.5))
    order = np.log(apart[0][0] / apart[1][0]) / np.log(apart[1][1] / apart[0][1])
    assert apart[1][0] > 0
    assert 2.5 < order < 4.0


def strip(cells: int, closed: bool, faces: float | None = None) -> tuple[StaticScene, Port]:
    """A line of two plates 20 mm apart and 20 mm wide between mirrors, `cells` of 10 mm long."""
    grid = Grid.uniform((cells, 2, 2), 1e-2)
    mirrors, plates = ("magnetic", "magnetic"), ("electric", "electric")
    medium = Medium.vacuum(grid)
    if faces is not None:
        vacuum = Faces.vacuum(grid)
        magnetic = Faces(*vacuum.ids, np.array([1.0, faces]), np.zeros(2))
        medium = Medium(*medium.ids, np.ones(2), np.zeros(2), magnetic)
    walls = Walls(("magnetic", "electric" if closed else "magnetic"), mirrors, plates)
    return StaticScene(grid, medium, walls), Port("feed", Node(0, 1, 0), Node(0, 1, 2))


def grown(closed: bool, faces: float | None = None) -> np.ndarray:
    """Inductance of a strip of 18 cells less that of one of 9: the feed's own share is gone."""
    long, short = (port_circuit(*_listed(strip(n, closed, faces))) for n in (18, 9))
    return long.inductance.matrix - short.inductance.matrix


def _listed(pair: tuple[StaticScene, Port]) -> tuple[StaticScene, list[Port]]:
    return pair[0], [pair[1]]


@pytest.mark.parametrize("permeability", [None, 50.0])
def test_a_closed_line_has_the_inductance_of_its_length(permeability: float | None) -> None:
    """mu l for plates as wide as they are apart: 9 cells are 90 mm mu, exactly.

    The field of the feed falls as exp(-pi x / 20 mm) towards the end of the shorter line: to
    exp(-2 pi 90 / 20 / 2) = 7e-7 of itself and less.
    """
    (found,) = grown(True, permeability).ravel()
    assert found == pytest.approx(MU0 * (permeability or 1) * 0.09, rel=1e-5)


def test_an_open_line_has_a_third_of_it() -> None:
    """jw l mu / 3: the current falls linearly to the end. Its square, summed over the edges of
    9 or 18 cells where current counts at half cells, is l / 3 (1 - 1 / 4 n^2)."""
    (found,) = grown(False).ravel()
    sums = [n / 3 * (1 - 1 / (4 * n**2)) for n in (18, 9)]
    assert found == pytest.approx(MU0 * 1e-2 * (sums[0] - sums[1]), rel=2e-3)


def test_a_closed_line_bends_towards_its_resonance(validated: Validated) -> None:
    """Z = j Z0 tan(w l / c): the third term is Z0 (w l / c)^3 / 3, T = mu0^2 eps0 l^3 / 3.

    With its own L the feed puts l up by 0.5 cells at most of 40.
    """
    circuit = port_circuit(*_listed(strip(40, True)))
    validated(
        "closed strip line of 400 mm, cells of 10 mm, third term of its impedance",
        1e24 * circuit.bending[0, 0], 1e24 * MU0**2 * EPS0 * 0.4**3 / 3, 3 * 0.5 / 40,
        relative=True, reference="tan(k l)", unit="1e-24 H^2 F",
    )  # fmt: skip
    assert circuit.is_loop.all()
    reactance = circuit.impedance(np.array([circuit.limit.frequency]))[0, 0, 0].imag
    exact = ETA0 * np.tan(TWO_PI * circuit.limit.frequency * 0.4 / 299792458.0)
    assert abs(reactance / exact - 1) < 10 ** (0.5 / 20) - 1
    assert "next terms of port feed" in circuit.limit.reason


def two_loops(apart: int) -> tuple[StaticScene, list[Port]]:
    """Coaxial squares of 3 and 4 cells, `apart` cells from each other, gaps in both."""
    grid = Grid.around((0, 0, 0), (4, 4, apart), 1.0, 5, 1.2)
    painter, ports, gaps = Painter(grid), [], []
    for name, size, z in (("small", 3, 0), ("large", 4, apart)):
        corners = [(0, 0, z), (size, 0, z), (size, size, z), (0, size, z), (0, 0, z)]
        for start, stop in pairwise(corners):
            painter.line(start, stop)
        gap = grid.nearest_node((0, 1, z))
        gaps.append((1, gap))
        ports.append(Port(name, gap, gap._replace(j=gap.j + 1)))
    return StaticScene(grid, without(painter.medium(), gaps)), ports


def test_mutual_inductances_are_symmetric_positive_and_fall() -> None:
    near, far = (inductances(*two_loops(apart)) for apart in (1, 3))
    for found in (near, far):
        np.testing.assert_array_equal(found.matrix, found.matrix.T)
        assert np.linalg.eigvalsh(found.matrix)[0] > 0
    assert 1 > near.coupling[0, 1] > 2 * far.coupling[0, 1] > 0


def test_axes_in_another_order_and_other_sizes() -> None:
    """Permuted: to the square of the residual. Twice the size: twice the inductance, bit by bit."""
    scene, ports = two_loops(1)
    expected = inductances(scene, ports).matrix
    order = (2, 0, 1)
    turned = [
        Port(p.name, Node(*(p.start[a] for a in order)), Node(*(p.stop[a] for a in order)))
        for p in ports
    ]
    found = inductances(permuted(scene, order), turned).matrix
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_array_equal(inductances(scaled(scene, 2.0), ports).matrix, 2 * expected)


def test_skin_of_a_strip_line() -> None:
    """R = R_s 2 l / w: H = I / w on the metal of both plates, mirrors beside them.

    Plates in the grid, not walls: they count on the inside only, where all of H is. 8 cells more,
    160 mm2 more of metal that carries 1 A per 20 mm, within 0.1 % (the feed's field, as above). The
    resonance at 400 MHz raises the resistance at 1 MHz by some 1e-5.
    """
    parts = []
    for cells in (18, 10):
        grid = Grid.uniform((cells, 2, 4), 1e-2)
        painter = Painter(grid)
        for z in (0.01, 0.03):
            painter.plate((0, 0, z), (1e-2 * cells, 0.02, z))
        painter.plate((1e-2 * cells, 0, 0.01), (1e-2 * cells, 0.02, 0.03))
        walls = Walls.all("magnetic")
        scene = StaticScene(grid, painter.medium(), walls)
        port = Port("feed", Node(0, 1, 1), Node(0, 1, 3))
        parts.append(port_circuit(scene, [port], [Finish(5.8e7)]))
    grew = parts[0].integrals[0, 0, 0, 0] - parts[1].integrals[0, 0, 0, 0]
    assert grew == pytest.approx(2 * 0.08 / 0.02, rel=1e-3)
    f = np.array([1e6])
    r = np.sqrt(np.pi * 1e6 * MU0 / 5.8e7) * parts[0].integrals[0, 0, 0, 0]
    assert parts[0].impedance(f)[0, 0, 0].real == pytest.approx(r, rel=1e-4)


@pytest.mark.parametrize(("f", "case"), [(1.0, "1 Hz"), (1e6, "1 MHz")])
def test_a_sheet_with_current_on_both_sides(f: float, case: str, validated: Validated) -> None:
    """0.15 mm of copper between two plates, half of the current returns on each.

    8 cells more of it, 80 mm by 20 mm: l / (w sigma t) = 0.460 mohm at 1 Hz, where a skin depth is
    66 mm. At 1 MHz it is 66 um: l / w times R_s / 2 but for 2 %, which the exact slab,
    (k / 2 sigma) coth(k t / 2), has as well. H of the feed beside the plates counts by less than
    0.1 %, as above.
    """
    resistances = []
    for cells in (18, 10):
        grid = Grid.uniform((cells, 2, 4), 1e-2)
        painter = Painter(grid)
        painter.plate((0, 0, 0.02), (1e-2 * cells, 0.02, 0.02))
        mirrors, plates = ("magnetic", "magnetic"), ("electric", "electric")
        walls = Walls(("magnetic", "electric"), mirrors, plates)
        scene = StaticScene(grid, painter.medium(), walls)
        ports = [
            Port("low", Node(0, 1, 0), Node(0, 1, 2)),
            Port("up", Node(0, 1, 4), Node(0, 1, 2)),
        ]
        z = port_circuit(scene, ports, [Finish(5.8e7, 0.15e-3)]).impedance(np.array([f]))[0]
        resistances.append(z.real.sum() / 4)
    k = (1 + 1j) * np.sqrt(np.pi * f * MU0 * 5.8e7)
    exact = 0.08 / 0.02 * (k / (2 * 5.8e7) / np.tanh(k * 0.15e-3 / 2)).real
    validated(
        f"sheet of 0.15 mm of copper, 80 x 20 mm, current on both sides, {case}, resistance",
        1e3 * (resistances[0] - resistances[1]), 1e3 * exact, 1e-3,
        relative=True, reference="slab of finite thickness", unit="mohm",
    )  # fmt: skip
    if f == 1.0:
        assert exact == pytest.approx(0.08 / (0.02 * 5.8e7 * 0.15e-3), rel=1e-9)


def test_a_bar_has_its_resistance(validated: Validated) -> None:
    """l / (sigma A) of a copper bar of 100 x 3 x 2 mm: 0.2874 mohm, exactly, on a graded grid."""
    grid = Grid(
        np.array([0, 20, 50, 100]) * 1e-3,
        np.array([-1, 0, 1, 3, 4]) * 1e-3,
        np.array([-2, 0, 2, 3]) * 1e-3,
    )
    sigma = np.zeros(grid.shape)
    sigma[:, 1:3, 1] = 5.8e7
    ends = [
        Terminal.face("left", Node(0, 1, 1), Node(0, 3, 2)),
        Terminal.face("right", Node(3, 1, 1), Node(3, 3, 2)),
    ]
    found = dc_conductances(grid, cell_conductances(grid, sigma), ends)
    validated(
        "copper bar of 100 x 3 x 2 mm, resistance",
        1e3 * found.resistance("left", "right"), 1e3 * 0.1 / (5.8e7 * 6e-6), 1e-8,
        relative=True, reference="closed form", unit="mohm",
    )  # fmt: skip


# -- against the field solver ----------------------------------------------------------------------

FREQUENCIES = np.geomspace(20e6, 500e6, 15)
BORDER = 14  # cells beside the wire, the absorber's ten among them


def wire_over_floor(closed: bool) -> tuple[Grid, Medium, EdgePort]:
    """200 mm of wire, two cells of 10 mm over a floor, fed across the lower cell of one end."""
    grid = Grid.around((0, 0, 0), (0.2, 0, 0.02), 1e-2, ((BORDER,) * 2, (BORDER,) * 2, (0, BORDER)))
    painter = Painter(grid)
    painter.line((0, 0, 0.02), (0.2, 0, 0.02))
    painter.line((0, 0, 0.01), (0, 0, 0.02))
    if closed:
        painter.line((0.2, 0, 0), (0.2, 0, 0.02))
    start = grid.nearest_node((0, 0, 0))
    return grid, painter.medium(), EdgePort("feed", start, start._replace(k=1), 50.0)


def solved(grid: Grid, medium: Medium, port: EdgePort, machine: Backend) -> np.ndarray:
    """Impedance at the port by the field solver, shape (nf, 1, 1)."""
    absorber = Absorber(((10, 10), (10, 10), (0, 10)), alpha_max=1e-3)
    scene = Simulation(grid, medium, Pulse(1.5e9), absorber, ports=(port,), driven=port.name)
    result = run(scene, machine, StopRule(-60, -60, 2**15))
    voltage = result.ports[port.name].voltage
    times = (np.arange(voltage.size) + 1) * result.dt
    emf = spectrum(scene.pulse(times), result.dt, FREQUENCIES)
    seen = spectrum(voltage, result.dt, FREQUENCIES)
    return np.asarray(seen * port.resistance / (emf - seen))[:, None, None]


@pytest.mark.parametrize("closed", [True, False])
def test_circuit_and_field_solver_meet(
    closed: bool, machine: Backend, validated: Validated
) -> None:
    """A wire over a floor, closed to a loop or open: the same discrete conductors, so Z is the
    same at low frequencies but for what the walls do.

    Walls at 0.45 m act on a field that falls as (h / r)^2 = 0.2 %, and so does the absorber; the
    time step of the field solver counts by (w dt)^2 / 24 only: 0.4 % is allowed at 20 MHz.
    Up to its limit the circuit is within 0.5 dB, and the two are joined in a band that reaches
    down to the lowest frequency.
    """
    grid, medium, port = wire_over_floor(closed)
    scene, shift = widened(StaticScene(grid, medium, Walls.over_floor()), 0.3, 1.5)
    there = Port(port.name, port.start, port.stop).moved(shift)
    circuit = port_circuit(scene, [there])
    field = solved(grid, medium, port, machine)
    apart = differences(circuit.impedance(FREQUENCIES), field)
    kind = "closed" if closed else "open"
    validated(
        f"wire of 200 mm over a floor, {kind}, circuit against field solver at 20 MHz",
        apart[0], 0.0, 0.004, reference="field solver, same edges",
    )  # fmt: skip
    within = circuit.limit.frequency >= FREQUENCIES
    assert circuit.limit.frequency > 150e6
    assert apart[within].max() < 10 ** (0.5 / 20) - 1
    low = np.geomspace(9e3, 10e6, 7)
    joined = join(circuit.impedance, low, field, FREQUENCIES, circuit.limit.frequency)
    assert joined.overlap[0] == FREQUENCIES[0]
    assert joined.overlap[1] > 100e6
    np.testing.assert_array_equal(joined.impedance[:7], circuit.impedance(low))
    np.testing.assert_array_equal(joined.impedance[-3:], field[-3:])
