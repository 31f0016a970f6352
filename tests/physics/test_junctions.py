"""Diodes and suppressors against circuits that are solved apart, and their stability."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, ETA0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    TVS,
    Absorber,
    Boundaries,
    Capacitor,
    CurrentElement,
    Diode,
    Element,
    Gaussian,
    Junction,
    LumpedElement,
    NonLinearElement,
    OnePort,
    Pulse,
    Resistor,
    RunResult,
    Simulation,
    SineBurst,
    Stepper,
    StopRule,
    Waveform,
    run,
)
from emtwin.solver.waveforms import smooth_ramp
from tests.physics.cavity import put
from tests.physics.test_exact import components, conserved_energy, line, randomise
from tests.physics.test_lumped import box
from tests.validation import Validated

Real = NDArray[np.float64]

TABLE = 3e-6  # of the current: tests/unit/solver/test_junctions.py
SOURCE = ETA0 / 2  # what a node of the line (a square metre per metre) sees: both directions

DEVICES: dict[str, Junction] = {
    "diode": Diode(1e-14),
    "diode with RS, C, BV": Diode(1e-12, 1.7, 3.0, 2e-15, 20.0, breakdown_emission=5.0),
    "suppressor": TVS(5.0, 6.4, 9.2, 43.5, test_current=1e-2, leakage=8e-4),
    "suppressor for both polarities": TVS(33, 36.7, 53.3, 11.3, 2e-15, bidirectional=True),
}


def one_edge(device: Junction) -> tuple[Simulation, float, float, float]:
    """A closed box with one free edge along z, and its dt / C, K dt and length.

    With faces of conductor all round, e_z at (1, 1, 0) and the four h about it are all that moves:
    a capacitance C = eps A / l beside an inductance 1 / L = K = sum of d~ / (mu d l) over the four
    cells' sides, in leapfrog.
    """
    x, y, z = (1e-3 * np.array(lines) for lines in ([0, 1, 2.5], [0, 2, 3.2], [0, 1.3]))
    grid = Grid(x, y, z)
    element = NonLinearElement("d", Node(1, 1, 0), Node(1, 1, 1), device)
    simulation = Simulation(
        grid, Medium.vacuum(grid), Pulse(20e9), Absorber.none(), elements=(element,)
    )
    dx, dy, length = np.diff(x), np.diff(y), float(z[1])
    wide, deep = dx.sum() / 2, dy.sum() / 2
    capacitance = EPS0 * wide * deep / length
    k = (deep * np.sum(1 / dx) + wide * np.sum(1 / dy)) / (MU0 * length)
    return simulation, simulation.dt / capacitance, k * simulation.dt, length


def solved_apart(
    device: Junction, v: float, dt: float, z: float, k: float, n: int
) -> tuple[Real, Real]:
    """Voltage and junction current of that box by the exact law, one root per step."""
    r, g = device.series_resistance + z / 2, 2 * device.capacitance / dt
    inductor, w, voltages, currents = 0.0, 0.0, [], []
    for _ in range(n):
        inductor += k * v
        swept = v - z * inductor
        t = (swept + v) / 2 + r * g * w

        def excess(u: float, t: float = t) -> float:
            return (1 + r * g) * u + r * float(device.current(np.array(u))) - t

        # the law has the sign of u: the root lies between 0 and what it is without current
        low, high = sorted((-1e-9 * t, (1 + 1e-9) * t / (1 + r * g)))
        u = brentq(excess, low, high, xtol=1e-15, rtol=1e-15) if t else 0.0
        i = ((swept + v) / 2 - u) / r
        currents.append(i - g * (u - w))
        v, w = swept - z * i, 2 * u - w
        voltages.append(v)
    return np.array(voltages), np.array(currents)


@pytest.mark.quick
@pytest.mark.parametrize("name", DEVICES)
def test_against_the_exact_law_in_each_step(
    name: str, machine64: Backend, validated: Validated
) -> None:
    """One free edge that begins at 200 V and rings through the device, 400 steps.

    The same recursion with the exact law, solved by bracketing, has the same time levels. The table
    errs by 3e-6 of the current at most; and where the device conducts, u = slope log(t / R IS) over
    nodes at t exp(n h), h = 1/16, so u errs by 6 slope (exp(h) - 1)^4 / 384 < 3e-7 slope and i by
    (1 + R G) / R times that. A rising law takes differences of two solutions down and never up, so
    v is off by no more than the sum of Z times the smaller one over all steps, times
    sqrt(1 / (1 - (omega dt / 2)^2)), which the leapfrog energy has against v^2: below 1.5 here.
    Added: 1e-10 of the start for the rounding of roots.
    """
    device = DEVICES[name]
    simulation, z, k, length = one_edge(device)
    stepper = Stepper(simulation, machine64)
    e = np.zeros(simulation.grid.nodes)
    e[1, 1, 0] = -200.0 / length
    put(stepper, {"e_z": e})
    n = 400
    recording = stepper.recordings["d voltage"]
    stage, ring = stepper.record(recording.source, np.array([0, 1]), 1, n)
    machine64.program([*stepper.stages(), stage]).run(0, n)
    got = machine64.download(ring).reshape(n, 2)
    v, i = solved_apart(device, 200.0, simulation.dt, z, k, n)
    r, g = device.series_resistance + z / 2, 2 * device.capacitance / simulation.dt
    slope = max(part.slope for part in (device.forward, device.backward) if part)
    miss = np.minimum(TABLE * np.abs(i), 3e-7 * slope * (1 + r * g) / r)
    bound = 1.5 * z * float(miss.sum()) + 2e-8
    assert z * k < 2.2  # (omega dt)^2: the factor above holds
    off = float(np.abs(got[:, 0] - v).max())
    validated(
        f"{name}: voltage in a ringing cell of 200 V, against the exact law in each step",
        off,
        0.0,
        bound,
        unit="V",
        reference="bracketed root of the exact law, same time levels",
    )
    assert np.abs(v).max() > 1
    assert np.abs(i).max() > 1e-3


def across_line(
    part: Junction | OnePort, wave: Waveform, peak: float, machine: Backend, steps: int
) -> RunResult:
    """Something across the line of 1 mm cells, 10 cells behind a source of `peak` volts.

    The source's wave and the node's own two directions make a voltage source with `SOURCE` ohm in
    series. No echo comes back from the ends within `steps` steps of half a cell and a batch more.
    """
    at, n = 1010, 1020 + (steps + 512) // 4
    assert steps + 512 < 4 * 1000
    ends = Node(at, 1, 0), Node(at, 1, 1)
    element: Element
    if isinstance(part, Junction):
        element = NonLinearElement("x", *ends, part)
    else:
        element = LumpedElement("x", *ends, part)
    scene = line(
        n,
        np.ones(n + 1),
        pulse=wave,
        currents=(CurrentElement("e_z", Node(1000, 1, 0), peak / SOURCE),),
        courant=0.5,
        elements=(element,),
    )
    return run(scene, machine, StopRule(-300, -300, steps))


def midpoint_voltage(result: RunResult) -> Real:
    """Mean voltage of each step."""
    v = result.traces["x voltage"][:, 0]
    return np.asarray((np.append(0.0, v[:-1]) + v) / 2)


def memoryless(device: Junction, source: Real) -> Real:
    """Current of a device behind a source and `SOURCE` ohm, at each value of the source."""
    r = SOURCE + device.series_resistance

    def root(v: float) -> float:
        low, high = sorted((0.0, float(v)))
        f = lambda u: u + r * float(device.current(np.array(u))) - v  # noqa: E731
        return (v - float(brentq(f, low, high, xtol=1e-15, rtol=1e-14))) / r if v else 0.0

    return np.array([root(v) for v in source])


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


SHEET = TVS(33.0, 36.7, 53.3, 11.3, capacitance=1e-12, bidirectional=True)


def test_suppressor_clamps(machine64: Backend, validated: Validated) -> None:
    """A pulse that drives I_PP through the device: the voltage stays at the data sheet's V_C.

    The source's peak is V_C + 188 ohm x 11.3 A = 2182 V; V_C then holds at I_PP, and the voltage's
    slope there, (slope / I + RS) / (R + ...) = 0.6 %, takes the line's error of 1e-3 down to 6e-6.
    Its capacitance draws no current at the peak. Expected: 1e-4, and the same below zero.
    """
    for sign in (1.0, -1.0):
        peak = 53.3 + SOURCE * 11.3
        result = across_line(SHEET, Gaussian(0.5e9), sign * peak, machine64, 3000)
        validated(
            f"suppressor, clamping at I_PP, {'positive' if sign > 0 else 'negative'} pulse",
            float((sign * midpoint_voltage(result)).max()),
            53.3,
            1e-4,
            unit="V",
            relative=True,
            reference="data sheet of the device",
        )
        current = sign * result.traces["x current"][:, 0]
        assert current.max() == pytest.approx(11.3, rel=1e-3)


def test_suppressor_is_a_capacitor_below_its_standoff(
    machine64: Backend, validated: Validated
) -> None:
    """At 33 V it leaks less than 1 uA, 0.19 mV at 188 ohm; all else is RS and its capacitance.

    The line answers a current with at most twice `SOURCE` at any frequency of the pulse, so the two
    voltages differ by less than 2 x 188 ohm x 1 uA.
    """
    wave = Pulse(3e9)
    found = [
        midpoint_voltage(across_line(part, wave, 33.0, machine64, 1500))
        for part in (SHEET, Resistor(SHEET.series_resistance) + Capacitor(1e-12))
    ]
    assert np.abs(found[1]).max() > 15
    validated(
        "suppressor below its stand-off voltage against its capacitance alone",
        float(np.abs(found[0] - found[1]).max()),
        0.0,
        2 * SOURCE * 1e-6,
        unit="V",
        reference="leakage of the data sheet",
    )


@pytest.mark.parametrize("name", DEVICES)
def test_energy_never_grows(name: str, machine64: Backend, validated: Validated) -> None:
    """A closed graded box with random fields of up to some hundred volts, 12000 steps.

    Leapfrog energy and C w^2 / 2 change by -dt (i u + RS i^2) together, and i u >= 0: the sum falls
    in every step. Looked at every 97 steps; allowed is rounding, 1e-12 of the start.
    """
    device = DEVICES[name]
    simulation = box(NonLinearElement("d", Node(2, 2, 1), Node(2, 2, 4), device), courant=0.99)
    stepper = Stepper(simulation, machine64)
    randomise(stepper, 5)
    start = components(stepper)
    put(stepper, {field: 3e4 * values for field, values in start.items()})
    program, energies, step = machine64.program(stepper.stages()), [], 0
    charged = stepper.assembly.state["d charged"]
    while step < 12000:
        before, w = components(stepper), float(machine64.download(charged)[0])
        program.run(step, 1)
        stored = conserved_energy(simulation, before, components(stepper))
        energies.append(stored + device.capacitance * w**2 / 2)
        program.run(step + 1, 96)
        step += 97
    growth = float(np.diff(energies).max() / energies[0])
    assert energies[-1] < (1 - 1e-4) * energies[0]  # the diode charges the box, then blocks
    validated(
        f"{name}: growth of the energy in a closed box, 12000 steps at 0.99 of the limit",
        growth,
        0.0,
        1e-12,
        sided="at most",
        reference="i u >= 0",
    )


def test_superposition_fails_and_the_result_says_so(machine64: Backend) -> None:
    """Twice the source is not twice the voltage (3 V clipped at 0.7 V), the notice says why, and
    nothing is finished by harmonic inversion, which rests on superposition.
    """
    wave = Pulse(3e9)
    one, two = (across_line(Diode(1e-12), wave, v, machine64, 1500) for v in (3.0, 6.0))
    v = [result.traces["x voltage"][:, 0] for result in (one, two)]
    assert np.abs(v[1] - 2 * v[0]).max() > 0.5
    (notice,) = (n for n in one.notices if n.name == "not-linear")
    assert notice.message.startswith("x is not linear")
    assert not one.ending.foretold
    entry = next(e for e in one.support if "suppressors" in e.feature)
    assert entry.status == "validated"


def ringing(element: Element) -> Simulation:
    """A closed box with a drive, and spectra of a port."""
    drive = CurrentElement("e_x", Node(1, 3, 2), 5.0)
    return box(element, currents=(drive,), frequencies=np.array([5e9, 10e9]))


def test_a_run_with_a_diode_is_not_foretold(machine64: Backend) -> None:
    """The same box with a resistor is finished by harmonic inversion; with a diode the run keeps
    what was cut, and gives the reason and how much may be missing.
    """
    places = Node(2, 2, 1), Node(2, 2, 4)
    stop = StopRule(-300, -300, 6000)
    linear = run(ringing(LumpedElement("x", *places, Resistor(100.0))), machine64, stop)
    bent = run(ringing(NonLinearElement("x", *places, Diode(1e-9))), machine64, stop)
    assert linear.ending.foretold
    assert not bent.ending.foretold
    assert "x not linear" in bent.ending.reason


@pytest.mark.quick
def test_a_diode_is_resumed_to_the_bit(machine: Backend, tmp_path: Path) -> None:
    """Stopped at 1024 of 2048 steps and gone on with: the traces have the same bits."""
    device = DEVICES["diode with RS, C, BV"]
    simulation = ringing(NonLinearElement("d", Node(2, 2, 1), Node(2, 2, 4), device))
    file = tmp_path / "run.npz"
    run(simulation, machine, StopRule(-300, -300, 1000), checkpoint=file)
    later = run(simulation, machine, StopRule(-300, -300, 2000), resume=file)
    whole = run(simulation, machine, StopRule(-300, -300, 2000))
    for name in ("d voltage", "d current"):
        assert np.abs(whole.traces[name]).max() > 0
        np.testing.assert_array_equal(later.traces[name], whole.traces[name])
