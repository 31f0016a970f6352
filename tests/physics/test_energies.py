"""Energies in time against what the scheme itself says of them."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    BoxEnergy,
    EnergyMonitor,
    Pulse,
    Simulation,
    Stepper,
    StopRule,
    TimeMonitor,
    run,
)
from emtwin.solver.monitors.field_samples import volume_of
from tests.physics.cavity import box, grid_frequency, mode_field, put
from tests.physics.test_monitors import lossy_box
from tests.validation import Validated


@pytest.mark.quick
def test_a_cavity_mode_swaps_its_energy(machine64: Backend, validated: Validated) -> None:
    """One Yee mode begun with h(-1/2) = 0: e^n ~ cos(w (n + 1/2) dt), h^(n+1/2) ~ sin(w (n+1) dt).

    From eps j W E = curl H and mu j W H = -curl E both have the same largest energy, that of e at
    n = 0 over cos^2(w dt / 2). Round-off: 1e-12 over 200 steps.
    """
    mode, cells, sizes = (1, 1, 1), (7, 6, 8), (2e-3, 3e-3, 2.5e-3)
    monitor = EnergyMonitor("w", Node(0, 0, 0), Node(*cells), every=1)
    simulation = box(cells, sizes, elements=(monitor,))
    stepper, n_steps = Stepper(simulation, machine64), 200
    fields = mode_field(mode, simulation.grid)
    put(stepper, {f"e_{axis}": values for axis, values in zip("xyz", fields, strict=True)})
    rings, stages = [], stepper.stages()
    for name in ("w electric", "w magnetic"):
        recording = stepper.recordings[name]
        stage, ring = stepper.record(recording.source, recording.offset, 1, n_steps)
        rings.append(ring)
        stages.append(stage)
    machine64.program(stages).run(0, n_steps)
    electric, magnetic = (machine64.download(r).reshape(n_steps, 2)[:, 1] for r in rings)
    angle = TWO_PI * grid_frequency(mode, cells, sizes, stepper.dt) * stepper.dt
    start = EPS0 / 2 * np.prod(sizes) * sum(float((f**2).sum()) for f in fields)
    whole, n = start / np.cos(angle / 2) ** 2, np.arange(n_steps)
    for name, found, expected in (
        ("electric", electric, np.cos(angle * (n + 1.5)) ** 2),
        ("magnetic", magnetic, np.sin(angle * (n + 1)) ** 2),
    ):
        validated(
            f"Cavity mode (1, 1, 1), {name} energy over time",
            float(np.abs(found / whole - expected).max()),
            0.0,
            1e-12,
            reference="cos^2 and sin^2 of the mode's own frequency",
        )


def test_energies_of_a_random_box_by_material(machine64: Backend) -> None:
    """The same sums from the field written down in time, material by material: to round-off."""
    grid, medium, drive = lossy_box(5, Node(2, 6, 7))
    lo, hi = Node(4, 3, 5), Node(9, 8, 9)
    energies = EnergyMonitor("w", lo, hi, every=70)
    names = ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
    field = TimeMonitor("f", lo, hi, names, every=70)
    simulation = Simulation(
        grid,
        medium,
        Pulse(20e9),
        Absorber.none(),
        currents=(drive,),
        elements=(energies, field),
    )
    result = run(simulation, machine64, StopRule(-300, -300, 1000))
    assert medium.faces is not None
    mu = 4e-7 * np.pi * medium.faces.permeability
    for label, letter, weights in (
        ("electric", "e", EPS0 * medium.permittivity / 2),
        ("dissipated", "e", medium.conductivity),
        ("magnetic", "h", mu / 2),
    ):
        expected = np.zeros((len(result.times["w electric"]), weights.size))
        for a, axis in enumerate("xyz"):
            probe = BoxEnergy("", grid, medium, lo, hi).samples
            index = probe.index[probe.component == f"{letter}_{axis}"]
            ids = medium.ids[a] if letter == "e" else medium.faces.ids[a]
            rows = ids[tuple(index.T)]
            volume = volume_of(grid, f"{letter}_{axis}", index)
            square = result.traces[f"f {letter}_{axis}"] ** 2 * volume
            for row in range(1, weights.size):
                expected[:, row] += weights[row] * square[:, rows == row].sum(axis=1)
        found = result.traces[f"w {label}"]
        assert expected.max() > 0
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12 * expected.max())


@pytest.mark.quick
def test_energy_monitors_that_are_impossible() -> None:
    """Flat, or outside the grid."""
    grid = Grid.uniform((12, 10, 8), 1e-3)
    elements = (
        EnergyMonitor("flat", Node(1, 1, 1), Node(5, 1, 5)),
        EnergyMonitor("out", Node(1, 1, 1), Node(5, 5, 9)),
    )
    with pytest.raises(GridError) as caught:
        Simulation(grid, Medium.vacuum(grid), Pulse(5e9), elements=elements)
    first, second = (p.message for p in caught.value.problems)
    assert "monitor flat: every = 50 and the box from (1, 1, 1) to (5, 1, 5)" in first
    assert "monitor out spans nodes (1, 1, 1) to (5, 5, 9), outside the grid" in second
