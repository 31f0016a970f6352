"""A run that goes wrong stops within 200 steps of its onset, and says where and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from emtwin.backends import Backend, Box, Stage
from emtwin.errors import RunError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Assembly,
    Bound,
    CurrentElement,
    Element,
    Pulse,
    Simulation,
    Stepper,
    StopRule,
    run,
)
from emtwin.solver.sources.port_stages import curl_around
from emtwin.solver.stages.elements import Places

LIMIT = 200  # steps, NUMERICS
GRID = Grid.uniform((14, 12, 10), 1e-3)
PLACE = (9, 4, 6)


@dataclass(frozen=True)
class Amplifier(Element):
    """An edge whose e grows by a factor in each step."""

    factor: float
    name: str = "amplifier"

    def held(self, grid: Grid) -> Places:
        return {"e_z": np.array([PLACE])}

    def bind(self, assembly: Assembly) -> Bound:
        places = curl_around(assembly, "e_z", PLACE)
        arguments = {
            n: assembly.index([v]) if n[:2] in ("of", "st") else assembly.real([v])
            for n, v in places.items()
        }
        gain = assembly.dt / 8.8541878128e-12
        arguments |= {n: assembly.real([v]) for n, v in (("ca", self.factor), ("cb", gain))}
        arguments |= {"cs": assembly.real([0.0]), "waveform": assembly.real([0.0]), "length": 1}
        arguments["field"] = assembly.fields
        return Bound(after_e=(Stage("held_edge", Box.items(1), arguments, reach=1),))


@dataclass(frozen=True)
class Poison(Element):
    """Makes one edge infinite in one step."""

    step: int
    name: str = "poison"

    def bind(self, assembly: Assembly) -> Bound:
        waveform = np.zeros(self.step + 3)
        waveform[self.step] = np.inf
        arguments = {
            "field": assembly.fields,
            "offset": assembly.index(assembly.offset("e_z", PLACE)),
            "weight": assembly.real([1.0]),
            "delay": assembly.backend.upload(np.zeros(1)),
            "row": assembly.index([0]),
            "waveform": assembly.real(waveform),
            "length": waveform.size,
            "oversampling": 1,
        }
        return Bound(after_e=(Stage("impress", Box.items(1), arguments),))


def scene(f_max: float, *elements: Element, factor: float = 0.99) -> Simulation:
    """A closed box with a current in it, its step forced behind the declaration's back."""
    drive = (CurrentElement("e_z", Node(4, 6, 5)),)
    simulation = Simulation(
        GRID,
        Medium.vacuum(GRID),
        Pulse(f_max),
        Absorber.none(),
        currents=drive,
        elements=elements,
    )
    simulation.__dict__["dt"] = factor * GRID.courant_limit()
    return simulation


def sizes(simulation: Simulation, machine: Backend, count: int) -> Iterator[float]:
    """Largest field value after every ten steps."""
    stepper = Stepper(simulation, machine)
    program = machine.program(stepper.stages())
    for n in range(count):
        program.run(10 * n, 10)
        yield float(np.abs(machine.download(stepper.fields)).max())


def onset(simulation: Simulation, stable: Simulation, machine: Backend) -> int:
    """First step (to ten) after which a field is ten times what the stable scene ever has."""
    bound = 10 * max(sizes(stable, machine, 300))
    return 10 * next(
        n + 1 for n, size in enumerate(sizes(simulation, machine, 600)) if size > bound
    )


def stopped(simulation: Simulation, machine: Backend) -> tuple[int, str]:
    """Step and message of the error that ends a run."""
    with pytest.raises(RunError) as caught:
        run(simulation, machine, StopRule(-300, -300, 20_000))
    found = re.search(r"step (\d+)", str(caught.value))
    assert found
    return int(found[1]), str(caught.value)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize(("f_max", "during"), [(20e9, False), (1.5e9, True)])
@pytest.mark.parametrize("cause", ["time step", "element"])
def test_growth_stops_within_200_steps(
    cause: str, f_max: float, during: bool, machine: Backend
) -> None:
    """After a short pulse and during a long one; a step 1.08 above the limit, an edge with gain.

    The onset is the first step after which a field exceeds ten times the largest of the same
    scene without the fault.
    """
    stable = scene(f_max)
    by_step, by_element = scene(f_max, factor=1.08), scene(f_max, Amplifier(1.2))
    faulty = by_step if cause == "time step" else by_element
    begin, (step, message) = onset(faulty, stable, machine), stopped(faulty, machine)
    assert begin - 10 <= step <= begin + LIMIT
    assert (step < Pulse(f_max).duration / faulty.dt) == during
    if cause == "time step":
        assert "above its limit: lower `courant`" in message
    else:
        assert "Within 2 cells of it: Amplifier amplifier" in message


@pytest.mark.quick
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_what_becomes_infinite_is_found_where_it_began(machine: Backend) -> None:
    """One edge becomes infinite: the message has that step and place.

    The table of waveforms is interpolated, and 0 times infinity is not a number: it acts in step
    n = 699, the 700th.
    """
    step, message = stopped(scene(20e9, Poison(700)), machine)
    assert step == 700
    assert "e_z at (0.009, 0.004, 0.006) m, edge (9, 4, 6)" in message
    assert "material row 1 (relative permittivity 1, 0 S/m)" in message


def test_a_resonance_driven_for_long_is_no_growth(machine: Backend) -> None:
    """A lossless box under a pulse of ten thousand steps takes up energy: no false alarm."""
    result = run(scene(0.3e9), machine, StopRule(-300, -300, 12_000))
    assert result.finished_by == "step budget"
