"""Relations between runs that hold for any scene: symmetry, linearity, reciprocity, causality.

tests/physics/test_metamorphic.py holds each once, in a larger scene, with its number published;
here the scenes are drawn: graded cells, random materials with loss, relaxation and metal, absorbing
layers on some axes, and two ports, a current, a lumped network and a wire at random places.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.rational import debye
from emtwin.solver import (
    Absorber,
    Capacitor,
    CurrentElement,
    EdgePort,
    Inductor,
    LumpedElement,
    Pulse,
    Resistor,
    Simulation,
    Stepper,
    StopRule,
    Wire,
    WireLoad,
    run,
)
from tests.physics.permuted import Order, handedness, moved, permuted
from tests.physics.scenes import fields_after, random_medium, spectrum
from tests.physics.test_metamorphic import LatePulse, off

pytestmark = pytest.mark.quick

STEPS = 80
PORTS = ("p", "q")
BARE = {"wires": (), "elements": ()}
some = settings(max_examples=8, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
absorbing = st.sampled_from([(), (0,), (1,), (2,), (0, 1, 2)])


def scene(seed: int, absorbing: tuple[int, ...], **changes: Any) -> Simulation:
    """10 to 12 cells along each axis of 1 to 1.5 mm, the finest alike, two layers of absorber.

    Everything that is placed lies along two edges from a corner of its own of an inner cube, so
    that no two things touch; the edges of ports, current and network are no metal and do not relax.
    """
    rng = np.random.default_rng(seed)
    spacings = [1e-3 * (1 + rng.integers(0, 5, rng.integers(10, 13)) / 8) for _ in range(3)]
    for spacing in spacings:
        spacing[4] = 1e-3
    grid = Grid(*(np.append(0.0, np.cumsum(spacing)) for spacing in spacings))
    corners = rng.permutation(list(product((3, 6), repeat=3)))[:5]
    axes = rng.integers(0, 3, 5)
    starts = [Node(*corner.tolist()) for corner in corners]
    stops = [
        Node(*(corner + 2 * np.eye(3, dtype=int)[axis]).tolist())
        for corner, axis in zip(corners, axes, strict=True)
    ]
    ports = tuple(
        EdgePort(name, starts[n], stops[n], rng.uniform(20, 90), bare=True)
        for n, name in enumerate(PORTS)
    )
    network = (Resistor(rng.uniform(5, 50)) + Inductor(1e-9)) | Capacitor(
        rng.uniform(0.1e-12, 1e-12)
    )
    nodes = np.linspace(starts[3], stops[3], 3).round().astype(np.int64)
    parts: dict[str, Any] = {
        "absorber": Absorber(tuple((2, 2) if a in absorbing else (0, 0) for a in range(3))),
        "ports": ports,
        "driven": "p",
        "elements": (LumpedElement("network", starts[2], stops[2], network),),
        "wires": (Wire("wire", nodes, 5e-5, loads=(WireLoad(0, rng.uniform(0, 50)),)),),
        "currents": (CurrentElement(f"e_{'xyz'[axes[4]]}", starts[4], rng.uniform(-1, 1)),),
    }
    free = (*ports, *(EdgePort("", starts[n], stops[n], 1.0) for n in (2, 4)))
    medium = with_room(random_medium(rng, grid, ports=free), nodes)
    medium = replace(medium, dispersion={3: debye(0.0, [(rng.uniform(1, 5), 2e-11)])})
    return Simulation(grid, medium, Pulse(8e9), **(parts | changes))


def with_room(medium: Medium, nodes: NDArray[np.int64]) -> Medium:
    """A vacuum of one cell round a wire, which is a line in one dielectric."""
    room = tuple(
        slice(low - 1, high + 2) for low, high in zip(nodes.min(0), nodes.max(0), strict=True)
    )
    ids = [volume.copy() for volume in medium.ids]
    for volume in ids:
        volume[room] = 1
    return replace(medium, ids_x=ids[0], ids_y=ids[1], ids_z=ids[2])


@some
@given(seed=seeds, axis=st.sampled_from([(), (0,), (1,), (2,)]), wired=st.booleans())
@pytest.mark.parametrize("order", list(permutations(range(3)))[1:], ids=str)
def test_renaming_the_axes_renames_the_fields(
    order: Order, seed: int, axis: tuple[int, ...], wired: bool, machine64: Backend
) -> None:
    """Rotations of the axes leave e and h as they are; exchanges turn the sign of h.

    Each sum of a curl keeps its terms, perhaps both with the other sign, and a - b is -b + a: equal
    to the bit with an absorber on one axis at most (slabs of two are added in the order of the
    axes). A wire's inductance comes from a Laplace problem in its cross-section, whose unknowns are
    numbered in the order of the axes: with one, 1e-12 of the largest field.
    """
    here = scene(seed, axis) if wired else scene(seed, axis, wires=())
    there = permuted(here, order)
    if not wired:
        assert there.dt == here.dt
    one, two = (fields_after(s, machine64, STEPS) for s in (here, there))
    layouts = [Stepper(s, machine64).layout for s in (here, there)]
    for (new, old), kind in product(enumerate(order), "eh"):
        expected = moved(layouts[0].component(one, f"{kind}_{'xyz'[old]}"), order)
        found = layouts[1].component(two, f"{kind}_{'xyz'[new]}")
        sign = handedness(order) if kind == "h" else 1
        assert off(found, sign * expected) <= (1e-12 if wired else 0.0)


@some
@given(seed=seeds, absorbing=absorbing, exponent=st.integers(-20, 20))
def test_a_power_of_two_scales_every_bit(
    seed: int, absorbing: tuple[int, ...], exponent: int, machine64: Backend
) -> None:
    """Linear equations, and 2^n only moves exponents: not one bit of a mantissa changes."""
    one = scene(seed, absorbing)
    other = replace(one, pulse=replace(one.pulse, amplitude=2.0**exponent))
    expected = 2.0**exponent * fields_after(one, machine64, STEPS)
    assert off(fields_after(other, machine64, STEPS), expected) == 0


@some
@given(seed=seeds, absorbing=absorbing)
def test_the_port_and_the_current_superpose(
    seed: int, absorbing: tuple[int, ...], machine64: Backend
) -> None:
    """The sum of the two runs is the run of both: 1e-13, round-off of 80 steps."""
    both = scene(seed, absorbing)
    alone = replace(both, currents=()), replace(both, driven="")
    added = sum(fields_after(part, machine64, STEPS) for part in alone)
    assert off(np.asarray(added), fields_after(both, machine64, STEPS)) <= 1e-13


@some
@given(seed=seeds, absorbing=absorbing, steps=st.integers(1, 60))
def test_a_delay_by_whole_steps_shifts_to_the_bit(
    seed: int, absorbing: tuple[int, ...], steps: int, machine64: Backend
) -> None:
    """No coefficient knows the time: after k steps of silence the same bits, k steps later."""
    one = scene(seed, absorbing)
    late = replace(one, pulse=LatePulse(one.pulse.f_max, steps=steps, dt=one.dt))
    expected = fields_after(one, machine64, STEPS)
    assert off(fields_after(late, machine64, STEPS + steps), expected) == 0


@some
@given(seed=seeds, absorbing=absorbing)
def test_two_ports_are_reciprocal(
    seed: int, absorbing: tuple[int, ...], machine64: Backend
) -> None:
    """Z12 = Z21 to 1e-10, through loss, relaxation, absorber, wire and network.

    With i_s = v_s / R the source's current and v the voltages, v = Z (i_s - v / R) is solved for Z
    from one run per port, at three frequencies. A trace that is cut is no obstacle: v_q R_p with p
    driven is v_p R_q with q driven at every step, so any sum over steps is symmetric, and so is Z.
    """
    frequencies, n = np.array([1e9, 4e9, 8e9]), 400
    one = scene(seed, absorbing, currents=())
    resistance = np.array([port.resistance for port in one.ports])
    voltages, inflow = np.empty((2, 3, 2, 2), complex)
    for column, driven in enumerate(PORTS):
        result = run(replace(one, driven=driven), machine64, StopRule(-300, -300, n))
        time = np.arange(result.n_steps) + 0.5
        turn = np.exp(-2j * np.pi * frequencies[:, None] * time * result.dt) * result.dt
        for row, port in enumerate(PORTS):
            trace = result.ports[port].voltage
            voltages[:, row, column] = spectrum(trace, result.dt, frequencies)
            source = (turn @ one.pulse(time * result.dt)) * (row == column)
            inflow[:, row, column] = (source - voltages[:, row, column]) / resistance[row]
    impedance = voltages @ np.linalg.inv(inflow)
    ratio = impedance[:, 0, 1] / impedance[:, 1, 0]
    np.testing.assert_allclose(ratio, 1.0, rtol=0, atol=1e-10)
