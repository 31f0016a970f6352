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
_FEWEST = 20
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
        Largest tail contribution against the largest value of the spectrum, 20 log10;
        infinite where nothing could be fitted.
    spread_db : float
        Largest difference between the tails of the fit to the first 60 % and of the
        fit to all of the data, against the same value, 20 log10: how sure the
        extrapolation is, which a small residual next to the data is not.
    """

    spectrum: Complex
    residual_db: float
    modes: Modes
    used: bool
    reason: str
    tail_db: float
    spread_db: float


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
    A fit of as many modes to the whole tail is what is summed; how far it is
    from the first fit's sum is the stated spread.  Poles that grow are left
    out; where nothing foretells the end without them, growth is the reason.

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
        Held-out residual or spread above which the fit is reported and not used.

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
        return Finished(spectrum, -np.inf, Modes.none(), False, reason, -np.inf, -np.inf)
    step = _thinning(tail, dt, float(np.max(frequencies, initial=0.0)))
    # Thinned samples end on the last one of the trace.
    samples = tail[::-1][::step][:_SAMPLES][::-1]
    if samples.size < _FEWEST:
        reason = f"the tail has only {samples.size} samples at its bandwidth"
        return Finished(spectrum, 0.0, Modes.none(), False, reason, np.inf, np.inf)
    fit = _fit(samples, step * dt, max_modes)
    # The last sample stands one step before the end that the modes refer to.
    modes, early = (_modes(samples, poles, step * dt, dt) for poles in (fit.poles, fit.early))
    end = trace.size + offset_in_steps
    added = _tail_spectrum(modes, dt, frequencies, end)
    change = added - _tail_spectrum(early, dt, frequencies, end)
    scale = float(np.abs(spectrum).max(initial=0.0))
    spread_db = _ratio_db(change, scale)
    trouble = _trouble(fit, spread_db, worst_residual_db)
    return Finished(
        spectrum if trouble else spectrum + added,
        fit.residual_db,
        modes,
        not trouble,
        trouble
        or f"{modes.decay.size} exponentials foretell the held-out end to {fit.residual_db:.1f} dB",
        _ratio_db(added, scale),
        spread_db,
    )


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


@dataclass(frozen=True, eq=False)
class _Fit:
    """Poles per sample from all samples and from the first 60 %, and how good they are."""

    residual_db: float
    poles: Complex
    early: Complex
    growth: str


def _fit(samples: Real, interval: float, max_modes: int) -> _Fit:
    """Choose the number of poles on the middle part, judge it on the last."""
    n_fit, n_choose = int(0.6 * samples.size), int(0.8 * samples.size)
    pencil = _Pencil(samples[:n_fit])
    most = min(max_modes, pencil.rank, int(0.45 * n_fit))
    orders = (*(order for order in _ORDERS if order < most), most)
    candidates = [_damped(pencil.poles(order), n_fit) for order in orders]
    best = int(np.argmin([_missed(samples, poles, n_fit, n_choose) for poles in candidates]))
    missed = _missed(samples, candidates[best], n_choose, samples.size)
    growth = ""
    if missed > 0.05:
        growth = _growth(samples, [pencil.poles(order) for order in orders], interval)
    poles = _damped(_Pencil(samples).poles(orders[best]), samples.size)
    return _Fit(_db(missed), poles, candidates[best], growth)


def _damped(poles: Complex, span: int) -> Complex:
    """Poles that do not grow; growth by less than 1 % over `span` samples is rounding."""
    size = np.abs(poles)
    kept = span * np.log(np.maximum(size, 1e-300)) < np.log(1.01)
    damped: Complex = poles[kept] / np.maximum(size[kept], 1.0)
    return damped


def _growth(samples: Real, candidates: list[Complex], interval: float) -> str:
    """Sentence about growth if growing poles explain what damped ones could not."""
    n_fit = int(0.6 * samples.size)
    missed = [_missed(samples, poles, n_fit, samples.size) for poles in candidates]
    poles = candidates[int(np.argmin(missed))]
    if not min(missed) < 0.05:
        return ""
    worst = poles[np.argmax(np.abs(poles))]
    return (
        f"the mode at {abs(np.angle(worst)) / TWO_PI / interval / 1e6:.4g} MHz grows by "
        f"{_db(abs(worst)) * samples.size:.2g} dB over the tail"
    )


def _trouble(fit: _Fit, spread_db: float, worst_db: float) -> str:
    """Why the tail must not be used, or nothing."""
    if fit.growth:
        return fit.growth
    if not fit.residual_db <= worst_db:
        missed = f"{fit.residual_db:.1f} dB, more than {worst_db:g} dB"
        return f"the fit misses the held-out end by {missed}"
    if not spread_db <= worst_db:
        return f"two fits put the tail {spread_db:.1f} dB apart, more than {worst_db:g} dB"
    return ""


def _modes(samples: Real, poles: Complex, interval: float, dt: float) -> Modes:
    """Modes with amplitudes at `dt` after the last sample."""
    rate = np.log(poles) / interval
    amplitudes = _amplitudes(samples, np.arange(samples.size), poles)
    late = np.exp(rate * ((samples.size - 1) * interval + dt))
    return Modes(rate.imag / TWO_PI, -rate.real, amplitudes * late)


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
    """poles ** times, shape (nt, np); exponents stay where squares do not overflow."""
    exponent = np.multiply.outer(times, np.log(poles))
    powers: Complex = np.exp(np.minimum(exponent.real, 300.0) + 1j * exponent.imag)
    return powers


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


def _ratio_db(values: Complex, scale: float) -> float:
    """Largest of `values` against `scale` in dB; infinite where not finite."""
    largest = float(np.abs(values).max(initial=0.0))
    return _db(largest / scale) if np.isfinite(largest) and scale > 0.0 else np.inf


def _db(ratio: float) -> float:
    return float(20.0 * np.log10(ratio)) if ratio > 0.0 else -np.inf
