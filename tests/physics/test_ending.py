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
    HuygensSurface,
    Pulse,
    RunResult,
    Simulation,
    StopRule,
    Wire,
    run,
)
from emtwin.solver.coefficients import PEC_ROW
from emtwin.solver.wires import BONDED, WireEnd

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
    monkeypatch.setattr("emtwin.solver.resonances.WORST_RESIDUAL_DB", -300.0)


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
