"""The end of a run: what rings on is added to every spectrum, and what stays wrong is told.

Ports and fields of a linear device ring in the same exponentials. They are fitted to some of them
(`resonances`), and then finish them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.solver.monitors.resonances import (
    FEWEST_SAMPLES,
    Ringing,
    dft,
    fit_ringing,
    tail_weights,
)
from emtwin.solver.monitors.sampling import SampleSpectra, fourier_weights
from emtwin.solver.results import Ending

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

_PROBES = 64
_FAINT = 1e-3  # channels below this share of the largest hold rounding, not ringing
_SLOWEST = 0.98  # a window over which the fields fall by less counts as falling by this


class Tail:
    """The ringing at the end of a run, seen at some probes and at all ports.

    Parameters
    ----------
    spectra : SampleSpectra
        Spectra of the run's samples.
    voltages : mapping of str to ndarray, shape (n_steps,)
        Voltage of each port at times (n + 1) dt.
    silent : float
        Time in seconds from which on no source adds energy.
    n_steps : int
        Steps done.
    remainder : float
        Amplitude left at the end relative to its peak, for runs too short for anything better.
    not_linear : sequence of str
        Names of what does not ring in exponentials; where there is something, nothing is foretold.
    """

    def __init__(
        self,
        spectra: SampleSpectra,
        voltages: Mapping[str, Real],
        silent: float,
        n_steps: int,
        remainder: float,
        not_linear: Sequence[str] = (),
    ) -> None:
        f, dt = spectra.frequencies, spectra.dt
        self._spectra, self.voltages = spectra, voltages
        self._ports = {n: dft(v, dt, f, offset_in_steps=1.0) for n, v in voltages.items()}
        self._window = spectra.last_lines(int(np.ceil(silent / dt / spectra.every)) + 1)
        self._times = spectra.times(self._window.first, len(self._window))
        self._end = (n_steps + 1) * dt
        self._probes = spectra.probes(_PROBES)
        self._fields = self._window.columns(self._probes) * spectra.field_scale(self._probes)
        at_lines = (self._window.first + np.arange(len(self._window))) * spectra.every
        self._port_samples = {name: v[at_lines] for name, v in voltages.items()}
        self._remainder, self._not_linear = remainder, not_linear

    @cached_property
    def _ringing(self) -> Ringing:
        channels = (_audible(self._fields), _audible(self._every_port()))
        return fit_ringing(np.concatenate(channels, axis=1), self._spectra.interval)

    @cached_property
    def ending(self) -> Ending:
        """What can be done about it, and what stays wrong."""
        f = self._spectra.frequencies
        if len(self._window) < FEWEST_SAMPLES or not f.size:
            reason = f"the run lasted only {len(self._window)} samples beyond its sources"
            return Ending(False, 0.0, reason, np.full(f.size, self._remainder))
        if self._not_linear:
            reason = f"{', '.join(self._not_linear)} not linear, so that it rings otherwise later"
            return Ending(False, 0.0, reason, self._cut_share())
        ringing = self._ringing
        share = self._cut_share() if ringing.trouble else self._unsure_share()
        return Ending(not ringing.trouble, ringing.residual_db, ringing.trouble, share)

    def finish(self) -> dict[str, Complex]:
        """Add what rings on to all spectra; those of the ports in V s are returned."""
        if not self.ending.foretold:
            return self._ports
        self._spectra.extend(self._window, self._line_weights)
        missing = self._of_ports(self._ringing.rate)
        return {name: spectrum + missing[name] for name, spectrum in self._ports.items()}

    def _line_weights(self, frequencies: Real, rate: Complex | None = None) -> Complex:
        """Weights that give the missing part of samples taken line by line."""
        return tail_weights(
            self._ringing.rate if rate is None else rate,
            self._times,
            frequencies,
            begin=float(self._times[-1]) + self._spectra.interval,
            step=self._spectra.interval,
        )

    def _of_ports(self, rate: Complex) -> dict[str, Complex]:
        """Missing part of the spectrum of every port, which is sampled at each step."""
        weights = tail_weights(
            rate, self._times, self._spectra.frequencies, begin=self._end, step=self._spectra.dt
        )
        return {name: weights @ samples for name, samples in self._port_samples.items()}

    def _unsure_share(self) -> Real:
        """What the foretold part may be wrong by, relative to all of a spectrum, shape (nf,).

        The larger of the held-out residual and of what the fit to the first samples foretells
        otherwise.
        """
        f, miss = self._spectra.frequencies, 10 ** (self._ringing.residual_db / 20)
        parts = []
        for tail_of, cut in (
            (self._field_tail, self._spectra.probe_spectra(self._probes)),
            (self._port_tail, _columns(self._ports, f.size)),
        ):
            tail, early = tail_of(self._ringing.rate), tail_of(self._ringing.early)
            wrong = np.maximum(_size(tail - early), miss * _size(tail))
            parts.append(_share(wrong, _size(cut + tail)))
        return np.maximum(*parts)

    def _cut_share(self) -> Real:
        """What a cut run lacks relative to its spectra, as if it went on to fall as it fell last.

        A spectrum that took on d during the last window, while the fields fell by the factor q,
        still lacks d q / (1 - q).
        """
        f = self._spectra.frequencies
        phases = fourier_weights(f, self._times, self._spectra.interval)
        return np.maximum(
            *(
                _share(_size(phases @ samples) * _left_over(samples), _size(spectra))
                for samples, spectra in (
                    (self._fields, self._spectra.probe_spectra(self._probes)),
                    (self._every_port(), _columns(self._ports, f.size)),
                )
            )
        )

    def _every_port(self) -> Real:
        """Samples of all ports, shape (n, ports)."""
        return np.array(list(self._port_samples.values())).reshape(-1, len(self._window)).T

    def _field_tail(self, rate: Complex) -> Complex:
        weights = self._line_weights(self._spectra.frequencies, rate)
        return np.asarray(weights @ self._fields)

    def _port_tail(self, rate: Complex) -> Complex:
        return _columns(self._of_ports(rate), self._spectra.frequencies.size)


def _audible(channels: Real) -> Real:
    """Channels that are not faint against the largest."""
    size = np.sqrt(np.mean(channels**2, axis=0))
    heard: Real = channels[:, size > _FAINT * size.max(initial=0.0)]
    return heard


def _left_over(samples: Real) -> float:
    """q / (1 - q) with q the factor by which the samples fall over their window."""
    if not samples.size:
        return 0.0
    fifth = len(samples) // 5
    before, after = (float(np.linalg.norm(part)) for part in (samples[:fifth], samples[-fifth:]))
    fall = min((after / before) ** 1.25 if before > 0.0 else 0.0, _SLOWEST)
    return fall / (1.0 - fall)


def _columns(spectra: Mapping[str, Complex], nf: int) -> Complex:
    """Spectra side by side, shape (nf, n)."""
    return np.array(list(spectra.values()), np.complex128).reshape(-1, nf).T


def _size(spectra: Complex) -> Real:
    """Norm over all channels, shape (nf,)."""
    return np.asarray(np.linalg.norm(spectra, axis=1))


def _share(wrong: Real, whole: Real) -> Real:
    """Ratio, 0 where there is nothing."""
    return np.divide(wrong, whole, out=np.zeros_like(wrong), where=whole > 0.0)
