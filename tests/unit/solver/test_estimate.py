"""The cost of a run, told before it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    HuygensSurface,
    Pulse,
    Simulation,
    StopRule,
    TimeMonitor,
    estimate,
    run,
)
from tests.machines import quick_backend


def scene(**changes: Any) -> Simulation:
    """A dipole in the open, in a surface, with a plane written down in time."""
    grid = Grid.uniform((58, 50, 46), 1e-3)
    settings: dict[str, Any] = {
        "currents": (CurrentElement("e_z", Node(28, 25, 23)),),
        "surface": HuygensSurface(grid, Node(14, 14, 14), Node(44, 36, 32)),
        "elements": (TimeMonitor("plane", Node(20, 20, 23), Node(30, 30, 23)),),
        "frequencies": np.linspace(1e9, 5e9, 20),
    }
    return Simulation(grid, Medium.vacuum(grid), Pulse(5e9), Absorber(), **(settings | changes))


def test_memory_is_what_a_run_takes() -> None:
    """Against the peak that Python's own allocator sees: within a quarter."""
    simulation, machine = scene(), quick_backend("native", "float32")
    told = estimate(simulation, machine, trial=False)
    assert told.seconds_per_step == 0.0
    assert simulation.surface is not None
    assert simulation.surface.samples.component.size > 1000
    tracemalloc.start()
    run(simulation, machine, StopRule(-np.inf, -np.inf, told.steps))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told.memory_bytes == pytest.approx(peak, rel=0.25)


def test_steps_and_time() -> None:
    """The pulse's duration over dt and 128 more; a trial gives a time that is no accident."""
    simulation, machine = scene(surface=None, elements=()), quick_backend("native", "float32")
    told = estimate(simulation, machine)
    assert told.steps == int(simulation.pulse.duration / simulation.dt) + 128
    result = run(simulation, machine, StopRule(-np.inf, -np.inf, told.steps))
    assert told.seconds > 0.1 * result.seconds * told.steps / result.n_steps
    assert told.seconds == told.steps * told.seconds_per_step


def test_a_budget_refuses() -> None:
    """What takes most, both sizes, how much larger the cells have to be."""
    told = estimate(scene(), quick_backend("native", "float32"), trial=False)
    told.refuse_above(told.memory_bytes)
    with pytest.raises(InputError, match="take most of it"):
        run(scene(), quick_backend("native", "float32"), memory_budget=told.memory_bytes - 1)
    with pytest.raises(InputError, match="spectra take most of it") as caught:
        told.refuse_above(told.memory_bytes // 8)
    assert "MiB of memory, the budget is" in caught.value.problems[0].message
    assert "cells 2 times larger" in caught.value.problems[0].remedy


def test_every_part_counts() -> None:
    """Traces by the monitor, spectra by frequency, the absorber by its layers."""
    machine = quick_backend("native", "float32")
    whole = estimate(scene(), machine, trial=False).memory
    none = replace(scene(), absorber=Absorber.none(), elements=(), surface=None)
    bare = estimate(none, machine, trial=False).memory
    assert bare["fields"] == whole["fields"]
    assert bare["absorber"] == bare["traces"] == bare["spectra"] == 0
    double = estimate(scene(frequencies=np.linspace(1e9, 5e9, 40)), machine, trial=False).memory
    assert double["spectra"] > 1.5 * whole["spectra"]
