"""Lumped networks and sources against the discrete line, and their stability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Capacitor,
    CurrentElement,
    EdgePort,
    Inductor,
    LumpedElement,
    OnePort,
    Pulse,
    Rational,
    Resistor,
    Simulation,
    Stepper,
    StopRule,
    run,
)
from tests.physics.scenes import spectrum, traces
from tests.physics.test_exact import line
from tests.validation import Validated

NETWORKS: dict[str, OnePort] = {
    "R": Resistor(200.0),
    "L": Inductor(20e-9),
    "C": Capacitor(0.1e-12),
    "series RLC": Resistor(50.0) + Inductor(20e-9) + Capacitor(0.1e-12),
    "parallel RLC": Resistor(300.0) | Inductor(20e-9) | Capacitor(0.1e-12),
    "(R + L) | C": (Resistor(20.0) + Inductor(20e-9)) | Capacitor(0.1e-12),
    "R + (L | C)": Resistor(20.0) + (Inductor(20e-9) | Capacitor(0.1e-12)),
    "rational": Rational(
        np.array([-7e9, -7e9 + 2e10j, -7e9 - 2e10j]),
        np.array([5e6, 1e7 + 5e5j, 1e7 - 5e5j]),
        1e-3,
        0.05e-12,
    ),
}


@pytest.mark.quick
@pytest.mark.parametrize("name", NETWORKS)
def test_network_across_the_discrete_line(
    name: str, machine64: Backend, validated: Validated
) -> None:
    """1-D, dx = 1 mm, dt = dx / 2c, 1e9 m wide and high: t of a shunt network.

    The line's response to one ampere at a node, W = (2/dt) sin(w dt/2), sin(k dx/2) = W dx / 2c:
    1 / Zs = j W C dx + 2 (1 - exp(-j k dx)) / (j W L dx), with L = mu0, C = eps0 per metre
    (square section), t the voltage over that without
    network. The network draws Y(s) cos(w dt/2) per volt, s = (2/dt) j tan(w dt/2), so
    t = 1 / (1 + Zs Y cos). Exact: tolerance 1e-7 (pulse cut 163 dB down). The analog Y without
    the cosine differs by Zs Y (w dt)^2 / 6 and less: 1e-3 at 6 GHz.
    """
    f = np.array([1e9, 2e9, 4e9, 6e9])
    at, n = 1100, 2400
    drive = CurrentElement("e_z", Node(1000, 1, 0), 1e9)
    found = []
    for network in (None, NETWORKS[name]):
        element = (
            ()
            if network is None
            else (LumpedElement("x", Node(at, 1, 0), Node(at, 1, 1), network),)
        )
        scene = line(
            n, np.ones(n + 1), pulse=Pulse(6e9), currents=(drive,), courant=0.5, elements=element
        )
        trace = traces(scene, machine64, "e_z", np.array([[at, 1, 0]]), 2600)
        found.append(spectrum(trace[:, 0], scene.dt, f))
    dt, omega = 0.5e-3 / C0, 2 * np.pi * f
    w = 2 / dt * np.sin(omega * dt / 2)
    phase = 2 * np.arcsin(w * 0.5e-3 / C0)
    response = 1 / (1j * w * EPS0 * 1e-3 + 2 * (1 - np.exp(-1j * phase)) / (1j * w * MU0 * 1e-3))
    y = NETWORKS[name].admittance(2j / dt * np.tan(omega * dt / 2)) * np.cos(omega * dt / 2)
    expected = 1 / (1 + response * y)
    got = found[1] / found[0]
    analog = 1 / (1 + response * NETWORKS[name].admittance(1j * omega))
    worst = float(np.abs(got - expected).max())
    case = f"lumped {name} across a line, transmission 1 to 6 GHz, against"
    validated(f"{case} its discrete form", worst, 0.0, 1e-7, reference="discrete line")
    far = float(np.abs(got - analog).max())
    validated(f"{case} the analog network", far, 0.0, 1e-3, reference="circuit theory")


def box(element: LumpedElement, **changes: Any) -> Simulation:
    """A small closed graded box."""
    grid = Grid(*(1e-3 * np.array([0, 1, 2.5, 3.5, 5, 6]) for _ in range(3)))
    settings: dict[str, Any] = {"absorber": Absorber.none(), "elements": (element,)} | changes
    return Simulation(grid, Medium.vacuum(grid), Pulse(20e9), **settings)


@pytest.mark.quick
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("name", [n for n in NETWORKS if n != "rational"])
def test_no_value_is_unstable(name: str, scale: float, machine64: Backend) -> None:
    """Positive-real networks take energy at every dt: a closed box that was hit by a pulse
    does not grow in 4000 steps.

    Leapfrog energy is positive below the Courant limit and changes by -dt i (v^n + v^(n+1)) / 2;
    impedances of 1e-12 and 1e12 times the usual are far beyond what dt resolves. The largest field
    (e, eta h) may wander with the modes' phases, by less than ten times at 0.99 of the limit.
    """
    element = LumpedElement("x", Node(2, 2, 1), Node(2, 2, 4), scaled(name, scale))
    drive = CurrentElement("e_x", Node(1, 3, 2))
    stepper = Stepper(box(element, currents=(drive,)), machine64)
    program, peaks = machine64.program(stepper.stages()), []
    for begin in range(0, 4000, 200):
        program.run(begin, 200)
        peaks.append(np.abs(machine64.download(stepper.fields)).max())
    assert 0 < max(peaks[10:]) < 10 * max(peaks[:10])


def scaled(name: str, z: float) -> OnePort:
    """A network with its impedances multiplied."""
    r, i, c = Resistor(50.0 * z), Inductor(20e-9 * z), Capacitor(0.1e-12 / z)
    return {
        "R": r,
        "L": i,
        "C": c,
        "series RLC": r + i + c,
        "parallel RLC": r | i | c,
        "(R + L) | C": (r + i) | c,
        "R + (L | C)": r + (i | c),
    }[name]


def gated(pulse: Pulse, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twice the pulse, silent once it is over."""
    return np.where(t > pulse.duration, 0.0, 2.0 * pulse(t))


@pytest.mark.quick
def test_sources_keep_their_circuit(machine64: Backend) -> None:
    """Hard: v is the pulse at (n + 1) dt; resistive: (v^n + v^(n+1)) / 2 = v_s + R i, all exact.

    To 1e-12 of the peak over three edges of unlike length, with a delay of a fraction of a step.
    """
    ends = Node(2, 2, 1), Node(2, 2, 4)
    for network in (None, Resistor(50.0)):
        delay = 2e-11
        scene = box(LumpedElement("x", *ends, network, emf=2.0, delay=delay))
        result = run(scene, machine64, StopRule(-300, -300, 600))
        v, i = (result.traces[f"x {what}"][:, 0] for what in ("voltage", "current"))
        t = np.arange(v.size) * result.dt - delay
        if network is None:
            expected = gated(scene.pulse, t + result.dt)
            np.testing.assert_allclose(v, expected, rtol=0, atol=1e-12)
            continue
        mean = (np.append(0.0, v[:-1]) + v) / 2
        source = gated(scene.pulse, t + result.dt / 2)
        np.testing.assert_allclose(mean, source + 50.0 * i, rtol=0, atol=1e-12)


@pytest.mark.quick
def test_misuse_is_refused() -> None:
    """Values, places and active networks, each with its reason."""
    with pytest.raises(GridError, match="resistance = -1 ohm"):
        Resistor(-1.0)
    with pytest.raises(GridError, match=r"not passive: Re Y = -\S+ S at \S+ Hz"):
        Rational(np.array([-1e9]), np.array([-1e6]), 1e-4)
    with pytest.raises(GridError, match="without loss needs a positive residue"):
        Rational(np.array([0.0]), np.array([-1e6]), 1.0)
    with pytest.raises(GridError, match="grows"):
        Rational(np.array([1e9]), np.array([1e6]))
    with pytest.raises(GridError, match="conjugates"):
        Rational(np.array([-1e9 + 1e9j]), np.array([1e6]))
    with pytest.raises(GridError, match="1 poles but 2 residues"):
        Rational(np.array([-1e9]), np.array([1e6, 1e6]))
    with pytest.raises(GridError, match="x: 1 of its 1 edges lie in a perfect conductor"):
        box(LumpedElement("x", Node(0, 2, 1), Node(0, 2, 2), Resistor(1.0)))
    with pytest.raises(GridError, match="x lies outside the grid"):
        box(LumpedElement("x", Node(2, 2, 1), Node(2, 2, 9), Resistor(1.0)))
    one = LumpedElement("x", Node(2, 2, 1), Node(2, 2, 3), Resistor(1.0))
    two = LumpedElement("y", Node(2, 2, 4), Node(2, 2, 2), Resistor(1.0))
    with pytest.raises(GridError, match=r"e_z at \(2, 2, 2\) belongs to x and to y"):
        box(one, elements=(one, two))
    port = EdgePort("p", Node(2, 2, 2), Node(2, 2, 3), 50.0, bare=True)
    with pytest.raises(GridError, match=r"port p lies on e_z at \(2, 2, 2\), an edge of x"):
        box(one, ports=(port,))
