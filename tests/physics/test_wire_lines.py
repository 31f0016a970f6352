"""Wires over a plane as lines: surge impedance, crosstalk, coupling of a plane wave."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, ETA0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    PlaneWave,
    Pulse,
    Simulation,
    StopRule,
    Wire,
    WireEnd,
    WireLoad,
    run,
)
from tests.physics.scenes import spectrum
from tests.validation import Validated

HEIGHT, RADIUS, LENGTH, CELL, STEP = 20e-3, 0.5e-3, 1.0, 10e-3, 50e-3
UP, ALONG = round(HEIGHT / CELL), round(LENGTH / STEP)
BORDER = 12  # cells beyond the wires, the absorber's ten among them
IMPEDANCE = float(ETA0 / TWO_PI * np.arccosh(HEIGHT / RADIUS))
Real = NDArray[np.float64]


def lines(core: Real, growth: float, *, below: bool = True) -> Real:
    """Grid lines with a border that grows cell by cell."""
    grown = np.cumsum((core[1] - core[0]) * growth ** np.arange(1, BORDER + 1))
    return np.concatenate((core[0] - grown[::-1] if below else [], core, core[-1] + grown))


def over_plane(length: float, across: int) -> Grid:
    """Cells of 50 x 10 x 10 mm round wires of a length, on a plane at z = 0."""
    return Grid(
        lines(np.arange(round(length / STEP) + 1) * STEP, 1.05),
        lines(np.arange(-4, 5 + across) * CELL, 1.15),
        lines(np.arange(7) * CELL, 1.15, below=False),
    )


FLOOR = Absorber(((10, 10), (10, 10), (0, 10)), alpha_max=1e-3)


@pytest.mark.parametrize(("height", "radius"), [(20e-3, 0.5e-3), (40e-3, 3e-3), (40e-3, 4.8e-3)])
def test_surge_impedance(
    height: float, radius: float, machine: Backend, validated: Validated
) -> None:
    """Wire of 0.5 mm radius at 20 mm over a plane: eta0 / 2 pi acosh(h / a) = 262.7 ohm, 2 %.

    A port of 500 ohm in the middle of 2 m of wire sees two lines in series until their ends'
    echoes come back after 6.7 ns, by which time the pulse is over (4.6 ns + 3 sigma of 0.7 ns).
    Inductance and capacitance both enter. At 100 MHz the source's own near field, about as
    long as the line is high, is a capacitance beside it: a few ohm of reactance, up to 6 % (and
    0.5 % of the real part). Radii of 0.3 and 0.48 of a cell are wires that
    are spread over the neighbouring lines.
    """
    grid = over_plane(2.0, 0)
    path = np.array([[BORDER + i, BORDER + 4, round(height / CELL)] for i in range(41)])
    wire = Wire("line", path, radius, loads=(WireLoad(20, 500.0, port="gap"),))
    simulation = Simulation(
        grid, Medium.vacuum(grid), Pulse(500e6), FLOOR, wires=(wire,), driven="gap"
    )
    result = run(simulation, machine, StopRule(-80, -80, 512))
    assert not [n for n in result.notices if n.name == "wire-thinner"]
    window = int(2.0 / C0 / result.dt)
    frequency = np.array([100e6])
    times = (np.arange(window) + 1) * result.dt
    source = spectrum(simulation.pulse(times), result.dt, frequency)
    voltage = spectrum(result.ports["gap"].voltage[:window], result.dt, frequency)
    seen = (voltage * 500.0 / (source - voltage))[0] / 2
    expected = float(ETA0 / TWO_PI * np.arccosh(height / radius))
    validated(
        f"wire of {1e3 * radius:g} mm at {1e3 * height:g} mm over a plane, surge impedance",
        seen.real, expected, 0.02, relative=True, reference="closed form", unit="ohm",
    )  # fmt: skip
    assert abs(seen.imag) < 0.06 * expected


def crosstalk(frequency: float) -> tuple[float, float]:
    """Near and far end of the second of two lossless lines, all ends 50 ohm, per e.m.f.

    The matrix exponential of the multiconductor line, L from acosh and (mu0 / 4 pi) ln(1 +
    4 h^2 / s^2), C = mu0 eps0 / L.
    """
    own = MU0 / TWO_PI * np.arccosh(HEIGHT / RADIUS)
    mutual = MU0 / 2 / TWO_PI * np.log(1 + 4 * HEIGHT**2 / 20e-3**2)
    inductance = np.array([[own, mutual], [mutual, own]])
    capacitance, zero = MU0 * EPS0 * np.linalg.inv(inductance), np.zeros((2, 2))
    line = np.block([[zero, inductance], [capacitance, zero]])
    chain = expm(-1j * TWO_PI * frequency * LENGTH * line)
    ends, emf = 50.0 * np.eye(2), np.array([1.0, 0.0])
    towards = np.hstack((np.eye(2), -ends)) @ chain  # v - R i at the far end vanishes
    current = np.linalg.solve(towards @ np.vstack((-ends, np.eye(2))), -towards[:, :2] @ emf)
    near = emf - ends @ current
    far = (chain @ np.concatenate((near, current)))[:2]
    return float(abs(near[1])), float(abs(far[1]))


def test_crosstalk(machine: Backend, validated: Validated) -> None:
    """Two such wires 20 mm apart, 1 m, 50 ohm at every end: 1 dB at 1 and 10 MHz.

    NUMERICS' values are those of the two-wire line (checked below). The wires are two cells apart
    and at two cells over the plane, and their ends come down in risers of 20 mm that couple too:
    4 % more line (0.35 dB), which is most of what is off.
    """
    grid = over_plane(LENGTH, 2)
    wires = []
    for name, j in (("a", BORDER + 4), ("b", BORDER + 6)):
        up = [[BORDER, j, k] for k in range(UP + 1)]
        along = [[BORDER + i, j, UP] for i in range(1, ALONG + 1)]
        down = [[BORDER + ALONG, j, k] for k in range(UP - 1, -1, -1)]
        ends = (WireEnd("bonded", 50.0, f"{name} near"), WireEnd("bonded", 50.0, f"{name} far"))
        wires.append(Wire(name, np.array(up + along + down), RADIUS, *ends))
    frequencies = np.array([1e6, 10e6])
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(100e6),
        FLOOR,
        wires=tuple(wires),
        driven="a near",
        frequencies=frequencies,
    )
    result = run(simulation, machine, StopRule(-70, -70, 12_000))
    known = {1e6: (0.00523, 0.00485), 10e6: (0.03983, 0.03766)}
    for n, f in enumerate(frequencies.tolist()):
        assert crosstalk(f) == pytest.approx(known[f], rel=2e-3)
        for end, expected in zip(("near", "far"), known[f], strict=True):
            found = abs(result.ports[f"b {end}"].spectrum[n] / result.source[n])
            validated(
                f"crosstalk of two wires over a plane, {end} end, {f / 1e6:g} MHz",
                20 * np.log10(found / expected), 0.0, 1.0,
                reference="multiconductor line", unit="dB",
            )  # fmt: skip


def coupled(resistance: float, frequencies: Real, backend: Backend) -> dict[str, Real]:
    """Currents in uA at both ends and in the middle, of a line of 1 m in a wave of 1 V/m end-fire.

    The plane is taken by symmetry: a second wire mirrors the first, so that the wave may pass
    through the grid as it likes; each end's load is there twice.
    """
    grid = Grid(
        lines(np.arange(ALONG + 1) * STEP, 1.05),
        lines(np.arange(-4, 5) * CELL, 1.12),
        lines(np.arange(-6, 7) * CELL, 1.12),
    )
    i, j, k = BORDER, BORDER + 4, BORDER + 6
    corners = [(i, k - UP), (i, k + UP), (i + ALONG, k + UP), (i + ALONG, k - UP), (i, k - UP)]
    path = [[i, j, k - UP]]
    for (x0, z0), (x1, z1) in pairwise(corners):
        count = abs(x1 - x0) + abs(z1 - z0)
        path += [
            [x0 + n * (x1 - x0) // count, j, z0 + n * (z1 - z0) // count]
            for n in range(1, count + 1)
        ]
    far = 2 * UP + ALONG + UP
    loads = (
        WireLoad(UP, resistance, port="near"),
        WireLoad(UP - 1, resistance),
        WireLoad(2 * UP + ALONG // 2, 0.05, port="middle"),
        WireLoad(far - 1, resistance, port="far"),
        WireLoad(far, resistance),
    )
    wave = PlaneWave(
        (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), Node(11, 11, 11), Node(*(n - 11 for n in grid.shape))
    )
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(300e6),
        Absorber(alpha_max=1e-3),
        wires=(Wire("line", np.array(path), RADIUS, loads=loads),),
        plane_wave=wave,
        frequencies=frequencies,
    )
    result = run(simulation, backend, StopRule(-70, -70, 6000))
    ports = result.ports.values()
    return {p.name: 1e6 * np.abs(p.spectrum / result.source) / p.resistance for p in ports}


def taylor(resistance: float, frequency: float) -> tuple[float, float]:
    """Currents in uA at both ends of the line by transmission-line theory.

    End-fire and vertical, the wave has no field along the wire: its risers are sources h E and
    h E exp(-jkl). With I = (A exp(-jkx) - B exp(jkx)) / Z the ends' conditions V = -R I + h E and
    V = R I + h E exp(-jkl) give A and B (Agrawal, Price and Gurbaxani 1980).
    """
    turn = np.exp(-1j * TWO_PI * frequency / C0 * LENGTH)
    r = resistance / IMPEDANCE
    matrix = np.array([[1 + r, 1 - r], [(1 - r) * turn, (1 + r) / turn]])
    a, b = np.linalg.solve(matrix, HEIGHT * np.array([1, turn]))
    return float(abs(a - b) / IMPEDANCE * 1e6), float(abs(a * turn - b / turn) / IMPEDANCE * 1e6)


def test_field_to_a_shorted_line(machine: Backend, validated: Validated) -> None:
    """Shorted at both ends: h E / Z = 76.12 uA at every frequency, 6 %.

    Only the wave that runs with the incident one is excited (B = 0). The shorts are risers of 20
    mm, whose inductance (about 16 nH each, 877 nH/m the line) takes 3 % off at low frequency.
    The middle is read: at the ends, the same risers show near 150 MHz, the first resonance.
    """
    frequencies = np.array([5e6, 30e6, 75e6])
    found = coupled(0.05, frequencies, machine)["middle"]
    for f, value in zip(frequencies.tolist(), found, strict=True):
        assert taylor(0.0, f)[0] == pytest.approx(76.12, abs=0.01)
        validated(
            f"field to shorted line, {f / 1e6:g} MHz", value, 76.12, 0.06, relative=True,
            reference="transmission-line theory", unit="uA",
        )  # fmt: skip


def test_field_to_a_loaded_line(machine: Backend, validated: Validated) -> None:
    """50 ohm at both ends, 30 MHz: 78.05 uA at the end towards the wave, 53.09 uA behind, 6 %."""
    found = coupled(50.0, np.array([30e6]), machine)
    assert taylor(50.0, 30e6) == pytest.approx((78.05, 53.09), abs=0.01)
    for end, expected in (("near", 78.05), ("far", 53.09)):
        validated(
            f"field to line with 50 ohm, {end} end, 30 MHz", found[end][0], expected, 0.06,
            relative=True, reference="transmission-line theory", unit="uA",
        )  # fmt: skip
