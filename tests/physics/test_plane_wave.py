"""The plane wave inside its box, and what leaks out of it."""

from __future__ import annotations

from dataclasses import replace

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
THETA, PHI = np.radians(35.0), np.radians(70.0)
OBLIQUE: tuple[Vector, Vector] = (
    (
        float(np.sin(THETA) * np.cos(PHI)),
        float(np.sin(THETA) * np.sin(PHI)),
        float(np.cos(THETA)),
    ),
    (
        float(np.cos(THETA) * np.cos(PHI)),
        float(np.cos(THETA) * np.sin(PHI)),
        float(-np.sin(THETA)),
    ),
)
WAVES = {
    "along x": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "against y": ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0)),
    "diagonal": DIAGONAL,
    "oblique": OBLIQUE,
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
@pytest.mark.parametrize(
    ("name", "bound"),
    [("along x", -250), ("against y", -250), ("diagonal", -190), ("oblique", -190)],
)
def test_leakage(name: str, bound: float, machine64: Backend) -> None:
    """The incident field is the grid's own wave, so only rounding leaks.

    Along an axis the same scheme makes both: 1e-16 per operation, and a hundred dB less than the
    -200 dB of one bit in 1e10; found -300 dB. At other angles the wave is synthesised from a
    spectrum. The pulse begins with a jump 163 dB below its peak, whose spectrum reaches beyond the
    grid's last wave, and what lies there is left out: found -205 to -214 dB.
    """
    assert leakage(scene(*WAVES[name]), machine64) < bound


@pytest.mark.quick
@pytest.mark.parametrize("name", WAVES)
def test_leakage_in_single_precision(name: str, machine: Backend) -> None:
    """Rounding of float32, 6e-8 or -144 dB per operation: found -128 dB and better."""
    assert leakage(scene(*WAVES[name]), machine) < -115


@pytest.mark.quick
@pytest.mark.parametrize("name", ["along x", "against y"])
def test_no_leakage_on_a_graded_grid(name: str, machine64: Backend) -> None:
    """Along an axis the wave meets every change of the cell as the grid itself does: -300 dB."""
    rng = np.random.default_rng(0)
    lines = [np.append(0.0, np.cumsum(CELL * rng.uniform(0.5, 1.0, N))) for _ in range(3)]
    grid = Grid(*lines)
    simulation = scene(*WAVES[name])
    assert simulation.plane_wave is not None
    direction = simulation.plane_wave.direction
    origin = tuple(float(x[N // 2]) - 0.2 * q for x, q in zip(lines, direction, strict=True))
    wave = replace(simulation.plane_wave, origin=origin)
    graded = replace(simulation, grid=grid, medium=Medium.vacuum(grid), plane_wave=wave)
    assert leakage(graded, machine64) < -250


@pytest.mark.quick
def test_oblique_on_a_graded_grid_is_the_continuous_wave(machine64: Backend) -> None:
    """No dispersion relation holds there; on this uniform grid the continuous wave leaks -47 dB.

    k d differs by up to (pi / 20)^2 (1 - S^2) / 6 = 0.28 % of itself, S = 0.57, which over 16 to 28
    cells of the box is 1 to 1.6 degrees at the highest frequency, -36 dB, and less of the pulse.
    """
    grid = Grid.uniform((N, N, N), CELL)
    simulation = scene(*WAVES["oblique"])
    lines = [axis.copy() for axis in grid.lines]
    for axis in lines:
        axis[N // 2] += 0.1 * CELL
    bent = Grid(*lines)
    changed = replace(simulation, grid=bent, medium=Medium.vacuum(bent))
    assert -60 < leakage(changed, machine64) < -36


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
