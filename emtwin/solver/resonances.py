"""Finish a ringing port trace by harmonic inversion instead of cutting it.

Late in a run a linear device rings in a few damped exponentials.  They are
fitted to the tail of the trace (matrix pencil), tried on a part of the trace
that the fit has not seen, and only when they foretell it is the part of the
spectrum that lies beyond the end of the run added in closed form.
Convention exp(+jwt); spectra are integrals over time (unit of the trace times s).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

_BLOCK = 4096
_SAMPLES = 900
_QUIET_DB = -120.0
_ORDERS = (2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True, eq=False)
class Modes:
    """Damped exponentials amplitude * exp((j 2 pi frequency - decay) t).

    Parameters
    ----------
    frequency : ndarray of float64, shape (n,)
        Hz; a real trace has its modes in pairs of either sign.
    decay : ndarray of float64, shape (n,)
        1/s, never negative; 0 is a static remainder.
    amplitude : ndarray of complex128, shape (n,)
        At the first sample after the end of the trace, in the trace's unit.
    """

    frequency: Real
    decay: Real
    amplitude: Complex

    @classmethod
    def none(cls) -> Modes:
        """No modes."""
        return cls(np.zeros(0), np.zeros(0), np.zeros(0, np.complex128))


@dataclass(frozen=True, eq=False)
class Finished:
    """Spectrum of a trace with its fitted tail.

    Parameters
    ----------
    spectrum : ndarray of complex128, shape (nf,)
        Integral of the trace times exp(-jwt), tail included where `used`.
    residual_db : float
        Root mean square error of the fit on the held-out end of the trace
        against the rms there, 20 log10.  0 dB or more foretells nothing.
    modes : Modes
        What was fitted; empty where nothing was left to fit.
    used : bool
        Whether the tail was added.
    reason : str
        One sentence: why it was added or not.
    tail_db : float
        Largest tail contribution against the largest value of the spectrum, 20 log10.
    """

    spectrum: Complex
    residual_db: float
    modes: Modes
    used: bool
    reason: str
    tail_db: float


def dft(trace: Real, dt: float, frequencies: Real, offset_in_steps: float = 0.0) -> Complex:
    """Fourier integral of a sampled trace at chosen frequencies, summed directly.

    Parameters
    ----------
    trace : ndarray of float64, shape (n,)
        Sample m stands at time (m + `offset_in_steps`) dt.
    dt : float
        Step in seconds.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    offset_in_steps : float
        Time of the first sample in steps; 0.5 for a current at half steps.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        Sum of trace exp(-jwt) dt, unit of the trace times s.
    """
    angle = TWO_PI * np.asarray(frequencies, np.float64) * dt
    total = np.zeros(angle.size, np.complex128)
    turn = np.exp(-1j * np.multiply.outer(angle, np.arange(min(_BLOCK, trace.size))))
    for start in range(0, trace.size, _BLOCK):
        part = trace[start : start + _BLOCK]
        shift = np.exp(-1j * angle * (start + offset_in_steps))
        total += shift * (turn[:, : part.size] @ part)
    return total * dt


def finish(
    trace: Real,
    dt: float,
    frequencies: Real,
    *,
    start: int,
    max_modes: int = 64,
    offset_in_steps: float = 0.0,
    worst_residual_db: float = -26.0,
) -> Finished:
    """Spectrum of a trace that still rings, with its tail summed in closed form.

    The tail ``trace[start:]`` is thinned to little more than the Nyquist rate
    of what it holds.  Its first 60 % carry the fit, the next 20 % choose the
    number of modes, the last 20 % are held out and give the stated residual.
    The chosen poles then get their amplitudes from the whole tail.

    Parameters
    ----------
    trace : ndarray of float64, shape (n,)
        Port voltage or current per step, to the end of the run.
    dt : float
        Step in seconds.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    start : int
        First sample of the tail; the sources must be silent from there on.
    max_modes : int
        Most exponentials to fit; a real ringing mode takes two.
    offset_in_steps : float
        Time of the first sample in steps.
    worst_residual_db : float
        Held-out residual above which the fit is reported and not used.

    Returns
    -------
    Finished
        The spectrum, the stated residual and whether the tail was used.

    Raises
    ------
    InputError
        If `start` leaves no tail, or the trace is not finite.

    References
    ----------
    Hua and Sarkar, Matrix pencil method for estimating parameters of exponentially
    damped/undamped sinusoids in noise, IEEE Trans. ASSP 38 (1990) 814-824.
    """
    _check(trace, start)
    spectrum = dft(trace, dt, frequencies, offset_in_steps)
    tail = np.asarray(trace[start:], np.float64)
    quiet = _level_db(tail[-(tail.size // 5) :], np.abs(trace).max(initial=0.0))
    if quiet < _QUIET_DB:
        reason = f"the trace has died out ({quiet:.0f} dB at its end)"
        return Finished(spectrum, -np.inf, Modes.none(), False, reason, -np.inf)
    step = _thinning(tail, dt, float(np.max(frequencies, initial=0.0)))
    fit = _fit(tail[::-1][::step][:_SAMPLES][::-1], max_modes)
    if fit is None:
        reason = f"the tail has too few samples at its bandwidth (one in {step} steps)"
        return Finished(spectrum, 0.0, Modes.none(), False, reason, -np.inf)
    residual_db, poles, amplitudes = fit
    # Thinned samples end on the last one of the trace; log is free of aliases there.
    rate = np.log(poles) / (step * dt)
    modes = Modes(rate.imag / TWO_PI, -rate.real, amplitudes * np.exp(rate * dt))
    grown = _growth(modes, tail.size * dt)
    modes = Modes(modes.frequency, np.maximum(modes.decay, 0.0), modes.amplitude)
    added = _tail_spectrum(modes, dt, frequencies, trace.size + offset_in_steps)
    scale = max(float(np.abs(spectrum).max(initial=0.0)), 1e-300)
    tail_db = _db(float(np.abs(added).max(initial=0.0)) / scale)
    if grown or residual_db > worst_residual_db or not np.all(np.isfinite(added)):
        reason = grown or (
            f"the fit misses the held-out end by {residual_db:.1f} dB, "
            f"more than {worst_residual_db:g} dB"
        )
        return Finished(spectrum, residual_db, modes, False, reason, tail_db)
    reason = f"{modes.decay.size} exponentials foretell the held-out end to {residual_db:.1f} dB"
    return Finished(spectrum + added, residual_db, modes, True, reason, tail_db)


def _check(trace: Real, start: int) -> None:
    if not np.all(np.isfinite(trace)):
        raise InputError.single("the trace is not finite", remedy="look for growth in the run")
    if not 0 <= start < trace.size - 10:
        raise InputError.single(
            f"the tail begins at sample {start} of {trace.size}",
            field="start",
            remedy="run longer, or begin the tail earlier",
        )


def _thinning(tail: Real, dt: float, highest: float) -> int:
    """Keep one sample in how many: 2.5 per period of the tail's upper band edge.

    The band edge is the frequency below which all but 1e-10 of the tail's
    energy lies, or the highest frequency asked for.
    """
    window = np.hanning(tail.size)
    energy = np.cumsum(np.abs(np.fft.rfft(tail * window)) ** 2)
    edge = int(np.searchsorted(energy, (1.0 - 1e-10) * energy[-1])) / (tail.size * dt)
    return max(int(1.0 / (2.5 * dt * max(edge, highest))), 1)


def _fit(samples: Real, max_modes: int) -> tuple[float, Complex, Complex] | None:
    """Held-out residual (dB), poles per sample, amplitudes at the last sample."""
    n_fit, n_choose = int(0.6 * samples.size), int(0.8 * samples.size)
    if n_fit < 12:
        return None
    pencil = _Pencil(samples[:n_fit])
    best: tuple[float, Complex] | None = None
    most = min(max_modes, pencil.rank, n_fit // 3)
    for order in (*(order for order in _ORDERS if order < most), most):
        poles = pencil.poles(order)
        missed = _missed(samples, poles, n_fit, n_choose)
        if best is None or missed < best[0]:
            best = missed, poles
    assert best is not None
    residual_db = _db(_missed(samples, best[1], n_choose, samples.size))
    times = np.arange(samples.size) - (samples.size - 1)
    return residual_db, best[1], _amplitudes(samples, times, best[1])


class _Pencil:
    """Singular vectors of the Hankel matrix of a trace, for any number of poles."""

    def __init__(self, samples: Real) -> None:
        half = samples.size // 2
        hankel = np.lib.stride_tricks.sliding_window_view(samples, half + 1)
        _, singular, rows = np.linalg.svd(hankel, full_matrices=False)
        self.rank = max(int(np.count_nonzero(singular > 1e-13 * singular[0])), 1)
        self._rows = rows

    def poles(self, order: int) -> Complex:
        """The `order` strongest poles, per sample."""
        basis = self._rows[:order].T
        shift = np.linalg.lstsq(basis[:-1], basis[1:], rcond=None)[0]
        poles: Complex = np.linalg.eigvals(shift).astype(np.complex128)
        # A pole at the origin is a sample that stands alone, not a decay.
        return poles[np.abs(poles) > 1e-6]


def _missed(samples: Real, poles: Complex, first: int, last: int) -> float:
    """Relative rms error over samples first:last of amplitudes fitted before `first`."""
    times = np.arange(last)
    amplitudes = _amplitudes(samples[:first], times[:first], poles)
    foretold = _powers(poles, times[first:]) @ amplitudes
    scale = float(np.linalg.norm(samples[first:last]))
    missed = float(np.linalg.norm(foretold.real - samples[first:last]))
    return missed / scale if np.isfinite(missed) and scale > 0.0 else np.inf


def _amplitudes(samples: Real, times: NDArray[np.int64], poles: Complex) -> Complex:
    """Least-squares amplitudes at time 0 of the given poles."""
    matrix = _powers(poles, times)
    size = np.linalg.norm(matrix, axis=0)
    solution = np.linalg.lstsq(matrix / size, samples.astype(np.complex128), rcond=1e-12)[0]
    return np.asarray(solution / size, np.complex128)


def _powers(poles: Complex, times: NDArray[np.int64]) -> Complex:
    """poles ** times, shape (nt, np); exponents are held below overflow."""
    exponent = np.multiply.outer(times, np.log(poles))
    powers: Complex = np.exp(np.minimum(exponent.real, 600.0) + 1j * exponent.imag)
    return powers


def _growth(modes: Modes, span: float) -> str:
    """Sentence about a mode that grows, or nothing.

    Growth by less than 1 % over the tail, or of a mode below 1e-3 of the
    strongest, is rounding: such a mode is taken as undamped.
    """
    strong = np.abs(modes.amplitude) > 1e-3 * np.abs(modes.amplitude).max(initial=0.0)
    growing = np.flatnonzero(strong & (modes.decay * span < -0.01))
    if not growing.size:
        return ""
    worst = growing[np.argmin(modes.decay[growing])]
    return (
        f"the mode at {abs(modes.frequency[worst]) / 1e6:.4g} MHz grows by "
        f"{-modes.decay[worst] * span * 8.686:.2g} dB over the tail"
    )


def _tail_spectrum(modes: Modes, dt: float, frequencies: Real, first: float) -> Complex:
    """Geometric sum of all modes from sample `first` (steps) to infinity, times dt."""
    angle = TWO_PI * np.asarray(frequencies, np.float64)[:, None]
    pole = (1j * TWO_PI * modes.frequency - modes.decay) * dt
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = modes.amplitude / -np.expm1(pole - 1j * angle * dt)
    total: Complex = np.exp(-1j * angle[:, 0] * dt * first) * terms.sum(axis=1) * dt
    return total


def _level_db(part: Real, peak: float) -> float:
    """Rms of `part` against `peak` in dB."""
    return _db(float(np.sqrt(np.mean(part**2))) / peak) if peak > 0.0 else -np.inf


def _db(ratio: float) -> float:
    return float(20.0 * np.log10(ratio)) if ratio > 0.0 else -np.inf
