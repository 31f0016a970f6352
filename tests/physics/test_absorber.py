"""What comes back from the absorber, against domains whose walls are too far to echo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation, Stepper
from tests.physics.scenes import spectrum, traces
from tests.physics.test_exact import line
from tests.validation import Validated

CELL = 1e-3


def half_line(cells: int, **profile: Any) -> Simulation:
    """1-D: a current 65 cells from a wall, and an absorber at cell 120 or a wall at cell 1200."""
    n = 120 if cells else 1200
    absorber = Absorber(((0, cells), (0, 0), (0, 0)), **profile)
    drive = CurrentElement("e_z", Node(65, 1, 0), 1e9)
    pulse = Pulse(C0 / (20 * CELL))
    return line(n, np.ones(n + 1), pulse=pulse, absorber=absorber, currents=(drive,), courant=0.99)


def normal_reflection(backend: Backend, **profile: Any) -> NDArray[np.float64]:
    """Reflection at normal incidence in dB, at 20, 60 and 200 cells per wavelength."""
    place, frequencies = np.array([[80, 1, 0]]), C0 / (CELL * np.array([20, 60, 200]))
    here = traces(half_line(10, **profile), backend, "e_z", place, 1800)
    far = traces(half_line(0), backend, "e_z", place, 1800)
    dt = half_line(0).dt
    ratio = spectrum(here - far, dt, frequencies) / spectrum(far, dt, frequencies)
    return 20 * np.log10(np.abs(ratio[:, 0]))


@pytest.mark.quick
def test_normal_incidence(machine64: Backend, validated: Validated) -> None:
    """Ten cells at 20 cells per wavelength: at most -100 dB.

    sigma at its optimum lets exp(-2 eta integral sigma) = exp(-16), -139 dB, through and back; the
    discrete steps of sigma add the rest. Found -116 dB with the default alpha, below -139 dB with
    alpha = 0; at 60 and 200 cells per wavelength (part of the pulse's skirt) below -80 dB.
    """
    reflection = normal_reflection(machine64)
    validated(
        "CPML of 10 cells, normal incidence, 20 cells per wavelength",
        reflection[0],
        -100.0,
        sided="at most",
        reference="line too long for an echo",
        unit="dB",
    )
    assert np.all(reflection < -80)
    assert normal_reflection(machine64, alpha_max=0.0, kappa_max=1.0)[0] < -135


@pytest.mark.quick
def test_stretching_costs_reflection_of_propagating_waves(machine64: Backend) -> None:
    """kappa is the grid's own coarsening: for propagating waves 1 is right, 15 is worse.

    Found -139 against -107 dB at 20 cells per wavelength with alpha = 0.01.
    """
    plain = normal_reflection(machine64, alpha_max=0.01, kappa_max=1.0)
    stretched = normal_reflection(machine64, alpha_max=0.01, kappa_max=15.0)
    assert stretched[0] > plain[0] + 10


def test_alpha_follows_the_cell() -> None:
    """omega eps0 at 160 cells per wavelength: 2 pi / (eta0 160 d) = 0.104 S/m for 1 mm.

    So the same scene with all lengths scaled meets the same absorber. With a lowest frequency it is
    2 pi f eps0: 5.56 mS/m at 100 MHz, whatever the cell.
    """
    assert Absorber().alpha(1e-3) == pytest.approx(2 * np.pi / (376.730 * 0.16), rel=1e-5)
    assert Absorber().alpha(2e-3) == pytest.approx(Absorber().alpha(1e-3) / 2, rel=1e-12)
    assert Absorber.evanescent(f_min=100e6).alpha(1e-3) == pytest.approx(5.5633e-3, rel=1e-4)


def plate_run(
    plate: tuple[int, int],
    margin: int,
    n_steps: int,
    backend: Backend,
    absorber: Absorber,
    f_max: float = 20e9,
) -> NDArray[np.float64]:
    """Traces round a plate whose domain ends 13 cells and a `margin` from it.

    The current stands on a corner of the plate, the probes at its other corners and beside the
    middles of two edges (Roden and Gedney 2000).
    """
    edge, (a, b) = 13 + margin, plate
    grid = Grid.uniform((a + 2 * edge, b + 2 * edge, 2 * edge), CELL)
    ids = [volume.copy() for volume in Medium.vacuum(grid).ids]
    ids[0][edge : edge + a, edge : edge + b + 1, edge] = 0
    ids[1][edge : edge + a + 1, edge : edge + b, edge] = 0
    simulation = Simulation(
        grid,
        Medium(*ids, np.ones(2), np.zeros(2)),
        Pulse(f_max),
        absorber,
        currents=(CurrentElement("e_z", Node(edge, edge, edge)),),
    )
    places = [(a, b), (a, 0), (0, b), (a // 2, -2), (-1, b // 2)]
    probes = np.array([[edge + i, edge + j, edge] for i, j in places])
    return traces(simulation, backend, "e_z", probes, n_steps)


def echo(found: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Largest difference relative to the peak, at the worst probe, dB."""
    ratio = np.abs(found - reference).max(axis=0) / np.abs(reference).max(axis=0)
    return float(20 * np.log10(ratio.max()))


UNSTRETCHED, STRETCHED = Absorber(kappa_max=1.0), Absorber(kappa_max=15.0)


@pytest.mark.parametrize("plate", [(8, 16), pytest.param((14, 6), marks=pytest.mark.slow)], ids=str)
def test_plate_three_cells_from_the_absorber(
    plate: tuple[int, int], machine: Backend, validated: Validated
) -> None:
    """Ten cells, a conducting plate 3 cells away, a pulse of waves as short as 15 cells.

    Reference: conducting walls 70 cells further, whose echo needs 2 * 73 cells / (0.57 cells per
    step) = 256 steps; 200 are compared. Asked for: -70 dB at every probe. Found -84 to -86 dB, -88
    to -91 dB without stretch; a stretch of 15 takes 22 to 30 dB of it.
    """
    reference = plate_run(plate, 70, 200, machine, Absorber.none())
    found = echo(plate_run(plate, 0, 200, machine, Absorber()), reference)
    validated(
        f"CPML of 10 cells, {plate[0]} x {plate[1]} mm plate 3 cells away, broadband, worst probe",
        found,
        -70.0,
        sided="at most",
        reference="walls too far to echo",
        unit="dB",
    )
    stretched = echo(plate_run(plate, 0, 200, machine, STRETCHED), reference)
    assert stretched > found + 15
    assert stretched > echo(plate_run(plate, 0, 200, machine, UNSTRETCHED), reference) + 20


def regimes(
    plate: tuple[int, int], margin: int, n_steps: int, f_max: float, backend: Backend
) -> tuple[float, float, float]:
    """Echo in dB of a long plate: the default, without stretch, and the evanescent regime."""
    far = plate_run(plate, margin, n_steps, backend, Absorber.evanescent(), f_max)
    near = (
        echo(plate_run(plate, 0, n_steps, backend, absorber, f_max), far)
        for absorber in (Absorber(), UNSTRETCHED, Absorber.evanescent())
    )
    default, plain, evanescent = near
    return default, plain, evanescent


def test_a_long_plate_asks_for_the_other_regime(machine: Backend) -> None:
    """A plate of 12 x 50 mm rings at 3 GHz, 100 cells per wavelength: its near field is evanescent.

    1000 steps against an absorber 18 cells further. Stretch and a larger alpha let such fields fade
    before they meet the backing: without stretch -64 dB, the default -74, the evanescent one -87 dB
    (24 cells, 1200 steps).
    """
    default, plain, evanescent = regimes((12, 50), 18, 1000, 6e9, machine)
    assert default < -60
    assert plain > default + 6
    assert evanescent < default - 6


@pytest.mark.slow
def test_plate_of_roden_and_gedney(machine: Backend, validated: Validated) -> None:
    """25 x 100 mm plate in 51 x 126 x 26 cells of 1 mm, 2100 steps: at most -60 dB.

    The pulse has the paper's half width of 53 ps: sigma = 53 ps / sqrt(2) is f_max = 9.43 GHz. A
    reference without an echo in 2100 steps would need 600 cells on each side; an absorber 28 cells
    further stands in for it, whose own echo is weaker than that of the near one by the spreading
    of near fields over 31 in place of 3 cells. Found -72.6 dB with the default, -86.4 dB in the
    evanescent regime, -51 dB without stretch.
    """
    default, plain, evanescent = regimes((25, 100), 28, 2100, 9.43e9, machine)
    for name, found in (("default", default), ("evanescent regime", evanescent)):
        validated(
            f"CPML of 10 cells, 25 x 100 mm plate, 51 x 126 x 26 cells, 2100 steps, {name}",
            found,
            -60.0,
            sided="at most",
            reference="absorber 28 cells further (Roden and Gedney 2000)",
            unit="dB",
        )
    assert plain > default + 15
    assert evanescent < default - 8


@dataclass(frozen=True)
class Unipolar(Pulse):
    """A Gaussian current: it leaves charge behind, the hardest thing for an absorber to hold."""

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at times `t` in seconds."""
        u = (t - self.start) / self.width
        return np.where((t < 0) | (t > self.duration), 0.0, self.amplitude * np.exp(-(u**2) / 2))


REGIMES = {"default": Absorber(), "evanescent": Absorber.evanescent()}


def peaks_in_quarters(simulation: Simulation, backend: Backend, n_steps: int) -> list[float]:
    """Largest field after each quarter of a run, e and eta0 h."""
    stepper, peaks = Stepper(simulation, backend), []
    program, quarter = backend.program(stepper.stages()), n_steps // 4
    for batch in range(4):
        program.run(batch * quarter, quarter)
        fields = backend.download(stepper.fields)
        half = fields.size // 2
        peaks.append(max(np.abs(fields[:half]).max(), 377 * np.abs(fields[half:]).max()))
    return [float(peak) for peak in peaks]


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("n_steps", [3000, pytest.param(20_000, marks=pytest.mark.slow)], ids=str)
def test_no_growth_after_a_pulse_with_direct_current(
    n_steps: int, regime: str, machine: Backend, validated: Validated
) -> None:
    """The charge that the pulse leaves makes a static field; nothing may grow out of it.

    Expected: after the pulse the largest field falls or stays (1e-4 for round-off) for 2e4 steps.
    """
    grid = Grid.uniform((24, 24, 24), CELL)
    drive = (CurrentElement("e_z", Node(12, 12, 12)),)
    simulation = Simulation(
        grid, Medium.vacuum(grid), Unipolar(10e9), REGIMES[regime], currents=drive
    )
    peaks = peaks_in_quarters(simulation, machine, n_steps)
    assert peaks[0] > 0
    validated(
        f"CPML, {regime} regime, growth between quarters of {n_steps} steps after a unipolar pulse",
        float(np.diff(peaks).max() / peaks[0]),
        0.0,
        1e-4,
        sided="at most",
        reference="static field of the charge left behind",
    )


def board(graded: bool) -> Simulation:
    """A strip and its substrate over a conducting floor, both running into the absorber.

    With `graded` the absorber's cells grow by 1.2 from one to the next.
    """
    grow = 1e-3 * (1.2 ** np.arange(1, 11) if graded else np.ones(10))
    sides = np.concatenate((grow[::-1], np.full(24, 1e-3), grow))
    lines = [
        np.append(0.0, np.cumsum(d)) for d in (sides, sides, np.append(np.full(10, 1e-3), grow))
    ]
    grid = Grid(*lines)
    ids = [volume.copy() for volume in Medium.vacuum(grid).ids]
    for direction, volume in enumerate(ids):
        volume[:, :, :2][volume[:, :, :2] > 0] = 2  # two cells of substrate
        if direction < 2:
            volume[:, :, 2][volume[:, :, 2] > 0] = 3  # its surface: the mean of both sides
    ids[0][:, 20:24, 2] = ids[1][:, 20:23, 2] = 0  # the strip, 3 cells wide
    medium = Medium(*ids, np.array([1, 1, 4.4, 2.7]), np.array([0, 0, 0.01, 0.005]))
    return Simulation(
        grid,
        medium,
        Unipolar(10e9),
        Absorber(((10, 10), (10, 10), (0, 10))),
        currents=tuple(CurrentElement("e_z", Node(22, 22, k)) for k in range(2)),
    )


@pytest.mark.parametrize("graded", [False, True], ids=["uniform", "graded"])
def test_a_board_runs_into_the_absorber(graded: bool, machine: Backend) -> None:
    """Metal, lossy dielectric and graded cells in the absorber: the field fades, nothing grows.

    The pulse is unipolar, so currents below alpha / (2 pi eps0) = 1.9 GHz go on flowing along the
    strip and its ends in the absorber, which is all but transparent for them; they fade by the loss
    of the substrate only. Expected: the largest field falls from quarter to quarter of 8000
    steps, and to less than half of what it was after the first.
    """
    peaks = peaks_in_quarters(board(graded), machine, 8000)
    assert peaks[0] > 0
    assert np.all(np.diff(peaks) <= 0)
    assert peaks[3] < 0.5 * peaks[0]
