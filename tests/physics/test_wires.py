"""Thin wires: a dipole antenna, a line over a plane, bonded ends, junctions, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    EdgePort,
    Pulse,
    Simulation,
    StopRule,
    Trace,
    Wire,
    WireEnd,
    run,
)
from emtwin.solver.wires.cross_section import grid_inductance, wire_inductance
from tests.physics.scenes import fields_after, port_impedance


@pytest.mark.quick
def test_in_cell_inductance_makes_up_the_line(machine64: Backend) -> None:
    """Wire of 0.5 mm at 20 mm over a plane: Z = eta0 / 2 pi acosh(h / a) = 262.7 ohm.

    The discrete Laplace problem over the plane gives what the grid sees, the wire's in-cell part
    the rest; their sum times c is the line's impedance. Tolerance 2 %, of which the finite window
    (12 cells) takes most.
    """
    lines = np.arange(-200e-3, 201e-3, 5e-3)
    up = np.arange(0.0, 201e-3, 5e-3)
    at = (40, 4)
    above_plane = grid_inductance(lines, up, at, plane=0)
    in_cell = wire_inductance(0.5e-3) - grid_inductance(lines, up, at)
    assert in_cell > 0
    assert C0 * (above_plane + in_cell) == pytest.approx(262.7, rel=0.02)


@pytest.mark.quick
@pytest.mark.parametrize("cell", [1e-3, 10e-3])
def test_what_a_square_grid_stands_for(cell: float) -> None:
    """On square cells the lattice Green function gives an effective radius of 0.198 d.

    G(0) of the 5-point Laplacian is -(ln d/r0), r0 = d exp(-gamma) / (2 sqrt 2) = 0.1985 d (the
    constant of the lattice Green function, gamma + 3/2 ln 2). The window's edge at 12 cells costs
    O((d / 12 d)^2), below 1 %.
    """
    lines = np.arange(-15, 16) * cell
    effective = np.exp(-grid_inductance(lines, lines, (15, 15)) * 2 * np.pi / MU0)
    expected = cell * np.exp(-np.euler_gamma) / (2 * np.sqrt(2))
    assert effective == pytest.approx(expected, rel=0.01)


@pytest.mark.quick
def test_a_trace_rounded_to_one_cell_is_an_error() -> None:
    """A trace above the cell over its plane has no line to couple to: refused, with the remedy."""
    grid = Grid.uniform((12, 10, 8), (5e-3, 5e-3, 1e-3))
    path = np.array([[i, 5, 3] for i in range(4, 9)])
    trace = Trace("clock", path, 1.6e-3, 0.3e-3)
    simulation = Simulation(grid, Medium.vacuum(grid), Pulse(1e9), traces=(trace,))
    with pytest.raises(GridError, match=r"trace clock at 1.6 mm .* 1 mm high") as caught:
        _ = simulation.network
    assert "grid line at the face of the board" in caught.value.problems[0].remedy


@pytest.mark.quick
def test_time_step_allows_for_the_wire(machine64: Backend) -> None:
    """A wire nearly as thick as its grid line shortens the step, and then runs stably.

    The in-cell inductance shrinks as the radius tends to 0.2 d (to a floor of 0.05 mu0), the
    natural frequency of a segment with its cell rises, and the step falls below the Courant limit.
    Long after the pulse the fields have decayed.
    """
    grid = Grid.uniform((20, 20, 26), 1e-3)
    path = np.array([[10, 10, k] for k in range(8, 18)])
    steps = []
    for radius in (1e-6, 0.19e-3):
        wire = Wire("w", path, radius, end=WireEnd("bonded", 50.0, "p"))
        settings = {"wires": (wire,), "driven": "p", "absorber": Absorber(((5, 5),) * 3)}
        simulation = Simulation(grid, Medium.vacuum(grid), Pulse(20e9), **settings)  # type: ignore[arg-type]
        steps.append(simulation.dt)
    assert steps[1] < 0.8 * steps[0]
    assert steps[0] <= grid.courant_limit()
    fields = np.abs(fields_after(simulation, machine64, 4000)).max()
    assert np.isfinite(fields)
    assert fields < 1e-2 * np.abs(fields_after(simulation, machine64, 400)).max()


@pytest.mark.quick
def test_resistor_across_a_gap(machine64: Backend) -> None:
    """An edge port between two plates much closer than a wavelength reads another port's resistor.

    Two ports of 50 and 75 ohm in parallel plates (25 x 25 x 1 mm, 0.2 nF... closed by the grid):
    at 30 MHz the drop between them is small and the driven one sees 75 ohm in parallel with the
    plates' 5.5 pF, so |Z| = 75 within 3 %.
    """
    grid = Grid(
        *(np.arange(27) * 5e-3 for _ in range(2)), np.append(0, 1e-3 + np.arange(21) * 5e-3)
    )
    ids = [volume.copy() for volume in Medium.vacuum(grid).ids]
    ids[0][10:15, 10:16, 1] = 0
    ids[1][10:16, 10:15, 1] = 0
    ports = (
        EdgePort("p", Node(12, 12, 0), Node(12, 12, 1), 50.0),
        EdgePort("q", Node(13, 12, 0), Node(13, 12, 1), 75.0),
    )
    simulation = Simulation(
        grid,
        Medium(*ids, np.ones(2), np.zeros(2)),
        Pulse(1e9),
        Absorber(((6, 6), (6, 6), (0, 6)), alpha_max=1e-3),
        ports=ports,
        driven="p",
        frequencies=np.array([30e6]),
    )
    result = run(simulation, machine64, StopRule(-80, -80, 20_000))
    assert abs(port_impedance(result, "p")[0]) == pytest.approx(75.0, rel=0.03)
