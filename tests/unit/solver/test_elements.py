"""The seam of the elements: what they hold, what is refused, what they write down."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Assembly,
    Bound,
    CurrentElement,
    Element,
    Pulse,
    Recording,
    Simulation,
    Stepper,
    StopRule,
    run,
)
from emtwin.solver.stages.elements import Places
from tests.machines import quick_backend

GRID = Grid.uniform((8, 8, 8), 1e-3)


@dataclass(frozen=True)
class Frozen(Element):
    """Holds places and does nothing with them; writes down e_z at (2, 2, 2)."""

    name: str
    places: Places = field(default_factory=dict)
    fault: str = ""
    limit: float = np.inf

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        return [Problem(self.fault, field=self.name)] if self.fault else []

    def notices(self, grid: Grid, medium: Medium) -> list[Notice]:
        return [Notice("frozen", f"{self.name} does nothing")]

    def held(self, grid: Grid) -> Places:
        return self.places

    def stable_step(self, grid: Grid, medium: Medium) -> float:
        return self.limit

    def bind(self, assembly: Assembly) -> Bound:
        where = assembly.offset("e_z", (2, 2, 2))
        return Bound(recordings={f"{self.name} e_z": Recording(assembly.fields, where)})


def scene(*elements: Element) -> Simulation:
    """A closed box with a current in it."""
    return Simulation(
        GRID,
        Medium.vacuum(GRID),
        Pulse(20e9),
        Absorber.none(),
        currents=(CurrentElement("e_z", Node(3, 3, 3)),),
        elements=elements,
    )


def place(*index: tuple[int, int, int]) -> NDArray[np.int64]:
    return np.array(index, np.int64)


def test_the_sweep_leaves_held_edges_and_faces_alone() -> None:
    """They stay zero while their neighbours move."""
    held = {"e_z": place((4, 4, 4)), "h_y": place((2, 3, 4))}
    stepper = Stepper(scene(Frozen("a", held)), quick_backend("native", "float64"))
    stepper.backend.program(stepper.stages()).run(0, 40)
    fields = stepper.backend.download(stepper.fields)
    e_z, h_y = (stepper.layout.component(fields, name) for name in ("e_z", "h_y"))
    assert e_z[4, 4, 4] == 0.0
    assert h_y[2, 3, 4] == 0.0
    assert np.all(e_z[5, 4, 4] != 0.0)
    assert np.all(h_y[3, 3, 4] != 0.0)


def test_vacuum_in_a_table_of_faces_changes_no_bit() -> None:
    """yee_h_tabled with da = 1 computes what yee_h does: holding a face changes only that face."""
    backend, corner = quick_backend("native", "float32"), {"h_x": place((0, 0, 0))}
    fields = []
    for elements in ((), (Frozen("a", corner),)):  # h_x at x = 0 stays zero by itself
        stepper = Stepper(scene(*elements), backend)
        backend.program(stepper.stages()).run(0, 60)
        fields.append(backend.download(stepper.fields))
    assert np.abs(fields[0]).max() > 0
    np.testing.assert_array_equal(fields[0], fields[1])


def test_two_elements_on_one_edge_are_refused() -> None:
    """Both names and the place; three problems of two kinds come at once."""
    with pytest.raises(GridError, match=r"e_z at \(4, 4, 4\) belongs to a and to b"):
        scene(*(Frozen(n, {"e_z": place((4, 4, 4), (4, 4, n == "b"))}) for n in "ab"))
    with pytest.raises(GridError) as caught:
        scene(Frozen("a", fault="too thin"), Frozen("a", fault="too long"))
    messages = [problem.message for problem in caught.value.problems]
    assert messages == ["too thin", "too long", "2 elements are called 'a'"]


def test_the_smallest_time_step_wins() -> None:
    """The courant share of the least of all limits."""
    assert scene(Frozen("a", limit=1e-13)).dt == pytest.approx(0.99e-13, rel=1e-12)
    assert scene(Frozen("a")).dt == pytest.approx(0.99 * GRID.courant_limit(), rel=1e-12)


def test_recordings_become_traces_and_notices_travel() -> None:
    """One value per step, the field at n + 1."""
    result = run(scene(Frozen("a")), quick_backend("native", "float64"), StopRule(-300, -300, 1000))
    trace = result.traces["a e_z"]
    assert trace.shape == (result.n_steps, 1)
    assert np.abs(trace).max() > 0
    assert "frozen: a does nothing" in [str(notice) for notice in result.notices]


def test_one_name_for_one_array() -> None:
    """State is kept by name: a second array of the same name would be lost from a checkpoint."""
    stepper = Stepper(scene(), quick_backend("native", "float64"))
    assert {"fields", "wire current"} <= set(stepper.assembly.state)
    with pytest.raises(ValueError, match="two arrays of a run are called 'fields'"):
        stepper.assembly.memory("fields", 3)
