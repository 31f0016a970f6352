"""Plane waves of any direction, polarisation, box and grid leave nothing outside their box."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.backends import Backend
from emtwin.constants import C0
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, PlaneWave, Pulse, Simulation, Stepper
from tests.machines import quick_backend

CELL = 2e-3
SHAPE = (22, 23, 24)


def wave(theta: float, phi: float, psi: float, lo: Node, hi: Node) -> PlaneWave:
    """Direction by theta and phi, e turned by psi from the theta direction."""
    ct, st_, cp, sp = np.cos(theta), np.sin(theta), np.cos(phi), np.sin(phi)
    k = np.array([st_ * cp, st_ * sp, ct])
    e = np.cos(psi) * np.array([ct * cp, ct * sp, -st_]) + np.sin(psi) * np.array([-sp, cp, 0.0])
    direction, polarisation = k.tolist(), e.tolist()
    return PlaneWave(tuple(direction), tuple(polarisation), lo, hi)


def outside_over_inside(simulation: Simulation, backend: Backend, steps: int) -> float:
    """Largest e outside the box, and a cell from it, over the largest inside, in dB."""
    stepper, box = Stepper(simulation, backend), simulation.plane_wave
    assert box is not None
    program, inside, outside = backend.program(stepper.stages()), 0.0, 0.0
    within = tuple(slice(lo, hi + 1) for lo, hi in zip(box.lo, box.hi, strict=True))
    for batch in range(steps // 20):
        program.run(batch * 20, 20)
        fields = backend.download(stepper.fields)
        for name in ("e_x", "e_y", "e_z"):
            e = np.abs(stepper.layout.component(fields, name))
            inside = max(inside, float(e[within].max()))
            e[within] = 0.0
            outside = max(outside, float(e.max()))
    return float(20 * np.log10(outside / inside))


@settings(max_examples=15)
@given(
    angles=st.tuples(*(st.floats(-3.14, 3.14) for _ in range(3))),
    corner=st.tuples(*(st.integers(7, 9) for _ in range(3))),
    size=st.tuples(*(st.integers(3, 6) for _ in range(3))),
    smallest=st.sampled_from([1.0, 0.8, 0.5]),
    seed=st.integers(0, 2**16),
)
def test_only_rounding_leaks(
    angles: tuple[float, float, float],
    corner: tuple[int, int, int],
    size: tuple[int, int, int],
    smallest: float,
    seed: int,
) -> None:
    """At most -250 dB in float64 at 20 cells per wavelength, wherever it comes from.

    Cells are equal or between `smallest` and one times 2 mm at random; the absorber has 6 cells.
    The wave is through after its pulse and twice its way: 13 sigma and 12 cells, 320 steps.
    """
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(CELL * rng.uniform(smallest, 1, n))) for n in SHAPE))
    box = wave(*angles, Node(*corner), Node(*(c + s for c, s in zip(corner, size, strict=True))))
    simulation = Simulation(
        grid, Medium.vacuum(grid), Pulse(C0 / CELL / 20), Absorber(((6, 6),) * 3), plane_wave=box
    )
    assert simulation.notices == ()
    machine = quick_backend("native", "float64")
    assert outside_over_inside(simulation, machine, 400) < -250
