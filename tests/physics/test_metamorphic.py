"""What must follow from another result of the same solver, whatever the scene."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend, select_backend
from emtwin.grid import Grid, Node
from emtwin.solver import (
    Absorber,
    CurrentElement,
    EdgePort,
    Pulse,
    Simulation,
    Stepper,
    StopRule,
    run,
)
from tests.machines import quick_backend
from tests.physics.permuted import permuted
from tests.physics.scenes import crowded_scene, fields_after, random_medium, spectrum
from tests.validation import Validated

COMPONENTS = ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
STEPS = 120


def scene(absorber: Absorber, **changes: Any) -> Simulation:
    """Random graded box with one size of finest cell on every axis, a current and a driven port."""
    rng = np.random.default_rng(12)
    spacings = [1e-3 * (1 + rng.integers(0, 5, n) / 4) for n in (15, 19, 17)]
    for spacing in spacings:
        spacing[::5] = 1e-3
    grid = Grid(*(np.append(0.0, np.cumsum(spacing)) for spacing in spacings))
    ports = (EdgePort("p", Node(8, 10, 9), Node(8, 12, 9), 60.0, bare=True),)
    medium = random_medium(rng, grid, ports=ports)
    settings: dict[str, Any] = {
        "absorber": absorber,
        "currents": (CurrentElement("e_x", Node(7, 9, 8)),),
        "ports": ports,
        "driven": "p",
    }
    return Simulation(grid, medium, Pulse(8e9), **(settings | changes))


def off(found: NDArray[Any], expected: NDArray[Any]) -> float:
    """Largest difference over the largest value, which is not zero."""
    largest = np.abs(expected).max()
    assert largest > 0
    return float(np.abs(found - expected).max() / largest)


def components(simulation: Simulation, backend: Backend) -> dict[str, NDArray[Any]]:
    """The six components after some steps."""
    fields = fields_after(simulation, backend, STEPS)
    layout = Stepper(simulation, select_backend("numpy")).layout
    return {name: layout.component(fields, name) for name in COMPONENTS}


@pytest.mark.quick
@pytest.mark.parametrize("face", ["none", "x", "y", "z", "all"])
def test_turning_the_axes_turns_the_fields(
    face: str, machine64: Backend, validated: Validated
) -> None:
    """The curl is cyclic, so x, y, z -> y, z, x permutes the operations, not their order.

    Expected: equal to the bit without an absorber and with one on one axis. Where slabs of two axes
    overlap, e += a; e += b in the order of the axes becomes e += b; e += a, which rounds otherwise:
    there 1e-13 of the largest field.
    """
    one = {"x": 0, "y": 1, "z": 2}
    cells = [(0, 0)] * 3
    if face == "all":
        cells = [(4, 5), (5, 4), (3, 6)]
    elif face in one:
        cells[one[face]] = (4, 5)
    simulation = scene(Absorber((cells[0], cells[1], cells[2])))
    turned = permuted(simulation, (2, 0, 1))
    assert turned.dt == simulation.dt
    here, there = components(simulation, machine64), components(turned, machine64)
    validated(
        f"axes of a random scene turned, absorber on {face}, fields off",
        max(
            off(there[f"{kind}_{new}"], np.transpose(here[f"{kind}_{old}"], (2, 0, 1)))
            for old, new in zip("xyz", "yzx", strict=True)
            for kind in "eh"
        ),
        0.0,
        1e-13 if face == "all" else 0.0,
        sided="at most",
        reference="the same scene",
    )


@pytest.mark.quick
def test_scaling_by_a_power_of_two_is_exact(machine64: Backend, validated: Validated) -> None:
    """All equations are linear and 2^10 only moves exponents: every bit of the mantissas stays."""
    simulation = crowded_scene(5)
    louder = replace(simulation, pulse=replace(simulation.pulse, amplitude=1024.0))
    one, two = (fields_after(s, machine64, STEPS) for s in (simulation, louder))
    validated(
        "sources of a crowded scene 1024 times as large, fields off",
        off(two, 1024.0 * one),
        0.0,
        sided="at most",
        reference="the same scene",
    )


@pytest.mark.quick
def test_sources_superpose(machine64: Backend, validated: Validated) -> None:
    """The fields of two sources are the sum of each one's, to round-off (1e-13 in 120 steps)."""
    both = crowded_scene(6)
    first, second = both.currents
    parts = [
        replace(both, currents=(first,), driven=""),
        replace(both, currents=(second,), driven=""),
        replace(both, currents=()),
    ]
    total = fields_after(both, machine64, STEPS)
    added = np.sum([fields_after(part, machine64, STEPS) for part in parts], axis=0)
    validated(
        "two currents and a port, sum of the three runs, fields off",
        off(added, total),
        0.0,
        1e-13,
        sided="at most",
        reference="all three in one run",
    )


@dataclass(frozen=True)
class LatePulse(Pulse):
    """A pulse after `steps` steps of `dt` seconds of silence, the same to the bit.

    All sources sample it at whole eighths of a step. Those are counted, and the shift is made in
    counts, where it is exact.
    """

    steps: int = 0
    dt: float = 1.0

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return super().duration + self.steps * self.dt

    def __call__(self, t: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values at times `t` in seconds."""
        count = np.round(8 * t / self.dt) / 8 - self.steps
        return np.where(count < 0, 0.0, super().__call__(count * self.dt))


@pytest.mark.quick
def test_delay_by_whole_steps_shifts_exactly(machine64: Backend, validated: Validated) -> None:
    """Coefficients do not know the time: k steps of silence give the same bits k steps later."""
    simulation = crowded_scene(7)
    late = replace(simulation, pulse=LatePulse(5e9, steps=37, dt=simulation.dt))
    one = fields_after(simulation, machine64, STEPS)
    validated(
        "sources delayed by 37 steps, fields 37 steps later off",
        off(fields_after(late, machine64, STEPS + 37), one),
        0.0,
        sided="at most",
        reference="the same scene",
    )


def reciprocal_scene(driven: str) -> Simulation:
    """Two ports of unlike length, direction and resistance in a random box with an absorber."""
    rng = np.random.default_rng(15)
    grid = Grid(*(np.append(0.0, np.cumsum(1e-3 * (1 + rng.random(n)))) for n in (21, 19, 17)))
    ports = (
        EdgePort("p", Node(8, 8, 9), Node(8, 11, 9), 60.0, bare=True),
        EdgePort("q", Node(13, 12, 8), Node(13, 12, 7), 35.0, bare=True),
    )
    medium = random_medium(rng, grid, ports=ports)
    return Simulation(grid, medium, Pulse(8e9), Absorber(((5, 5),) * 3), ports=ports, driven=driven)


@pytest.mark.quick
def test_transfer_impedances_are_equal(machine64: Backend, validated: Validated) -> None:
    """Reciprocity: Z12 = Z21 to 1e-10 for two ports in a random lossy box with absorber, float64.

    The discrete equations are symmetric in the reaction e . j times volume, loss and absorber
    included, so v_q R_p with p driven equals v_p R_q with q driven at every step (1e-11 of the
    peak), and with it the impedances, solved from v = Z (i_s - v / R) at four frequencies.
    """
    stop = StopRule(-200, -200, 2048)
    runs = {name: run(reciprocal_scene(name), machine64, stop) for name in "pq"}
    one, two = runs["p"].ports["q"].voltage * 60.0, runs["q"].ports["p"].voltage * 35.0
    np.testing.assert_allclose(one, two, rtol=0, atol=1e-11 * np.abs(one).max())

    frequencies = np.array([1e9, 3e9, 5e9, 8e9])
    resistance = np.array([60.0, 35.0])
    voltages = np.empty((4, 2, 2), complex)
    for column, driven in enumerate("pq"):
        for row, port in enumerate("pq"):
            trace = runs[driven].ports[port].voltage
            voltages[:, row, column] = spectrum(trace, runs[driven].dt, frequencies)
    dt = runs["p"].dt
    t = (np.arange(2048) + 0.5) * dt
    pulse = np.exp(-2j * np.pi * frequencies[:, None] * t) @ Pulse(8e9)(t) * dt
    inflow = pulse[:, None, None] * np.diag(1 / resistance) - voltages / resistance[:, None]
    impedance = voltages @ np.linalg.inv(inflow)
    for f, z12, z21 in zip(frequencies, impedance[:, 0, 1], impedance[:, 1, 0], strict=True):
        validated(
            f"two ports in a random lossy box with absorber, |Z12 / Z21 - 1| at {f / 1e9:g} GHz",
            abs(z12 / z21 - 1),
            0.0,
            1e-10,
            sided="at most",
            reference="reciprocity",
        )


@pytest.mark.quick
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", ["native", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_random_scene_has_the_same_bits_on_every_machine(
    name: str, precision: str, validated: Validated
) -> None:
    """Random materials, graded grid, absorber, wire, trace, ports, currents: all backends agree.

    Contraction is off everywhere and only + - * / are used, so not one bit may differ.
    """
    simulation = crowded_scene(9)
    reference = fields_after(simulation, select_backend("numpy", precision), STEPS)
    found = fields_after(simulation, quick_backend(name, precision), STEPS)
    validated(
        f"crowded random scene, {name} against numpy, {precision}, fields off",
        off(found, reference),
        0.0,
        sided="at most",
        reference="numpy",
    )
