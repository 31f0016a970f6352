"""Charge that stays on conductors must not keep a run from its end, nor spoil its spectra."""

from __future__ import annotations

import numpy as np

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    FieldSamples,
    Gaussian,
    Pulse,
    RunResult,
    Simulation,
    StopRule,
    TimeMonitor,
    Waveform,
    run,
)
from tests.validation import Validated

F = np.linspace(1e9, 5e9, 9)


def plates(pulse: Waveform, machine: Backend, stop: StopRule) -> RunResult:
    """Two plates of 6 mm, 2 mm apart in the open, a current from one to the other."""
    grid = Grid.uniform((30, 30, 30), 1e-3)
    vacuum = Medium.vacuum(grid)
    ids = [ids.copy() for ids in vacuum.ids]
    for k in (14, 16):
        ids[0][12:18, 12:19, k] = 0
        ids[1][12:19, 12:18, k] = 0
    medium = Medium(*ids, vacuum.permittivity, vacuum.conductivity)
    current = tuple(CurrentElement("e_z", Node(15, 15, k)) for k in (14, 15))
    samples = FieldSamples.box("s", grid, Node(11, 11, 12), Node(19, 19, 18), stride=2)
    probe = TimeMonitor("gap", Node(14, 15, 14), Node(14, 15, 14), ("e_z",))
    simulation = Simulation(
        grid,
        medium,
        pulse,
        Absorber(alpha_max=0.05),
        currents=current,
        samples=(samples,),
        elements=(probe,),
        frequencies=F,
    )
    return run(simulation, machine, stop)


def test_charge_that_stays_is_no_ringing(machine64: Backend, validated: Validated) -> None:
    """A current with a mean charges two plates for good: the run ends by decay all the same.

    The charge is the integral of the current; the field between the plates keeps its value from
    the pulse's end on, so its energy never falls. What still moves does: twice the lesser of the
    electric and the magnetic energy. Spectra per ampere are those of a run without static part: a
    linear scene. Both runs end 60 dB down and foretell the rest, static part included: 1e-3.
    """
    stop = StopRule(-60, -60, 12_000)
    charged, plain = (plates(w, machine64, stop) for w in (Gaussian(5e9), Pulse(5e9)))
    assert charged.finished_by == "decay"
    gap = charged.traces["gap e_z"][:, 0]
    assert abs(gap[-1]) > 0.5 * np.abs(gap).max()
    assert np.ptp(gap[-200:]) < 1e-3 * abs(gap[-1])
    assert charged.n_steps < 3 * plain.n_steps
    one, two = (r.spectra["s"] / r.source[:, None] for r in (charged, plain))
    error = np.linalg.norm(one - two, axis=1) / np.linalg.norm(two, axis=1)
    validated(
        "Charged plates, spectra with and without static part, 1 to 5 GHz",
        float(error.max()),
        0.0,
        1e-3,
        reference="linearity",
    )


def test_without_a_static_part_all_energy_counts(machine64: Backend) -> None:
    """The rule of a waveform without a mean is the plain one: a closed box never decays."""
    grid = Grid.uniform((10, 9, 8), 1e-3)
    drive = (CurrentElement("e_z", Node(5, 5, 4)),)
    for pulse in (Pulse(20e9), Gaussian(20e9)):
        simulation = Simulation(grid, Medium.vacuum(grid), pulse, Absorber.none(), currents=drive)
        result = run(simulation, machine64, StopRule(max_steps=3000))
        assert result.finished_by == "step budget"
        assert result.decay_db > -20
