"""Every message of the field solver: what, where, value with unit, remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend, select_backend
from emtwin.errors import GridError, RunError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    EdgePort,
    FieldSamples,
    HuygensSurface,
    Progress,
    Pulse,
    Simulation,
    StopRule,
    Trace,
    Wire,
    WireEnd,
    run,
)
from tests.machines import quick_backend

GRID = Grid.uniform((12, 10, 8), 1e-3)


def scene(f_max: float = 5e9, **settings: Any) -> Simulation:
    """An empty box with what the test puts into it."""
    defaults: dict[str, Any] = {"absorber": Absorber.none(), "medium": Medium.vacuum(GRID)}
    return Simulation(GRID, pulse=Pulse(f_max), **(defaults | settings))


def fast() -> Backend:
    """The quickest backend of this machine in float64."""
    return quick_backend("native", "float64")


@pytest.mark.parametrize("courant", [0.0, -0.5, 1.001])
def test_courant_number(courant: float) -> None:
    """A step above the limit is named with its field and its range."""
    with pytest.raises(GridError, match=f"courant = {courant:g}") as caught:
        scene(courant=courant)
    assert caught.value.problems[0].field == "courant"
    assert "(0, 1]" in caught.value.problems[0].remedy


def test_driven_port_that_does_not_exist() -> None:
    """The message lists the ports that there are."""
    ports = (EdgePort("a", Node(2, 2, 2), Node(2, 2, 3), 50.0, bare=True),)
    with pytest.raises(GridError, match="no port 'b'; ports are a"):
        scene(ports=ports, driven="b")
    with pytest.raises(GridError, match="ports are none"):
        scene(driven="b")


@pytest.mark.parametrize("stop", [Node(2, 2, 2), Node(3, 2, 3)])
def test_port_off_a_grid_line(stop: Node) -> None:
    """Terminals at one node, or across a diagonal, are no row of edges."""
    with pytest.raises(GridError, match="port a: its terminals must be two nodes on one grid line"):
        scene(ports=(EdgePort("a", Node(2, 2, 2), stop, 50.0, bare=True),))


def test_port_inside_a_conductor() -> None:
    """How many of its edges are metal, where the first is, and what to do."""
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[2][4, 4, 3] = 0
    medium = Medium(*ids, np.ones(2), np.zeros(2))
    with pytest.raises(GridError, match=r"port a: 1 of its 2 edges .*\(4, 4, 3\)") as caught:
        scene(medium=medium, ports=(EdgePort("a", Node(4, 4, 2), Node(4, 4, 4), 50.0, bare=True),))
    assert "gap between two conductors" in caught.value.problems[0].remedy


def test_all_problems_of_all_conductors_come_at_once() -> None:
    """A wire too thick, one whose path jumps and a trace above its cell: three problems."""
    thick = Wire("thick", np.array([[5, 5, k] for k in range(2, 6)]), 0.6e-3)
    jumping = Wire("jumping", np.array([[5, 5, 2], [5, 5, 4]]), 0.01e-3)
    high = Trace("high", np.array([[i, 5, 3] for i in range(4, 9)]), 1.6e-3, 0.3e-3)
    with pytest.raises(GridError) as caught:
        _ = scene(wires=(thick, jumping), traces=(high,)).network
    first, second, third = caught.value.problems
    assert [p.field for p in caught.value.problems] == ["thick", "jumping", "high"]
    assert "0.6 mm is above half the 1 mm cell" in first.message
    assert "larger cells" in first.remedy
    assert "neighbouring node" in second.message
    assert "1.6 mm" in third.message
    assert "1 mm high" in third.message
    assert "grid line at the face of the board" in third.remedy


def test_wire_that_the_grid_makes_thinner() -> None:
    """An oblique wire thicker than its staircase is kept, with a notice of its excess inductance.

    At 45 degrees the staircase stands for 0.170 mm; a wire of 0.3 mm has mu0 / 2 pi ln(0.3 / 0.170)
    = 113 nH/m less, and the floor of 63 nH/m is added on top: 176 nH/m too much. Along a grid line
    a wire of that radius is spread over the neighbouring lines instead.
    """
    straight = Wire("straight", np.array([[5, 5, k] for k in range(2, 6)]), 0.3e-3)
    assert not scene(wires=(straight,)).network.notices
    wire = Wire.between(GRID, "lead", (3e-3, 3e-3, 3e-3), (6e-3, 6e-3, 3e-3), 0.3e-3)
    (notice,) = scene(wires=(wire,)).network.notices
    assert notice.name == "wire-thinner"
    assert "Wire lead of radius 0.3 mm" in notice.message
    assert "0.17 mm" in notice.message
    assert "176 nH/m" in notice.message


def test_monitor_outside_the_grid() -> None:
    """The message names the monitor and the size of the grid."""
    with pytest.raises(GridError, match=r"monitor slice .*\(12, 10, 8\)"):
        FieldSamples.cells("slice", GRID, np.array([[11, 9, 8]]))


def unstable(*, factor: float) -> Simulation:
    """A box whose time step was forced above its limit behind the declaration's back."""
    simulation = scene(currents=(CurrentElement("e_z", Node(6, 5, 4)),))
    simulation.__dict__["dt"] = factor * GRID.courant_limit()
    return simulation


def test_growth_is_stopped_with_its_place_and_cause() -> None:
    """A run that grows without a source ends with step, time step, component, place and advice."""
    with pytest.raises(
        RunError, match=r"grew without a source by step \d+ \(dt = .* s\)"
    ) as caught:
        run(unstable(factor=1.06), fast(), StopRule(max_steps=20_000))
    assert "largest is " in str(caught.value)
    assert "material row 1 (relative permittivity 1, 0 S/m)" in str(caught.value)
    assert "above its limit: lower `courant`" in str(caught.value)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_fields_that_become_infinite_stop_the_run(backend: str) -> None:
    """Far above the limit float32 overflows within one batch: the place is still named."""
    machine = quick_backend(backend, "float32")
    with pytest.raises(RunError, match=r"became infinite in step \d+ .* is [eh]_[xyz] at \(.*\) m"):
        run(unstable(factor=1.5), machine, StopRule(max_steps=20_000))


def test_run_that_does_not_decay_says_so() -> None:
    """A closed box keeps its energy: the budget ends the run, with a named notice and figures."""
    simulation = scene(60e9, currents=(CurrentElement("e_z", Node(6, 5, 4)),))
    result = run(simulation, fast(), StopRule(max_steps=1500))
    assert result.finished_by == "step budget"
    (notice,) = result.notices
    assert notice.name == "not-decayed"
    assert f"after {result.n_steps} steps" in notice.message
    assert f"{result.decay_db:.1f} dB" in notice.message
    assert "-50 and -60 dB were asked for" in notice.message


def test_progress_ends_at_the_last_step() -> None:
    """Each batch reports: steps rise, the share stays in [0, 1], the last one is the result's."""
    seen: list[Progress] = []
    grid = Grid.uniform((24, 24, 24), 1e-3)
    drive = (CurrentElement("e_z", Node(12, 12, 12)),)
    simulation = Simulation(grid, Medium.vacuum(grid), Pulse(20e9), currents=drive)
    result = run(simulation, fast(), StopRule(-50, -60, 20_000), seen.append)
    assert result.finished_by == "decay"
    assert result.notices == ()
    assert [p.step for p in seen] == sorted({p.step for p in seen})
    assert seen[-1].step == result.n_steps
    assert all(0 <= p.fraction <= 1 and p.seconds_left >= 0 for p in seen)
    assert result.decay_db <= -50


def test_numpy_gives_the_same_traces_as_native() -> None:
    """Port voltages of the two backends agree to 1e-9 of the peak in float64 (here: to the bit)."""
    ports = (
        EdgePort("a", Node(4, 5, 3), Node(4, 5, 5), 50.0, bare=True),
        EdgePort("b", Node(8, 5, 3), Node(8, 5, 4), 75.0, bare=True),
    )
    wire = Wire(
        "w", np.array([[6, 4, k] for k in range(2, 6)]), 5e-5, end=WireEnd("bonded", 50.0, "c")
    )
    simulation = scene(ports=ports, wires=(wire,), driven="a")
    stop = StopRule(max_steps=600)
    one = run(simulation, select_backend("numpy", "float64"), stop)
    two = run(simulation, fast(), stop)
    assert set(one.ports) == {"a", "b", "c"}
    for name, record in one.ports.items():
        assert np.abs(record.voltage).max() > 0
        np.testing.assert_allclose(
            two.ports[name].voltage,
            record.voltage,
            rtol=0,
            atol=1e-9 * np.abs(record.voltage).max(),
        )


def test_spectra_above_the_nyquist_frequency_are_refused() -> None:
    """1 / (2 dt) of cells of 1 mm is 262 GHz; all lists are named at once, in any of them."""
    limit = 0.5 / scene().dt
    samples = FieldSamples(
        "probe", np.array(["e_z"]), np.array([[5, 5, 4]]), frequencies=np.array([-1.0])
    )
    simulation = scene(frequencies=np.array([1e9, 1.01 * limit]), samples=(samples,))
    with pytest.raises(GridError, match="has a Nyquist frequency of") as caught:
        run(simulation, fast())
    first, second = caught.value.problems
    assert (first.field, second.field) == ("frequencies", "samples probe")
    assert f"{limit:.4g} Hz" in first.message
    assert "-1 Hz is wanted" in second.message
    assert "make the cells smaller" in first.remedy


def test_frequencies_that_the_pulse_does_not_carry_are_named() -> None:
    """At 2.3 f_max the pulse is 95 dB below its peak, at 0 Hz it has nothing; at 2 f_max -69 dB."""
    frequencies = np.array([0.0, 1e9, 5e9, 10e9, 11.5e9])
    drive = (CurrentElement("e_z", Node(6, 5, 4)),)
    result = run(scene(frequencies=frequencies, currents=drive), fast(), StopRule(max_steps=600))
    (notice,) = [n for n in result.notices if n.name == "band-without-source"]
    assert "2 of the 5 frequencies, from 0 to 1.15e+04 MHz" in notice.message
    assert "80 dB or more below its peak" in notice.message


def test_samples_outside_the_grid_are_refused() -> None:
    """A surface at the wall needs h behind it; a sample beyond the last node; both are named."""
    beyond = FieldSamples("probe", np.array(["e_z"]), np.array([[5, 5, 9]]))
    surface = HuygensSurface(GRID, Node(0, 2, 2), Node(5, 5, 5))
    with pytest.raises(GridError, match=r"outside the grid of \(12, 10, 8\) cells") as caught:
        scene(samples=(beyond,), surface=surface)
    first, second = caught.value.problems
    assert "monitor probe: 1 of its 1 samples" in first.message
    assert "the first is e_z at (5, 5, 9)" in first.message
    assert "huygens surface" in second.message
    assert "at (-1, " in second.message
