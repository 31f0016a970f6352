"""Which frequencies a run can give: below its Nyquist frequency, and within its pulse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Notice, Problem
from emtwin.solver.monitors.resonances import dft
from emtwin.solver.simulation import Simulation

FAINTEST_DB = -80.0
"""Spectrum of the pulse relative to its peak, 20 log10, below which nothing can be learnt."""

_POINTS = 256  # of the pulse's spectrum among which its peak is sought


def check_band(simulation: Simulation) -> list[Notice]:
    """Refuse frequencies that a run cannot give, and name those that its pulse does not carry.

    Parameters
    ----------
    simulation : Simulation
        What is to run.

    Returns
    -------
    list of Notice
        ``band-without-source``, where the pulse is `FAINTEST_DB` below its peak or fainter.

    Raises
    ------
    GridError
        If a frequency is negative, not finite or not below 1 / (2 dt); of every list at once.
    """
    lists = {"frequencies": simulation.frequencies} | {
        f"samples {g.name}": g.frequencies for g in simulation.samples if g.frequencies is not None
    }
    limit = 0.5 / simulation.dt
    problems = [
        Problem(
            f"{f[wrong][0]:.6g} Hz is wanted, but the time step of {simulation.dt:.4g} s has a "
            f"Nyquist frequency of {limit:.4g} Hz",
            field=name,
            remedy="ask for frequencies from 0 to below it, or make the cells smaller",
        )
        for name, f in lists.items()
        if (wrong := np.logical_not((f >= 0) & (f < limit))).any()
    ]
    if problems:
        raise GridError(problems)
    return [n for name, f in lists.items() for n in _without_source(simulation, name, f)]


def _without_source(simulation: Simulation, name: str, f: NDArray[np.float64]) -> list[Notice]:
    if not f.size:
        return []
    dt = simulation.dt
    samples = simulation.pulse.sampled(dt)
    band = np.linspace(0.0, min(2 * simulation.pulse.f_max, 0.5 / dt), _POINTS)
    peak = np.abs(dft(samples, dt, band)).max()
    size = np.abs(dft(samples, dt, f))
    faint = f[size <= 10 ** (FAINTEST_DB / 20) * peak]
    if not faint.size or peak == 0.0:
        return []
    return [
        Notice(
            "band-without-source",
            f"The pulse carries nothing at {faint.size} of the {f.size} {name}, from "
            f"{faint.min() / 1e6:.4g} to {faint.max() / 1e6:.4g} MHz: there it is "
            f"{-FAINTEST_DB:g} dB or more below its peak, and quotients hold rounding. Choose a "
            "waveform that covers them.",
        )
    ]
