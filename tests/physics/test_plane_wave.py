"""The plane wave inside its box, and what leaks out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend, select_backend
from emtwin.constants import C0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, PlaneWave, Pulse, Simulation, Stepper
from emtwin.solver.sources.wave_placement import decibel
from emtwin.solver.sources.wave_placement import leakage as foretell
from tests.physics.scenes import fields_after, spectrum, traces
from tests.physics.test_absorber import Unipolar
from tests.validation import Validated

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
@pytest.mark.parametrize("name", WAVES)
def test_leakage(name: str, machine64: Backend, validated: Validated) -> None:
    """The incident field is the grid's own wave, so only rounding leaks: at most -270 dB.

    Along an axis the same scheme makes both: 1e-16 per operation, found -300 dB. At other angles
    the wave is a sum of 37 spectral lines, each right to a few 1e-16 times the phase of up to 30
    rad that it has gathered: 1e-14 or -280 dB; found -276 to -289 dB. The pulse begins 10 standard
    deviations before its zero crossing, at 1e-21 of its peak.
    """
    validated(
        f"plane wave {name}, leakage out of 16 x 16 x 16 cells, 20 cells per wavelength, float64",
        leakage(scene(*WAVES[name]), machine64),
        -250.0 if name.startswith(("along", "against")) else -270.0,
        sided="at most",
        reference="no field outside the box",
        unit="dB",
    )


@pytest.mark.quick
@pytest.mark.parametrize("name", WAVES)
def test_leakage_in_single_precision(name: str, machine: Backend) -> None:
    """Rounding of float32, 6e-8 or -144 dB per operation: found -128 dB and better."""
    assert leakage(scene(*WAVES[name]), machine) < -115


@pytest.mark.parametrize("name", WAVES)
def test_no_leakage_on_a_graded_grid(name: str, machine64: Backend, validated: Validated) -> None:
    """Cells of random size, 1 : 2, inside and outside the box: still the grid's own wave.

    A product of one function per axis solves the scheme on any rectilinear grid. Wherever cells
    change something is reflected, in the incident field as in the grid; only rounding leaks.
    """
    validated(
        f"plane wave {name}, leakage on cells of random size (1 : 2), float64",
        leakage(on_random_cells(scene(*WAVES[name])), machine64),
        -250.0,
        sided="at most",
        reference="no field outside the box",
        unit="dB",
    )


def on_random_cells(simulation: Simulation, smallest: float = 0.5) -> Simulation:
    """The same wave where every cell is `smallest` to 1 times as large."""
    rng = np.random.default_rng(0)
    lines = [np.append(0.0, np.cumsum(CELL * rng.uniform(smallest, 1.0, N))) for _ in range(3)]
    grid = Grid(*lines)
    wave = simulation.plane_wave
    assert wave is not None
    return replace(
        simulation, grid=grid, medium=Medium.vacuum(grid), plane_wave=replace(wave, origin=None)
    )


@pytest.mark.parametrize("name", ["along x", "oblique"])
def test_wave_inside_a_graded_box(name: str, machine64: Backend) -> None:
    """On cells that differ by 20 % the field in the middle is the waveform at its retarded time.

    Amplitude to 1 % and phase to 1 degree at a quarter, a half and the whole of f_max. What each
    jump of the cell by s d reflects is about (k d)^2 s / 12, 0.16 % at 20 cells per wavelength.
    """
    simulation = on_random_cells(scene(*WAVES[name]), 0.8)
    ratio = inside(simulation, machine64)
    np.testing.assert_allclose(np.abs(ratio), 1.0, atol=1e-2)
    assert np.all(np.abs(np.degrees(np.angle(ratio))) < 1.0)


def inside(simulation: Simulation, backend: Backend) -> NDArray[np.complex128]:
    """Spectrum in the middle of the box, relative to that of free space, at three frequencies."""
    wave, grid = simulation.plane_wave, simulation.grid
    assert wave is not None
    axis, middle = int(np.argmax(np.abs(wave.polarisation))), N // 2
    place = np.array([lines[middle] for lines in grid.lines])
    place[axis] = grid.centres[axis][middle]
    index, steps = np.full((1, 3), middle), 900
    found = traces(simulation, backend, f"e_{'xyz'[axis]}", index, steps)[:, 0]
    t = (np.arange(steps) + 1) * simulation.dt
    expected = simulation.pulse(t - wave.delay(place[None, :])) * wave.polarisation[axis]
    frequencies = F_MAX * np.array([0.25, 0.5, 1.0])
    result: NDArray[np.complex128] = spectrum(found, simulation.dt, frequencies) / spectrum(
        expected, simulation.dt, frequencies
    )
    return result


@pytest.mark.quick
@pytest.mark.parametrize("name", WAVES)
def test_amplitude_and_phase_inside(name: str, machine64: Backend, validated: Validated) -> None:
    """In the middle of the box the field is the waveform at its retarded time.

    At a quarter, a half and the whole of f_max: amplitude to 0.5 %, phase to 1 degree. The grid's
    phase error grows with the square of the frequency: 20 cells per wavelength and 8 to 10 cells
    of path give up to 0.28 % * 10 * 18 degrees = 0.5 degrees.
    """
    ratio = inside(scene(*WAVES[name]), machine64)
    for what, error, tolerance, unit in (
        ("amplitude", np.abs(np.abs(ratio) - 1).max(), 5e-3, ""),
        ("phase", np.abs(np.degrees(np.angle(ratio))).max(), 1.0, "degrees"),
    ):
        validated(
            f"plane wave {name}, {what} inside the box, worst of three frequencies",
            float(error),
            0.0,
            tolerance,
            sided="at most",
            reference="the waveform at its retarded time",
            unit=unit,
        )


@pytest.mark.parametrize("name", WAVES)
def test_inside_is_the_wave_of_the_dispersion_relation(name: str, machine64: Backend) -> None:
    """From one place to another the spectrum turns by exp(-j k r), k from the scheme's relation.

    sum (2 / d sin(k_a d / 2))^2 = (2 / (c dt) sin(w dt / 2))^2 with k_a = k n_a, solved here by
    bisection: e_a(r + s) / e_a(r) = exp(-j k n s) at any frequency, to 1e-9 in float64.
    """
    simulation = scene(*WAVES[name])
    wave = simulation.plane_wave
    assert wave is not None
    axis, steps, n = int(np.argmax(np.abs(wave.polarisation))), 700, np.array(wave.direction)
    places = np.array([[17, 18, 19], [27, 25, 26]])
    found = traces(simulation, machine64, f"e_{'xyz'[axis]}", places, steps)
    for share in (0.3, 1.0):
        omega = TWO_PI * share * F_MAX
        goal = (2 / (C0 * simulation.dt) * np.sin(omega * simulation.dt / 2)) ** 2
        k = bisected(lambda k: float(np.sum((2 / CELL * np.sin(k * n * CELL / 2)) ** 2)), goal)
        here, there = spectrum(found, simulation.dt, np.array([share * F_MAX]))[0]
        turn = np.exp(-1j * k * float(n @ (places[1] - places[0])) * CELL)
        assert there / here == pytest.approx(turn, abs=1e-9)


def bisected(rising: Callable[[float], float], goal: float) -> float:
    """Where a rising function reaches its goal, below the band's edge."""
    low, high = 0.0, 1.0 / CELL
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < goal else (low, middle)
    return low


@pytest.mark.parametrize("cells", [6, 5, 4], ids="{} cells per wavelength".format)
def test_foretold_leakage_of_a_pulse_too_short_for_its_grid(cells: int, machine64: Backend) -> None:
    """What the grid cannot carry is told before the run, within +6 and -35 dB of what leaks.

    The figure adds the magnitudes of all lines that are slower than 0.6 c or no waves at all, so it
    lies above the largest field outside; not by more than what a coherent sum of some ten lines,
    each a few decibel below the last, exceeds the strongest of those that truly fail.
    """
    simulation = replace(scene(*WAVES["oblique"]), pulse=Pulse(C0 / CELL / cells))
    (notice,) = [n for n in simulation.notices if n.name == "plane-wave-leakage"] or [None]
    assert simulation.plane_wave is not None
    foretold = decibel(sum(foretell(simulation, simulation.plane_wave)))
    measured = leakage(simulation, machine64)
    assert -35 < measured - foretold < 6
    assert (notice is not None) == (foretold > -120)
    if notice is not None:
        assert f"{foretold:.0f} dB" in notice.message


@pytest.mark.quick
@pytest.mark.parametrize("name", ["along x", "oblique"])
def test_numpy_and_native_agree(name: str, machine: Backend) -> None:
    """The same from NumPy in float32, while the pulse goes through a small box.

    To the bit but for subnormal numbers, which the native threads flush: the wave begins at 1e-20
    of its peak, where terms of 1e-38 are still in the digits; they end up 1e-13 of the peak.
    """
    grid = Grid.uniform((20, 20, 20), CELL)
    wave = PlaneWave(*WAVES[name], Node(8, 8, 8), Node(12, 12, 12))
    settings = {"absorber": Absorber(((5, 5),) * 3), "plane_wave": wave}
    simulation = Simulation(grid, Medium.vacuum(grid), Pulse(F_MAX), **settings)
    expected = fields_after(simulation, select_backend("numpy", "float32"), 150)
    assert np.abs(expected).max() > 0.1
    found = fields_after(simulation, machine, 150)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_waveform_with_direct_current(machine64: Backend) -> None:
    """A Gaussian at an oblique angle: zero frequency is one of the lines.

    This one is cut where it begins, 6.5 deviations before its peak, at -183 dB.
    """
    simulation = replace(scene(*WAVES["oblique"]), pulse=Unipolar(F_MAX))
    assert leakage(simulation, machine64) < -165


def test_foretold_leakage_of_a_late_start(machine64: Backend) -> None:
    """A wave that is told to be at the middle of its box at time zero has begun before the run.

    There the pulse is 6.5 standard deviations of 7.1 cells before its zero crossing. The first
    corner, 9 cells off along each axis, is 14.9 cells or 2.1 deviations ahead: 4.4
    exp((1 - 4.4^2) / 2) = 4.5e-4, -67 dB of the peak has passed it. Most of the box sees less.
    """
    simulation = scene(*WAVES["oblique"])
    wave = simulation.plane_wave
    assert wave is not None
    middle = N / 2 * CELL
    late = replace(simulation, plane_wave=replace(wave, origin=(middle, middle, middle)))
    assert late.plane_wave is not None
    foretold = decibel(sum(foretell(late, late.plane_wave)))
    assert -35 < leakage(late, machine64) - foretold < 6
    assert [notice.name for notice in late.notices] == ["plane-wave-leakage"]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("direction", "polarisation"),
    [((2.0, 0, 0), (0, 0, 1.0)), ((1.0, 0, 0), (0, 0, 0.5)), ((1.0, 0, 0), (1.0, 0, 0))],
)
def test_refused_vectors(direction: Vector, polarisation: Vector) -> None:
    """Anything but two unit vectors at right angles is an error that shows both."""
    with pytest.raises(GridError, match="unit vectors at right angles"):
        PlaneWave(direction, polarisation, Node(1, 1, 1), Node(2, 2, 2))
