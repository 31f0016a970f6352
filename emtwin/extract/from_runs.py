"""From a finished field run to the run of a port model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from emtwin.errors import Notice, RunError
from emtwin.extract.port_runs import PortRun
from emtwin.solver import Pulse, RunResult
from emtwin.solver.resonances import finish

_RINGING_DB = -40.0  # a lost tail below this share of the spectrum is told by the decay alone


_TAIL = 100  # steps after the pulse without which nothing can be said of a decay


class Extracted(NamedTuple):
    """A port run, how its spectra were finished, and what to be warned of."""

    run: PortRun
    finished_by: str
    notices: tuple[Notice, ...]


def extract(result: RunResult, pulse: Pulse, names: Sequence[str], driven: str) -> Extracted:
    """Currents at all ports from a run that drove one of them.

    Ports that still ring at the end are finished by harmonic inversion, never by cutting the
    trace; where the fit fails its held-out check the plain spectrum stands, with a notice.

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
        The run, how it ended (with the worst residual of harmonic inversion), and notices.
    """
    current = np.zeros((result.frequencies.size, len(names)), np.complex128)
    notices = list(result.notices)
    silent = int(np.ceil(pulse.duration / result.dt)) + 1
    if result.n_steps < silent + _TAIL:
        raise RunError(
            f"the run driven at {driven} was stopped after {result.n_steps} steps, but its pulse "
            f"lasts {silent}: raise accuracy.max_steps, or leave it out"
        )
    inverted: list[float] = []
    for column, name in enumerate(names):
        record = result.ports[name]
        finished = finish(
            record.voltage, result.dt, result.frequencies, start=silent, offset_in_steps=1.0
        )
        emf = result.source if name == driven else np.zeros_like(result.source)
        current[:, column] = (emf - finished.spectrum) / record.resistance
        if finished.used:
            inverted.append(finished.residual_db)
        elif finished.tail_db > _RINGING_DB and result.finished_by != "decay":
            notices.append(
                Notice(
                    "ringing-port",
                    f"Port {name} still rings when the run driven at {driven} ends, and harmonic "
                    f"inversion was not used: {finished.reason}.",
                )
            )
    run = PortRun(list(names).index(driven), result.source, current, result.currents)
    ended = result.finished_by
    if inverted:
        ended += f", ports by harmonic inversion (held-out residual {max(inverted):.0f} dB)"
    return Extracted(run, ended, tuple(notices))
