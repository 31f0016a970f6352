"""The cost of a run, told before it."""

from __future__ import annotations

import importlib
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emtwin.backends import Stage
from emtwin.errors import InputError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Boundaries,
    CurrentElement,
    FieldSamples,
    HuygensSurface,
    Pulse,
    Simulation,
    Stepper,
    StopRule,
    TimeMonitor,
    estimate,
    run,
)
from emtwin.solver.stages.periodic_faces import BoundaryStages
from tests.machines import quick_backend

GRID = Grid.uniform((58, 50, 46), 1e-3)


def scene(**changes: Any) -> Simulation:
    """A dipole in the open, in a surface, with a plane written down in time."""
    grid = GRID
    settings: dict[str, Any] = {
        "currents": (CurrentElement("e_z", Node(28, 25, 23)),),
        "surface": HuygensSurface(grid, Node(14, 14, 14), Node(44, 36, 32)),
        "elements": (TimeMonitor("plane", Node(20, 20, 23), Node(30, 30, 23)),),
        "frequencies": np.linspace(1e9, 5e9, 20),
    }
    return Simulation(grid, Medium.vacuum(grid), Pulse(5e9), Absorber(), **(settings | changes))


SCENES: dict[str, dict[str, Any]] = {
    "surface and plane in time": {},
    "samples of a volume": {
        "surface": None,
        "elements": (),
        "samples": (FieldSamples.box("volume", GRID, Node(15, 15, 15), Node(40, 30, 30)),),
    },
    "surface and samples": {
        "elements": (),
        "samples": (FieldSamples.box("plane", GRID, Node(10, 10, 23), Node(50, 40, 23)),),
    },
}


@pytest.mark.parametrize("name", SCENES)
def test_memory_is_what_a_run_takes(name: str) -> None:
    """Against the peak that Python's own allocator sees: within a twentieth."""
    simulation, machine = scene(**SCENES[name]), quick_backend("native", "float32")
    told = estimate(simulation, machine, trial=False)
    assert told.seconds_per_step == 0.0
    assert simulation.dt > 0  # sought before the run, which does not hold what that takes
    stop = StopRule(-np.inf, -np.inf, told.steps)
    peak = _peak(lambda: run(simulation, machine, stop))
    assert told.memory_bytes == pytest.approx(peak, rel=0.05)


def test_the_arrays_of_a_time_step_are_told_one_by_one() -> None:
    """Fields, rows and absorber, without anything written down, are what a stepper allocates.

    Arrays of one axis are left out: a hundredth.
    """
    bare = scene(surface=None, elements=())
    machine = quick_backend("native", "float32")
    told = estimate(bare, machine, trial=False).memory
    arrays = _distinct(Stepper(bare, machine).stages())
    by_name = {
        "fields": ("e_x",),
        "material ids": ("id_x", "id_y", "id_z"),
        "rows of vectors": ("pattern_x", "pattern_y", "pattern_z"),
        "absorber": tuple(f"psi_{a}{b}" for a in "xyz" for b in "xyz" if a != b),
    }
    for part, names in by_name.items():
        found = sum(array.nbytes for name in names for array in arrays[name].values())
        assert told[part] == found, part
    assert sum(told.values()) == sum(told[part] for part in by_name)


def test_rows_lie_in_the_host_once() -> None:
    """The rows that the kernels read are those of the assembly, not a copy."""
    stepper = Stepper(scene(), quick_backend("native", "float32"))
    [yee_e] = [stage for stage in stepper.stages() if stage.kernel == "yee_e"]
    for axis, ids in zip("xyz", stepper.assembly.ids, strict=True):
        assert np.shares_memory(yee_e.arguments[f"id_{axis}"], ids)


def test_a_grid_without_seams_lists_no_places() -> None:
    """Places of all edges would take 48 bytes a cell for a moment, more than the fields."""
    stepper = Stepper(scene(), quick_backend("native", "float32"))
    seams = BoundaryStages(stepper.assembly, Boundaries())
    assert _peak(lambda: (seams.after_h(), seams.after_e())) < GRID.n_cells


def _peak(work: Callable[[], object]) -> int:
    """Most bytes that Python's allocator holds at a time during some work."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _distinct(stages: list[Stage]) -> dict[str, dict[int, Any]]:
    """Arrays of the field updates by argument, each once."""
    found: dict[str, dict[int, Any]] = {}
    for stage in stages:
        for name, value in stage.arguments.items():
            array = getattr(value, "array", value)
            if hasattr(array, "nbytes"):
                found.setdefault(name, {})[id(array)] = array
    return found


def test_steps_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pulse's duration over dt and 128 more; a trial's quickest stretch tells the time.

    The clock here is the work itself: each step takes 3 ms, five times that in the first stretch,
    as if the process had been stopped meanwhile. Told is what the others took.
    """
    clock, machine = _Clock(), quick_backend("native", "float32")
    module = importlib.import_module("emtwin.solver.estimate")
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=clock))
    machine = clock.driven_by(machine, monkeypatch)
    simulation = scene(surface=None, elements=())
    told = estimate(simulation, machine)
    assert told.steps == int(simulation.pulse.duration / simulation.dt) + 128
    assert told.seconds_per_step == pytest.approx(3e-3)
    assert told.seconds == told.steps * told.seconds_per_step
    assert clock.calls > 3  # a first touch and more than one stretch


class _Clock:
    """A clock that only a program's steps move on."""

    def __init__(self) -> None:
        self.now, self.calls = 0.0, 0

    def __call__(self) -> float:
        return self.now

    def driven_by(self, machine: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The machine, whose programs do their steps and move the clock on."""
        make = machine.program

        def program(stages: list[Stage]) -> Any:
            made = make(stages)

            def steps(first: int, n_steps: int) -> None:
                made.run(first, n_steps)
                self.calls += 1
                self.now += 3e-3 * n_steps * (5 if self.calls == 2 else 1)

            return SimpleNamespace(run=steps)

        monkeypatch.setattr(machine, "program", program)
        return machine


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
    assert (
        bare["lines of samples"] == bare["sums at work, results"] == bare["places of samples"] == 0
    )
    double = estimate(scene(frequencies=np.linspace(1e9, 5e9, 40)), machine, trial=False).memory
    assert double["spectra"] > 1.5 * whole["spectra"]
