"""From a finished field run to the run of a port model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from emtwin.errors import Notice, RunError
from emtwin.extract.port_runs import PortRun
from emtwin.solver import Pulse, RunResult

_TAIL = 100  # steps after the pulse without which nothing can be said of a decay


class Extracted(NamedTuple):
    """A port run, how its spectra were finished, and what to be warned of."""

    run: PortRun
    finished_by: str
    notices: tuple[Notice, ...]

    def without_currents(self) -> Extracted:
        """The same without what a port model has taken over, and what takes most memory."""
        return self._replace(run=replace(self.run, radiated=None))


def extract(result: RunResult, pulse: Pulse, names: Sequence[str], driven: str) -> Extracted:
    """Currents at all ports from a run that drove one of them.

    Parameters
    ----------
    result : RunResult
        The finished run.
    pulse : Pulse
        Its pulse.
    names : sequence of str
        All ports, in the order of the port model.
    driven : str
        The driven one.

    Returns
    -------
    Extracted
        The run, how it ended (with the residual of harmonic inversion), and notices.
    """
    current = np.zeros((result.frequencies.size, len(names)), np.complex128)
    silent = int(np.ceil(pulse.duration / result.dt)) + 1
    if result.n_steps < silent + _TAIL:
        raise RunError(
            f"the run driven at {driven} was stopped after {result.n_steps} steps, but its pulse "
            f"lasts {silent}: raise accuracy.max_steps, or leave it out"
        )
    for column, name in enumerate(names):
        current[:, column] = result.ports[name].current
    ended = result.finished_by
    if result.ending.foretold:
        residual = result.ending.residual_db
        ended += f", the rest by harmonic inversion (held-out residual {residual:.0f} dB)"
    run = PortRun(list(names).index(driven), result.source, current, result.currents)
    return Extracted(run, ended, result.notices)
