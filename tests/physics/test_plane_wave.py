"""The plane wave inside its box, and what leaks out of it."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import PlaneWave, Pulse, Simulation, Stepper
from tests.physics.scenes import spectrum, traces

CELL, N = 5e-3, 44
F_MAX = C0 / CELL / 20
Vector = tuple[float, float, float]
DIAGONAL: tuple[Vector, Vector] = ((3**-0.5,) * 3, (2**-0.5, -(2**-0.5), 0.0))
WAVES = {
    "along x": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "against y": ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0)),
    "diagonal": DIAGONAL,
}


def scene(direction: Vector, polarisation: Vector) -> Simulation:
    """Empty grid with the total-field box in its middle, 20 cells per wavelength at f_max."""
    grid = Grid.uniform((N, N, N), CELL)
    centre = N / 2 * CELL
    origin = tuple(centre - 0.2 * q for q in direction)
    wave = PlaneWave(
        direction,
        polarisation,
        Node(14, 14, 14),
        Node(30, 30, 30),
        (origin[0], origin[1], origin[2]),
    )
    return Simulation(grid, Medium.vacuum(grid), Pulse(F_MAX), plane_wave=wave)


def leakage(simulation: Simulation, backend: Backend) -> float:
    """Largest e outside the box relative to inside, dB."""
    stepper = Stepper(simulation, backend)
    program, inside, outside = backend.program(stepper.stages()), 0.0, 0.0
    for batch in range(25):
        program.run(batch * 10, 10)
        fields = backend.download(stepper.fields)
        for name in ("e_x", "e_y", "e_z"):
            e = np.abs(stepper.layout.component(fields, name))
            inside = max(inside, float(e[17:28, 17:28, 17:28].max()))
            e[13:32, 13:32, 13:32] = 0.0
            outside = max(outside, float(e.max()))
    return float(20 * np.log10(outside / inside))


@pytest.mark.quick
@pytest.mark.parametrize("name", WAVES)
def test_leakage(name: str, machine: Backend) -> None:
    """The incident field is the continuous plane wave; the grid's own travels slower on its axes.

    Behind the box the two are subtracted: along an axis, at S = c dt / d = 0.572 and 20 cells per
    wavelength, k d differs by (pi/20)^2 (1 - S^2) / 6 = 0.28 % of itself, which over the 16 to 20
    cells of the box is 1 degree or -36 dB of the highest frequency, and less of the whole pulse:
    found -42.4 dB, asserted -40. On the diagonal at 0.99 of the limit the grid is nearly free of
    dispersion: found -82.7 dB, asserted -60, the aim for oblique waves. The aim along an axis,
    -250 dB, needs incident fields with the grid's own dispersion and is not reached.
    """
    direction, polarisation = WAVES[name]
    bound = -60 if name == "diagonal" else -40
    assert leakage(scene(direction, polarisation), machine) < bound


@pytest.mark.quick
@pytest.mark.parametrize("name", WAVES)
def test_amplitude_and_phase_inside(name: str, machine64: Backend) -> None:
    """In the middle of the box the field is the waveform at its retarded time.

    At a quarter, a half and the whole of f_max: amplitude to 0.5 %, phase to 1 degree. The grid's
    phase error grows with the square of the frequency: 20 cells per wavelength and 8 to 10 cells
    of path give up to 0.28 % * 10 * 18 degrees = 0.5 degrees.
    """
    direction, polarisation = WAVES[name]
    simulation = scene(direction, polarisation)
    wave = simulation.plane_wave
    assert wave is not None
    axis, middle = int(np.argmax(np.abs(polarisation))), N // 2
    place = np.full(3, float(middle))
    place[axis] += 0.5
    delay = (place * CELL - np.array(wave.origin)) @ np.array(direction) / C0
    steps = 600
    index = np.full((1, 3), middle)
    found = traces(simulation, machine64, f"e_{'xyz'[axis]}", index, steps)[:, 0]
    t = (np.arange(steps) + 1) * simulation.dt
    expected = simulation.pulse(t - delay) * polarisation[axis]
    frequencies = F_MAX * np.array([0.25, 0.5, 1.0])
    ratio = spectrum(found, simulation.dt, frequencies) / spectrum(
        expected, simulation.dt, frequencies
    )
    np.testing.assert_allclose(np.abs(ratio), 1.0, atol=5e-3)
    assert np.all(np.abs(np.degrees(np.angle(ratio))) < 1.0)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("direction", "polarisation"),
    [((2.0, 0, 0), (0, 0, 1.0)), ((1.0, 0, 0), (0, 0, 0.5)), ((1.0, 0, 0), (1.0, 0, 0))],
)
def test_refused_vectors(direction: Vector, polarisation: Vector) -> None:
    """Anything but two unit vectors at right angles is an error that shows both."""
    with pytest.raises(GridError, match="unit vectors at right angles"):
        PlaneWave(direction, polarisation, Node(1, 1, 1), Node(2, 2, 2))
