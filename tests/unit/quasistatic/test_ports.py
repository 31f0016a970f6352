"""Ports and the circuits of them: what is refused, and what every circuit holds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from emtwin.constants import EPS0
from emtwin.errors import GridError, InputError
from emtwin.grid import Grid, Node, Painter
from emtwin.grid.medium import VACUUM_ROW, Medium
from emtwin.materials import Material
from emtwin.quasistatic import Finish, Port, StaticScene, Walls, inductances, port_circuit
from emtwin.quasistatic.curl import curl, gradient
from emtwin.quasistatic.magnetostatics import Magnetostatics

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
    assert circuit.bending[0, 0] > 0


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
