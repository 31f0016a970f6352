"""The end of a run: a resonant result must not depend on when the run was stopped (EMC4)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import ETA0
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    FieldSamples,
    HuygensSurface,
    Pulse,
    RunResult,
    Simulation,
    StopRule,
    Wire,
    run,
)
from emtwin.solver.stages.coefficients import PEC_ROW
from emtwin.solver.wires.wire import BONDED, WireEnd
from tests.validation import Validated

CUT = StopRule(-110, -110, max_steps=500)


@pytest.fixture(scope="module")
def ringing_stub() -> Simulation:
    """Wire of 0.4 m on a plate, driven at its foot behind 2 ohm: it rings at 170 and 520 MHz."""
    grid = Grid.uniform((32, 32, 44), 0.02)
    vacuum = Medium.vacuum(grid)
    ids = [rows.copy() for rows in vacuum.ids]
    for rows in ids[:2]:
        rows[13:19, 13:19, 12] = PEC_ROW
    path = np.array([[16, 16, 12 + n] for n in range(21)])
    foot = WireEnd(BONDED, 2.0, "foot")
    return Simulation(
        grid,
        Medium(*ids, vacuum.permittivity, vacuum.conductivity),
        Pulse(600e6),
        Absorber(),
        wires=(Wire("stub", path, 0.5e-3, start=foot),),
        driven="foot",
        surface=HuygensSurface(grid, Node(11, 11, 10), Node(21, 21, 34)),
        frequencies=np.linspace(60e6, 600e6, 55),
    )


def moments(result: RunResult) -> NDArray[np.complex128]:
    """All dipole moments of the near-to-far surface in one unit, shape (nf, m)."""
    assert result.currents is not None
    electric, magnetic = result.currents.electric, result.currents.magnetic
    return np.concatenate((electric.moment, magnetic.moment / ETA0), axis=1)


def share(found: NDArray[np.complex128], exact: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Norm of the difference relative to the exact values, per frequency."""
    axes = tuple(range(1, exact.ndim))
    difference = np.sqrt((np.abs(found - exact) ** 2).sum(axis=axes))
    return np.asarray(difference / np.sqrt((np.abs(exact) ** 2).sum(axis=axes)))


@pytest.fixture(scope="module")
def whole(ringing_stub: Simulation, machine: Backend) -> RunResult:
    """The run to the end: energy at -110 dB."""
    return run(ringing_stub, machine, StopRule(-110, -110))


@pytest.fixture
def no_fit_is_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Harmonic inversion that always misses, as with a device of too many modes."""
    monkeypatch.setattr("emtwin.solver.monitors.resonances.WORST_RESIDUAL_DB", -300.0)


@pytest.mark.parametrize(("stop", "tolerance"), [(StopRule(-20, -15), 1e-3), (CUT, 0.01)])
def test_fields_and_port_do_not_depend_on_the_run_length(
    ringing_stub: Simulation,
    whole: RunResult,
    machine: Backend,
    stop: StopRule,
    tolerance: float,
) -> None:
    """Stopped at a quarter of its length, and by its budget while the pulse is hardly over.

    At -20 dB a tenth of the amplitude is left, and without the foretold part the spectrum lacks
    that much and more (the next test). Sixty probes and float32 carry the fit to 1e-3; after the
    few lines of the second case the run itself says that it is sure to 2 % only.
    """
    short = run(ringing_stub, machine, stop)
    assert short.n_steps < 0.3 * whole.n_steps
    assert short.ending.foretold
    wrong = share(moments(short), moments(whole))
    assert wrong.max() < tolerance
    assert wrong.max() < short.ending.truncation.max() + 1e-3
    port = share(*(r.ports["foot"].spectrum[:, None] for r in (short, whole)))
    assert port.max() < tolerance


def test_a_run_cut_while_it_rings_says_what_is_missing(
    ringing_stub: Simulation, whole: RunResult, machine: Backend, no_fit_is_good_enough: None
) -> None:
    """The estimate of a falling amplitude is right within a factor of three at the worst place."""
    cut = run(ringing_stub, machine, StopRule(-20, -15, truncation=np.inf))
    assert not cut.ending.foretold
    wrong = share(moments(cut), moments(whole)).max()
    assert wrong > 0.05
    assert wrong / 3 < cut.ending.truncation.max() < 3 * wrong
    assert [notice.name for notice in cut.notices] == ["cut-ringing"]
    assert "% of the spectrum at" in cut.notices[0].message


def test_a_decayed_run_goes_on_until_its_ringing_is_known(
    ringing_stub: Simulation, whole: RunResult, machine: Backend, no_fit_is_good_enough: None
) -> None:
    """Energy at -20 dB would do, but 3 % of the spectrum must not be missing."""
    result = run(ringing_stub, machine, StopRule(-20, -15, truncation=0.03))
    assert result.decay_db < -30
    assert result.finished_by == "decay"
    assert not result.notices
    assert share(moments(result), moments(whole)).max() < 0.06


def resonant_box(machine: Backend, steps: int) -> RunResult:
    """A closed box of slightly lossy air: its modes have a Q of w eps / sigma = 500 and more."""
    grid = Grid.uniform((15, 12, 18), 0.01)
    vacuum = Medium.vacuum(grid)
    medium = Medium(*vacuum.ids, np.ones(2), np.array([0.0, 1.2e-4]))
    probes = FieldSamples.box("probes", grid, Node(4, 3, 5), Node(11, 9, 13), ("e_z",), stride=4)
    simulation = Simulation(
        grid,
        medium,
        Pulse(2e9),
        Absorber.none(),
        currents=(CurrentElement("e_z", Node(4, 5, 6)),),
        samples=(probes,),
        frequencies=np.linspace(0.8e9, 2e9, 121),
    )
    return run(simulation, machine, StopRule(-300, -300, steps))


def test_a_resonant_box_does_not_depend_on_the_run_length(
    machine: Backend, validated: Validated
) -> None:
    """Samples alone, without a near-to-far surface or a port, carry the fit (EMC4: 0.5 dB).

    Q = 500 at 1 GHz lasts for 500 / pi periods, some 8000 steps, until the amplitude is down to
    1 / e; the runs end after 2000 and 4000. Cut as they are they differ by many dB (next test).
    """
    short, long = resonant_box(machine, 2000), resonant_box(machine, 4000)
    assert not short.ending.reason
    assert long.n_steps > 1.9 * short.n_steps
    assert short.ending.foretold
    validated(
        "Resonant box of Q 500, spectra when the run is doubled",
        moved_db(short, long),
        0.0,
        0.5,
        unit="dB",
        reference="the run of twice the length",
    )


def test_a_resonant_box_without_the_fit_depends_on_it(
    machine: Backend, no_fit_is_good_enough: None
) -> None:
    """The control: cut spectra move by more than 3 dB, and the result says so."""
    short, long = resonant_box(machine, 2000), resonant_box(machine, 4000)
    assert moved_db(short, long) > 3
    assert "cut-ringing" in [notice.name for notice in short.notices]


def moved_db(short: RunResult, long: RunResult) -> float:
    """Largest change of a spectrum within 60 dB of its peak, dB."""
    size = [np.abs(r.spectra["probes"] / r.source[:, None]) for r in (short, long)]
    strong = size[1] > 1e-3 * size[1].max(axis=0)
    return float(np.abs(20 * np.log10(size[0] / size[1]))[strong].max())
