"""Near-field antennas in the empty grid against closed forms written down here."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import FieldSamples, Pulse, Simulation, StopRule, run
from emtwin.solver.sources.antennas import (
    Antenna,
    calibrated,
    half_wave_dipole,
    short_dipole,
    small_loop,
)
from tests.validation import Validated

FREQUENCY = 500e6
K = TWO_PI * FREQUENCY / C0
CELL = 10e-3
GRID = Grid.uniform((66, 44, 44), CELL, (-0.22, -0.22, -0.22))
CENTRE = Node(22, 22, 22)
MID = (0.0, 0.0, 0.0)


def fields_at(
    antenna: Antenna, axis: int, cells: list[int], backend: Backend
) -> NDArray[np.float64]:
    """|E_axis| per unit of the pulse, on nodes some cells from the centre along x.

    The mean of the two edges beside a node, which costs (d / r)^2 / 8 of the field.
    """
    index = np.array([[22 + n, 22, 22] for n in cells for _ in (0, 1)])
    index[::2, axis] -= 1
    samples = FieldSamples("probe", np.full(len(index), "e_" + "xyz"[axis]), index)
    simulation = Simulation(
        GRID,
        Medium.vacuum(GRID),
        Pulse(1e9),
        currents=antenna,
        samples=(samples,),
        frequencies=np.array([FREQUENCY]),
    )
    result = run(simulation, backend, StopRule(-50, -50, 1000))
    values = result.spectra["probe"][0] / result.source[0]
    return np.abs(values.reshape(-1, 2).mean(axis=1))


def in_db(ratio: float) -> float:
    return float(20 * np.log10(ratio))


def test_short_dipole(machine: Backend, validated: Validated) -> None:
    """Broadside: E = eta k^2 m / (4 pi) |1/x - j/x^2 - 1/x^3|, x = k r, from 0.5 to 3.1.

    Balanis, Antenna Theory, 4th ed., eq. 4-10b. At 60 cells per wavelength the grid's dispersion
    is (k d)^2 / 24 = 5e-4; two half dipoles on two edges widen the source to 2 cells, and the
    probe's mean adds as much: (d / r)^2 of either, 4 % (0.35 dB) at 5 cells, 1 % at 10, 0.1 % at
    30. 0.1 dB from 10 cells on.
    """
    cells = [10, 15, 30]
    found = fields_at(short_dipole(GRID, CENTRE, 2, 1.0), 2, cells, machine)
    for n, value in zip(cells, found, strict=True):
        x = K * n * CELL
        expected = ETA0 * K**2 / (2 * TWO_PI) * abs(1 / x - 1j / x**2 - 1 / x**3)
        validated(
            f"short dipole in the grid, k r = {x:.2f}", in_db(value / expected), 0.0, 0.1,
            reference="field of a Hertzian dipole", unit="dB",
        )  # fmt: skip


def test_half_wave_dipole(machine: Backend, validated: Validated) -> None:
    """Broadside: E = 60 I / R with R the distance to the ends: the middle's wave drops out.

    The exact near field of a sinusoidal current (Balanis, 4th ed., eq. 8-34a): E_z = -j 30 I
    (exp(-jkR1)/R1 + exp(-jkR2)/R2 - 2 cos(k L/2) exp(-jkr)/r), and cos(pi/2) = 0. Cells as above;
    the charge at the ends is spread over an edge: 0.1 dB from 10 cells on.
    """
    cells = [10, 15, 30]
    found = fields_at(half_wave_dipole(GRID, CENTRE, 2, FREQUENCY), 2, cells, machine)
    for n, value in zip(cells, found, strict=True):
        r = n * CELL
        expected = ETA0 / TWO_PI / np.hypot(r, C0 / FREQUENCY / 4)
        validated(
            f"half-wave dipole in the grid, r = {r:g} m", in_db(value / expected), 0.0, 0.1,
            reference="field of a sinusoidal current", unit="dB",
        )  # fmt: skip


def test_small_loop(machine: Backend, validated: Validated) -> None:
    """In its plane: E = eta k^3 m / (4 pi) |1/x - j/x^2|, x = k r (Balanis, 4th ed., eq. 5-18b).

    A square of 2 cells instead of a point: (d / r)^2 times about 1 of the field, 1 % at 10 cells,
    and (k d)^2 / 3 = 0.4 %. 0.1 dB.
    """
    cells = [10, 15, 30]
    found = fields_at(small_loop(GRID, CENTRE, 2, 1.0), 1, cells, machine)
    for n, value in zip(cells, found, strict=True):
        x = K * n * CELL
        expected = ETA0 * K**3 / (2 * TWO_PI) * abs(1 / x - 1j / x**2)
        validated(
            f"small loop in the grid, k r = {x:.2f}", in_db(value / expected), 0.0, 0.1,
            reference="field of a magnetic dipole", unit="dB",
        )  # fmt: skip


def test_calibration(machine: Backend, validated: Validated) -> None:
    """An antenna set to 3 V/m at 0.2 m in the empty grid gives 3 V/m there: 0.1 dB (as above)."""
    axis = 1
    plain = half_wave_dipole(GRID, CENTRE, axis, FREQUENCY)
    antenna = calibrated(GRID, plain, FREQUENCY, (0.2, 0.0, 0.0), 3.0)
    found = fields_at(antenna, axis, [20], machine)[0]
    validated(
        f"calibrated half-wave dipole along {'xyz'[axis]}", in_db(found / 3.0), 0.0, 0.1,
        reference="the level asked for", unit="dB",
    )  # fmt: skip


@pytest.mark.quick
def test_antennas_stay_in_the_grid() -> None:
    """An antenna at the boundary, one longer than the grid, one calibrated on its axis: refused."""
    with pytest.raises(GridError, match=r"short dipole at \(5, 5, 50\) reaches out of the grid"):
        short_dipole(GRID, Node(5, 5, 50), 2)
    with pytest.raises(GridError, match=r"small loop at \(0, 5, 5\) reaches out of the grid"):
        small_loop(GRID, Node(0, 5, 5), 2)
    with pytest.raises(GridError, match=r"half-wave dipole at .* 1.499 m along z reach out"):
        half_wave_dipole(GRID, CENTRE, 2, 100e6)
    with pytest.raises(GridError, match=r"no field at \(0, 0, 0.1\) m"):
        calibrated(GRID, small_loop(GRID, CENTRE, 2), FREQUENCY, (0.0, 0.0, 0.1), 1.0)
