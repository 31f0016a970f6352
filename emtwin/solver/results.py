"""What a finished run gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice
from emtwin.solver.monitors.field_samples import FieldSamples, Spectrum
from emtwin.solver.monitors.resonances import dft
from emtwin.solver.radiation.currents import EquivalentCurrents


@dataclass(frozen=True, eq=False)
class PortRecord:
    """What a port saw: a resistor R, its reference, and a source e.m.f. v_s in series with it.

    The current i flows into the network, v = v_s - R i, and the waves at the reference are

        a = (v + R i) / (2 sqrt(R)) = v_s / (2 sqrt(R)),    b = (v - R i) / (2 sqrt(R)).

    A port that is not driven stands in its reference, a = 0. v and i are those of one instant, so
    that no energy is lost or made between ports: a port across edges has its current at half steps
    and there the mean of v over the step, cos(w dt / 2) times the spectrum of the samples.

    Parameters
    ----------
    name : str
        Name of the port.
    resistance : float
        Its reference resistance in ohm.
    voltage : ndarray of float64, shape (n_steps,)
        Voltage across the reference resistance and its source, V, at times (n + 1) dt.
    spectrum : ndarray of complex128, shape (nf,)
        Its spectrum at the run's frequencies, V s, with what rings on after the run (`Ending`).
    emf : ndarray of complex128, shape (nf,)
        Spectrum of the source e.m.f., V s; zero where the port is not driven.
    current : ndarray of complex128, shape (nf,)
        Spectrum of the current into the network, A s.
    """

    name: str
    resistance: float
    voltage: NDArray[np.float64]
    spectrum: NDArray[np.complex128]
    emf: NDArray[np.complex128]
    current: NDArray[np.complex128]

    @property
    def incident(self) -> NDArray[np.complex128]:
        """Spectrum of the wave a into the network, sqrt(W) s, shape (nf,)."""
        wave: NDArray[np.complex128] = self.emf / (2 * np.sqrt(self.resistance))
        return wave

    @property
    def outgoing(self) -> NDArray[np.complex128]:
        """Spectrum of the wave b out of the network, sqrt(W) s, shape (nf,)."""
        wave: NDArray[np.complex128] = self.incident - np.sqrt(self.resistance) * self.current
        return wave

    @property
    def impedance(self) -> NDArray[np.complex128]:
        """What a driven port sees of the network, v / i in ohm; elsewhere it is -R, shape (nf,)."""
        seen: NDArray[np.complex128] = self.emf / self.current - self.resistance
        return seen

    @property
    def accepted(self) -> NDArray[np.float64]:
        """Energy into the network per frequency, (|a|^2 - |b|^2) / 2 in W s^2, shape (nf,)."""
        taken: NDArray[np.float64] = np.abs(self.incident) ** 2 - np.abs(self.outgoing) ** 2
        return taken / 2


@dataclass(frozen=True, eq=False)
class Ending:
    """What was done about the ringing that a run left.

    Parameters
    ----------
    foretold : bool
        Ports and fields were finished by harmonic inversion.
    residual_db : float
        How far the exponentials missed the held-out end of the run, dB.
    reason : str
        Why they were not used, or nothing.
    truncation : ndarray of float64, shape (nf,)
        Estimated share of the spectra that is still wrong because the run ended, per frequency of
        the run.
    """

    foretold: bool
    residual_db: float
    reason: str
    truncation: NDArray[np.float64]


@dataclass(frozen=True)
class Progress:
    """How far a run is; passed to the callback.

    Parameters
    ----------
    step, max_steps : int
        Steps done, and the budget.
    decay_db : float
        Stored energy relative to its peak, dB.
    fraction : float
        Estimated share of the run that is done, 0 to 1.
    seconds, seconds_left : float
        Wall time so far, and the estimate of what is left.
    """

    step: int
    max_steps: int
    decay_db: float
    fraction: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Support:
    """How far a feature that a run used has been validated on its backend.

    Parameters
    ----------
    feature : str
        Name of the feature.
    status : {"validated", "experimental"}
        Status on the backend of the run.
    held_by : str
        Test that holds it, below ``tests/``.
    """

    feature: str
    status: str
    held_by: str


@dataclass(frozen=True, eq=False)
class RunResult:
    """A finished run.

    Parameters
    ----------
    dt : float
        Time step in seconds.
    n_steps : int
        Steps done.
    frequencies : ndarray, shape (nf,)
        Frequencies of the spectra, Hz.
    source : ndarray of complex128, shape (nf,)
        Spectrum of the driving pulse, V s (or A s).
    pulse : ndarray of float64
        The pulse at times n dt.
    driven : str
        Name of the driven port, or nothing.
    ports : dict of str to PortRecord
        Every port.
    spectra : dict of str to ndarray, shape (nf, n)
        Spectra of each group of samples, in their unit times seconds; complex64 or complex128 by
        the precision of the run.
    samples : dict of str to FieldSamples
        Where those samples were taken.
    currents : EquivalentCurrents or None
        Currents of the near-to-far surface, A m s and V m s.
    traces : dict of str to ndarray of float64, shape (n_steps, n)
        What each element wrote down after every step, by the name of the recording; fewer lines
        where it asked for one every few steps.
    times : dict of str to ndarray of float64
        Times of the lines of those traces in seconds.
    decay_db, port_decay_db : float
        Stored energy at the end relative to its peak, and the largest port's tail to its peak.
    finished_by : str
        "decay" or "step budget".
    ending : Ending
        How the spectra were finished.
    seconds : float
        Wall time of the loop.
    notices : tuple of Notice
        Named warnings.
    support : tuple of Support
        What the run used, and how far that has been validated on its backend.
    timing : dict of str to float
        Wall time by stage of the run, set-up and ending included, s.
    """

    dt: float
    n_steps: int
    frequencies: NDArray[np.float64]
    source: NDArray[np.complex128]
    pulse: NDArray[np.float64]
    driven: str
    ports: dict[str, PortRecord]
    spectra: dict[str, Spectrum]
    samples: dict[str, FieldSamples]
    currents: EquivalentCurrents | None
    traces: dict[str, NDArray[np.float64]]
    times: dict[str, NDArray[np.float64]]
    decay_db: float
    port_decay_db: float
    finished_by: str
    ending: Ending
    seconds: float
    notices: tuple[Notice, ...]
    support: tuple[Support, ...]
    timing: dict[str, float] = field(default_factory=dict)

    def source_at(self, frequencies: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Spectrum of the driving pulse at other frequencies (Hz), in its unit times seconds."""
        return dft(self.pulse, self.dt, frequencies)

    def per_source(self, name: str) -> NDArray[np.complexfloating]:
        """Spectra of a group of samples for a source of amplitude one, shape (nf, n).

        Per volt of a driven port, per ampere of a current, per V/m of a plane wave.
        """
        group = self.samples[name].frequencies
        source = self.source if group is None else self.source_at(group)
        spectrum: NDArray[np.complexfloating] = self.spectra[name] / source[:, None]
        return spectrum

    def impedance(self, port: str) -> NDArray[np.complex128]:
        """What a port that is driven sees of the network, in ohm, shape (nf,).

        Raises
        ------
        InputError
            If that port was not driven in this run.
        """
        if port != self.driven or port not in self.ports:
            driven = f"port {self.driven}" if self.driven else "no port"
            raise InputError.single(
                f"port {port} was not driven in this run, {driven} was: no impedance can be said",
                field="port",
                remedy=f'run the simulation with driven="{port}"',
            )
        return self.ports[port].impedance
