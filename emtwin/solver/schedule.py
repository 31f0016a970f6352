"""When a run's sources are silent, how often it is sampled, what its pulse holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.solver.monitors.field_samples import nyquist_interval
from emtwin.solver.monitors.resonances import dft
from emtwin.solver.simulation import Simulation
from emtwin.solver.waveforms.pulses import CONTENT

STEPS_AFTER_PULSE = 128
"""Steps that every run goes on after its sources: less says nothing of a decay."""


_STEPS_PER_BATCH = 512


def lines_per_batch(every: int) -> int:
    """Lines of samples that a run writes, one each `every` steps, before it looks at them."""
    return max(1, _STEPS_PER_BATCH // every)


def source_end(simulation: Simulation) -> float:
    """Time in seconds after which no source adds energy; a plane wave has to cross its box."""
    wave = simulation.plane_wave
    crossing = 0.0 if wave is None else wave.crossing(simulation.grid)
    own = [element.active_until(simulation.pulse) for element in simulation.elements]
    return max([simulation.pulse.duration + crossing, *own])


def sampling_interval(simulation: Simulation) -> int:
    """Steps between the samples that become spectra: the Nyquist rate of pulse and frequencies."""
    groups = [g.frequencies for g in simulation.samples if g.frequencies is not None]
    wanted = max(float(f.max(initial=0.0)) for f in (simulation.frequencies, *groups))
    f_max = simulation.pulse.f_max
    return nyquist_interval(max(wanted, f_max), CONTENT * f_max, simulation.dt)


def pulse_spectrum(simulation: Simulation, dt: float) -> NDArray[np.complex128]:
    """Spectrum of the pulse at the simulation's frequencies, in its unit times seconds."""
    return dft(simulation.pulse.sampled(dt), dt, simulation.frequencies)
