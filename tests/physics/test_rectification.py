"""Rectification and demodulation by a diode, against circuits that are solved apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Boundaries,
    Capacitor,
    Diode,
    Junction,
    LumpedElement,
    NonLinearElement,
    Pulse,
    Resistor,
    RunResult,
    Simulation,
    SineBurst,
    StopRule,
    Waveform,
    run,
)
from emtwin.solver.waveforms.shapes import smooth_ramp
from tests.physics.diode_line import SOURCE, across_line
from tests.validation import Validated

Real = NDArray[np.float64]

TABLE = 3e-6  # of the current: tests/unit/solver/test_junctions.py


def memoryless(device: Junction, source: Real) -> Real:
    """Current of a device behind a source and `SOURCE` ohm, at each value of the source."""
    r = SOURCE + device.series_resistance

    def excess(u: float, v: float) -> float:
        return u + r * float(device.current(np.array(u))) - v

    roots = [brentq(excess, *sorted((0.0, v)), args=(v,), xtol=1e-15, rtol=1e-14) for v in source]
    return np.asarray((source - np.array(roots)) / r)


CYCLE = 400  # steps of half a cell: 200 cells to the wavelength
SINE = C0 / 0.2


def settled(result: RunResult) -> slice:
    """Three cycles from the end of the ramp on, at the node."""
    begin = 2 * CYCLE + 40
    assert result.n_steps >= begin + 3 * CYCLE
    return slice(begin, begin + 3 * CYCLE)


def test_half_wave_rectifier(machine64: Backend, validated: Validated) -> None:
    """A sine of 3 V behind 188 ohm into a diode: the mean of its current, by the circuit equation.

    u + (R + RS) f(u) = 3 V sin(phi), solved at 2000 phases, is the circuit without memory. The line
    differs by its grid: (k dx)^2 / 8 = 1.2e-4 in the wave and in the impedance at the fundamental,
    and the harmonics of the clipped sine, whose amplitudes fall as 1/m^2 while that error grows as
    m^2, touch the mean only in second order. Expected: 1e-3.
    """
    device = Diode(1e-12, 1.2, 2.0)
    wave = SineBurst(SINE, cycles=4.0, ramp=2.0)
    result = across_line(device, wave, 3.0, machine64, 2 * CYCLE + 40 + 3 * CYCLE + 8)
    current = result.traces["x current"][settled(result), 0]
    phases = np.sin(TWO_PI * (np.arange(2000) + 0.5) / 2000)
    validated(
        "half-wave rectifier, 3 V behind 188 ohm: mean current",
        float(current.mean()),
        float(memoryless(device, 3.0 * phases).mean()),
        1e-3,
        unit="A",
        relative=True,
        reference="circuit equation, 2000 phases",
    )


def smoothed_apart(
    device: Diode,
    wave: SineBurst,
    parts: tuple[float, float, float, float],
    periods: tuple[int, int],
) -> tuple[float, float]:
    """Mean voltage and current of the diode in the rectifier below, by an implicit ODE solver.

    States: v across the diode and the plates, q across the load; parts: R, RL, CL, C of the plates.
    """
    r, rl, cl, plates = parts

    def rates(t: float, y: Real) -> Real:
        v, q = y[:2]
        i = (float(wave(np.array(t))) - v - q) / r
        u = np.array(min(v, 0.9))  # 4 A, which never flows: the solver's guesses may lie beyond
        through = float(device.current(u) + device.conductance(u) * (v - u))
        return np.array([(i - through) / plates, (i - q / rl) / cl, through, v])

    def jacobian(t: float, y: Real) -> Real:
        g = float(device.conductance(np.array(min(y[0], 0.9))))
        rows = [[-(1 / r + g) / plates, -1 / r / plates], [-1 / r / cl, -(1 / r + 1 / rl) / cl]]
        return np.hstack((np.array([*rows, [g, 0.0], [1.0, 0.0]]), np.zeros((4, 2))))

    period = 1 / wave.frequency
    found = solve_ivp(
        rates,
        (0.0, periods[1] * period),
        np.zeros(4),
        "Radau",
        t_eval=np.array(periods) * period,
        rtol=1e-6,
        atol=np.array([1e-8, 1e-8, 1e-16, 1e-14]),
        max_step=period / 50,
        jac=jacobian,
    )
    charge, area = np.diff(found.y[2:], axis=1)[:, 0] / ((periods[1] - periods[0]) * period)
    return float(area), float(charge)


def test_rectifier_with_a_smoothed_load(machine64: Backend, validated: Validated) -> None:
    """A sine of 5 V, 250 ohm, a load of 5 kohm and a capacitor and a diode, in one loop.

    The box of 3 x 3 x 2 cells of 1 m, conductors above and below and magnetic faces around it, is a
    capacitor of eps 9 m / 2 = 40 pF, and source and diode stand between its plates. The load lies
    in series with the source and holds its charge for two periods. Reference: Radau on the circuit
    of three equations. What the circuit lacks is the inductance of the loop through the plates,
    2 m high and 1.4 m long: below mu0 2 m. Its voltage is omega mu0 h / R = 1.0 % of that of R,
    in quadrature with it; that is the tolerance. The steps, 3200 per period, add 1e-6.
    """
    device, lines = Diode(1e-12, 1.2), np.arange(4.0)
    grid = Grid(lines, lines, lines[:3])
    ends = [(Node(n, n, 0), Node(n, n, 2)) for n in (1, 2)]
    frequency, open_ends = 1 / (3200 * grid.courant_limit()), ("magnetic", "magnetic")
    wave = SineBurst(frequency, cycles=20.0, ramp=4.0, amplitude=1.0)
    parts = (250.0, 5000.0, 2 / 5000.0 / frequency, EPS0 * 9 / 2)
    load = Resistor(parts[0]) + (Resistor(parts[1]) | Capacitor(parts[2]))
    scene = Simulation(
        grid,
        Medium.vacuum(grid),
        wave,
        Absorber.none(),
        boundaries=Boundaries(open_ends, open_ends),
        elements=(
            LumpedElement("source", *ends[0], load, emf=5.0),
            NonLinearElement("x", *ends[1], device),
        ),
        courant=1.0,
    )
    result = run(scene, machine64, StopRule(-300, -300, 18 * 3200))
    cycle = slice(15 * 3200, 18 * 3200)
    expected = smoothed_apart(device, SineBurst(frequency, 20.0, 4.0, 5.0), parts, (15, 18))
    names = (("voltage", "V"), ("current", "A"))
    for (what, unit), reference in zip(names, expected, strict=True):
        validated(
            f"half-wave rectifier with a smoothed load of 5 kohm: mean {what} of the diode",
            float(result.traces[f"x {what}"][cycle, 0].mean()),
            reference,
            TWO_PI * frequency * MU0 * 2.0 / parts[0],
            unit=unit,
            relative=True,
            reference="Radau solution of the circuit",
        )


def test_rectification_follows_the_square_law(machine64: Backend, validated: Validated) -> None:
    """Mean current of a small sine V: g V^2 / (4 n Vt), g = IS / (n Vt), behind next to no ohms.

    Taylor: IS (exp(x) - 1) = IS (x + x^2/2 + ...), and the mean of sin^2 is a half. In full the
    mean is IS (I0(x) - 1) = IS x^2/4 (1 + x^2/16 + ...); R g = 5e-4 takes (1 + R g)^-3 off it, the
    wave's dispersion 2 (k dx)^2 / 8 = 2.5e-4 in the square. Tolerance: x^2/16 + 3 R g + 5e-4.
    """
    device = Diode(1e-7, 1.5)
    slope = 1.5 * device.thermal_voltage
    load = SOURCE * device.saturation_current / slope
    for x in (0.01, 0.1, 0.4):
        wave = SineBurst(SINE, cycles=4.0, ramp=2.0)
        result = across_line(device, wave, x * slope, machine64, 2 * CYCLE + 40 + 3 * CYCLE + 8)
        mean = float(result.traces["x current"][settled(result), 0].mean())
        validated(
            f"square law of a diode: mean current of a sine of {x:g} n Vt",
            mean,
            device.saturation_current * x**2 / 4,
            x**2 / 16 + 3 * load + 5e-4,
            unit="A",
            relative=True,
            reference="Taylor of the Shockley equation",
        )


@dataclass(frozen=True)
class Modulated(Waveform):
    """A sine with amplitude modulation."""

    frequency: float
    periods: int
    depth: float

    @property
    def f_max(self) -> float:  # type: ignore[override]
        """Its carrier and what the ramps give it."""
        return 3 * self.frequency

    @property
    def duration(self) -> float:
        """Ramp, two periods of the modulation, ramp."""
        return (8 + 2 * self.periods) / self.frequency

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t`."""
        n = t * self.frequency
        envelope = smooth_ramp(n / 4) * smooth_ramp((8 + 2 * self.periods - n) / 4)
        slow = 1 + self.depth * np.cos(TWO_PI * (n - 4) / self.periods)
        return np.asarray(envelope * slow * np.sin(TWO_PI * n), np.float64)


def test_amplitude_modulation_is_demodulated(machine64: Backend, validated: Validated) -> None:
    """80 % AM into a diode: its mean current follows the square of the envelope.

    (1 + m cos)^2 = 1 + m^2/2 + 2 m cos + (m^2/2) cos(2 ...): the parts at the modulation's
    frequency and at twice it are 2 m / (1 + m^2/2) = 1.2121 and (m^2/2) / (1 + m^2/2) = 0.2424 of
    the mean. The modulation is scaled from 1 kHz to 1/20 of a carrier of 100 steps per cycle. The
    next term of the law, x^2/16 with x = 0.18 at the crest, 2e-3 of the crest's part, is the
    tolerance of both, doubled for the share that it has in the mean as well.
    """
    device = Diode(1e-7, 1.5)
    slope, steps = 1.5 * device.thermal_voltage, 100
    wave = Modulated(C0 / 0.05, 20, 0.8)
    begin = 4 * steps + 20
    result = across_line(device, wave, 0.1 * slope, machine64, begin + 20 * steps + 8)
    current = result.traces["x current"][begin : begin + 20 * steps, 0]
    phase = TWO_PI * np.arange(current.size) / current.size
    parts = [2 * abs(np.mean(current * np.exp(-1j * m * phase))) for m in (1, 2)]
    mean = float(current.mean())
    reference = "square of the envelope"
    case = "demodulation of 80 % AM by a diode, part at"
    share = 1 + 0.8**2 / 2
    validated(f"{case} fm", parts[0] / mean, 1.6 / share, 4e-3, reference=reference)
    validated(f"{case} 2 fm", parts[1] / mean, 0.32 / share, 4e-3, reference=reference)


def test_small_signals_see_a_resistor(machine64: Backend, validated: Validated) -> None:
    """At 1e-4 n Vt a diode is n Vt / IS: its current differs from the resistor's by x / 2.

    IS (exp(x) - 1) = IS x (1 + x/2 + ...), so by 5e-5 of the largest current, and the table's 3e-6.
    """
    device = Diode(1e-4, 2.0)
    slope = 2.0 * device.thermal_voltage
    resistor = Resistor(slope / device.saturation_current)
    found = [
        across_line(part, Pulse(3e9), 1e-4 * slope, machine64, 1200).traces["x current"][:, 0]
        for part in (device, resistor)
    ]
    off = float(np.abs(found[0] - found[1]).max() / np.abs(found[1]).max())
    assert np.abs(found[1]).max() > 1e-10
    validated(
        "diode at 1e-4 n Vt against the resistor n Vt / IS of 517 ohm, current",
        off,
        0.0,
        5e-5 + TABLE,
        reference="Taylor of the Shockley equation",
    )
