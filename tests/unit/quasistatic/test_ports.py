"""Ports and the circuits of them: what is refused, and what every circuit holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from emtwin.constants import EPS0
from emtwin.errors import GridError, InputError
from emtwin.grid import Grid, Node, Painter
from emtwin.grid.medium import VACUUM_ROW, Medium
from emtwin.materials import Material
from emtwin.quasistatic import (
    Finish,
    InductanceMatrix,
    Port,
    StaticScene,
    Walls,
    inductances,
    port_circuit,
)
from emtwin.quasistatic.curl import curl, face_reluctances, gradient
from emtwin.quasistatic.magnetostatics import Magnetostatics
from emtwin.quasistatic.poisson import edge_admittances
from emtwin.quasistatic.port_circuit import AGREEMENT
from emtwin.quasistatic.ports import gap_current
from emtwin.quasistatic.resonances import Poles

GRID = Grid.uniform((8, 7, 6), 1e-3)
LOOP = Port("loop", Node(2, 3, 2), Node(2, 4, 2))
PATCH = Port("patch", Node(5, 3, 0), Node(5, 3, 3))


def scene(background=None):
    """A loop of edges with a gap, and a plate over an electric wall."""
    painter = Painter(GRID, background)
    corners = [(2, 2), (4, 2), (4, 5), (2, 5), (2, 2)]
    for (a, b), (c, d) in pairwise(corners):
        painter.line((a * 1e-3, b * 1e-3, 2e-3), (c * 1e-3, d * 1e-3, 2e-3))
    painter.plate((4e-3, 2e-3, 3e-3), (6e-3, 5e-3, 3e-3))
    medium = painter.medium()
    ids = [rows.copy() for rows in medium.ids]
    ids[1][2, 3, 2] = int(medium.ids_y[1, 1, 1]) or VACUUM_ROW
    medium = Medium(*ids, medium.permittivity, medium.conductivity)
    return StaticScene(GRID, medium, Walls.over_floor())


@pytest.fixture(scope="module")
def circuit():
    return port_circuit(scene(), [LOOP, PATCH], [Finish(5.8e7)])


def test_a_gradient_has_no_curl():
    assert abs(curl(GRID) @ gradient(GRID)).max() == 0


def test_a_circuit_knows_its_loops(circuit):
    assert circuit.is_loop.tolist() == [True, False]
    assert circuit.bending[1].tolist() == [0, 0]
    assert circuit.bending[0, 0] == circuit.moments[0, 0, 0] > 0


def test_a_circuit_is_reciprocal_and_passive(circuit):
    """Z symmetric, its real part positive semi-definite, at every frequency up to its limit."""
    frequencies = np.geomspace(1e3, circuit.limit.frequency, 15)
    z = circuit.impedance(frequencies)
    np.testing.assert_allclose(z, z.transpose(0, 2, 1), rtol=1e-9)
    scale = np.abs(z).max(axis=(1, 2))
    assert np.all(np.linalg.eigvalsh(z.real)[:, 0] > -1e-12 * scale)


def test_a_circuit_has_the_inductance_and_the_capacitance_of_its_parts(circuit):
    z = circuit.impedance(np.array([1e4]))[0]
    jw = 2j * np.pi * 1e4
    c = circuit.capacitance
    patch = c.between(c.conductors[circuit.connection[:, 1].argmax()], "walls").real
    assert (1 / z[1, 1] / jw).real == pytest.approx(patch, rel=1e-6)
    own = inductances(scene(), [LOOP]).matrix[0, 0]
    assert z[0, 0].imag / abs(jw) == pytest.approx(own, rel=1e-6, abs=0.02 * own)


def test_a_lossy_filling_conducts():
    """G = C sigma / eps of what fills all of the box; at 1 kHz the port is a resistor of 1 / G."""
    lossy = scene(Material("mud", 1.0, 1e-3, False, "test"))
    lossy = StaticScene(GRID, lossy.medium, Walls.all("electric"))
    found = port_circuit(lossy, [PATCH], frequency=1e6)
    c = found.capacitance
    np.testing.assert_allclose(c.conductance, c.capacitance * 1e-3 / EPS0, rtol=1e-8)
    patch = int(found.connection[:, 0].argmax())
    (z,) = found.impedance(np.array([1e3]))[:, 0, 0]
    between = c.between(c.conductors[patch], "walls").real * 1e-3 / EPS0
    assert z.real == pytest.approx(1 / between, rel=1e-4)
    assert abs(z.imag) < 1e-3 * z.real


def test_currents_must_be_closed():
    """One ampere that ends in space, and one from a conductor to another."""
    solver = Magnetostatics(scene())
    for place in ((4, 4, 4), (5, 3, 2)):
        current = np.zeros((3, *GRID.nodes))
        current[2][place] = 1.0
        with pytest.raises(InputError, match="currents that are not closed: 1 A of 1 A"):
            solver.solve(current)


def test_a_tiny_device_holds_as_far_as_is_looked(circuit):
    tiny = InductanceMatrix(circuit.ports, 1e-9 * circuit.inductance.matrix)
    limit = replace(circuit, inductance=tiny, moments=np.zeros((2, 2, 2))).limit
    assert limit.frequency == pytest.approx(100e9)
    assert "no higher was looked" in limit.reason


def full_wave(there, ports, frequency):
    """jw i^T (K - w^2 M)^-1 i over all free edges, by a dense solution."""
    free = np.flatnonzero(there.exists & ~there.conducting)
    c = curl(GRID)[:, free].toarray()
    k = c.T @ (face_reluctances(GRID, there.medium.faces).reshape(-1)[:, None] * c)
    m = np.diag(edge_admittances(GRID, there.permittivity()).reshape(-1)[free])
    w = 2 * np.pi * frequency
    i = np.stack([gap_current(there, port).reshape(-1)[free] for port in ports])
    return 1j * w * (i @ np.linalg.solve(k - w**2 * m, i.T))


@pytest.mark.parametrize("permittivity", [1.0, 4.0])
def test_a_circuit_is_the_beginning_of_the_full_wave_solution(permittivity):
    """The same edges with all of Maxwell's equations: per octave the loop (w, left out w^5) and
    the patch (1 / w, left out w^3) come nearer by 2^4, what is between them (left out w^3) by
    2^3. Layers of dielectric give the induced field charges that have to go.
    """
    medium = scene().medium
    ids = [rows.copy() for rows in medium.ids]
    for rows in ids:
        lower = rows[:, :, :3]
        lower[lower == VACUUM_ROW] = 2
    medium = Medium(*ids, np.array([1.0, 1.0, permittivity]), np.zeros(3))
    there, ports = StaticScene(GRID, medium, Walls.all("electric")), [LOOP, PATCH]
    circuit, apart = port_circuit(there, ports), []
    for frequency in (1e9, 2e9):
        exact = full_wave(there, ports, frequency)
        own = np.sqrt(np.abs(np.diag(exact)))
        found = circuit.impedance(np.array([frequency]))[0]
        apart.append(np.abs(found - exact) / np.outer(own, own))
    orders = np.log2(apart[1] / apart[0])
    assert apart[0].max() < 0.01
    np.testing.assert_allclose(np.diag(orders), 4, atol=0.3)
    assert 2.7 < orders[0, 1] < 4.3


def beside(*corners):
    """A plate over the floor of a closed box, and a wire of edges from the floor round it."""
    painter = Painter(GRID)
    painter.plate((4e-3, 2e-3, 3e-3), (6e-3, 5e-3, 3e-3))
    for start, stop in pairwise(1e-3 * np.array(corners)):
        painter.line(tuple(start), tuple(stop))
    return StaticScene(GRID, painter.medium(), Walls.all("electric"))


@pytest.mark.parametrize(
    ("corners", "lowest", "highest"),
    [
        ((), 5e9, 9e9),
        (((1, 1, 0), (1, 1, 4), (1, 3, 4), (7, 3, 4)), 3e9, 6e9),
        (((1, 1, 0), (1, 1, 4), (1, 6, 4), (7, 6, 4), (7, 1, 4)), 2e9, 3.7e9),
    ],
    ids=["alone", "wire of 12 mm", "wire of 20 mm"],
)
def test_the_limit_of_a_capacitive_port_sees_resonant_neighbours(corners, lowest, highest):
    """Up to it the circuit is within 0.5 dB of the whole solution; 1.4 times that is beyond it.

    The plate alone resonates at 9 GHz. A wire of 20 mm is a quarter of a wavelength at 3.75 GHz,
    where the impedance turns; P and L alone would promise 0.5 dB up to 3.9 GHz.
    """
    there = beside(*corners)
    circuit = port_circuit(there, [PATCH])
    assert not circuit.is_loop.any()
    assert lowest < circuit.limit.frequency < highest
    for share, inside in ((0.5, True), (0.8, True), (1.0, True), (1.4, False)):
        at = share * circuit.limit.frequency
        exact = full_wave(there, [PATCH], at)[0, 0]
        found = circuit.impedance(np.array([at]))[0, 0, 0]
        assert (abs(found / exact - 1) < AGREEMENT) == inside, (share, at)


def test_the_moments_are_those_of_the_full_wave_solution():
    """(Z - P / jw) / jw is L + w^2 T + w^4 M + ..., here at six frequencies.

    Taken as a polynomial of six terms up to a third of the resonance, r = w^2 t <= 1/9, what is
    left out is r^6 of a_1 = 2e-6 of it, a hundred times as much in the second and third term, whose
    own parts are r and r^2: 2e-4 of L, 2e-3 of T, 2e-2 of M at most.
    """
    there = beside((1, 1, 0), (1, 1, 4), (1, 3, 4), (7, 3, 4))
    circuit = port_circuit(there, [PATCH])
    own = np.array([circuit.inductance.matrix[0, 0], *circuit.moments[:, 0, 0]])
    first = Poles.of(*circuit.moments).first
    w = first / 3 * np.linspace(0.4, 1.0, 6)
    c = circuit.capacitance
    plate = c.conductors[int(circuit.connection[:, 0].argmax())]
    elastance = 1 / c.between(plate, "walls").real
    z = np.array([full_wave(there, [PATCH], x / (2 * np.pi))[0, 0].imag for x in w])
    found = np.polynomial.Polynomial.fit((w / first) ** 2, (z + elastance / w) / w, 5)
    terms = found.convert().coef[:3] / first ** (2.0 * np.arange(3))
    assert np.all(np.abs(terms / own - 1) < [2e-4, 2e-3, 2e-2])


@pytest.mark.parametrize(
    ("port", "message"),
    [
        (Port("p", Node(2, 3, 2), Node(4, 5, 2)), "two nodes on one grid line"),
        (Port("p", Node(2, 2, 2), Node(4, 2, 2)), "metal bridges its gap"),
        (Port("p", Node(1, 1, 1), Node(2, 1, 1)), r"port p: no conductor touches the node"),
    ],
)
def test_a_port_that_cannot_be_is_refused(port, message):
    with pytest.raises((GridError, InputError), match=message):
        port_circuit(scene(), [port])


def test_marks_of_another_grid_are_refused():
    with pytest.raises(InputError, match=r"marks of finishes have shape \(3, 2, 2, 2\)"):
        port_circuit(scene(), [LOOP], [Finish(5.8e7)], np.zeros((3, 2, 2, 2), int))


def test_two_ports_of_one_name_are_refused():
    with pytest.raises(InputError, match="2 ports are called 'loop'"):
        port_circuit(scene(), [LOOP, LOOP])


def test_a_circuit_without_ports_is_refused():
    with pytest.raises(InputError, match="at least one port"):
        port_circuit(scene(), [])


def test_a_port_that_no_metal_closes_has_no_inductance():
    with pytest.raises(InputError, match="between walls and conductor 2: the port is capacitive"):
        inductances(scene(), [LOOP, PATCH])


def test_an_impedance_at_no_frequency_is_refused(circuit):
    with pytest.raises(InputError, match="frequencies above 0 Hz, got 0 Hz"):
        circuit.impedance(np.array([0.0, 1.0]))
