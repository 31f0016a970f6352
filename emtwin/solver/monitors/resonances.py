"""Harmonic inversion: what rings on when a run ends, foretold instead of cut off.

Late in a run a linear device rings in a few damped exponentials, and every field and every port
rings in the same ones. They are fitted to many channels at once (matrix pencil) and tried on a
part of the data that the fit has not seen. The endless rest of each spectrum is then a closed form
of its last samples: one more matrix of weights, like the phases of a Fourier sum.
Convention exp(+jwt); spectra are integrals over time (unit of the samples times s).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

FEWEST_SAMPLES = 20
"""Samples per channel below which nothing is fitted."""

WORST_RESIDUAL_DB = -26.0
"""Held-out residual above which a fit must not be used."""

_BLOCK = 4096
_ORDERS = (2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True, eq=False)
class Ringing:
    """Damped exponentials exp(rate t) that all channels share.

    Parameters
    ----------
    rate : ndarray of complex128, shape (k,)
        j 2 pi f - d in 1/s from all samples; d is never negative, and 0 is a static remainder.
    early : ndarray of complex128, shape (m,)
        The same from the first 60 % of the samples: how far both foretell the same is how sure the
        extrapolation is, which a small residual next to the data is not.
    residual_db : float
        Root mean square error of the early fit on the held-out last 20 % against the rms there,
        20 log10. 0 dB or more foretells nothing.
    trouble : str
        Why the fit must not be used, or nothing.
    """

    rate: Complex
    early: Complex
    residual_db: float
    trouble: str

    @property
    def frequency(self) -> Real:
        """Frequencies in Hz, shape (k,); those of a real ring come in pairs of either sign."""
        return np.asarray(self.rate.imag / TWO_PI)

    @property
    def decay(self) -> Real:
        """Decay rates in 1/s, shape (k,)."""
        return np.asarray(-self.rate.real)


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


def fit_ringing(samples: Real, interval: float, max_modes: int = 128) -> Ringing:
    """Exponentials that a device rings in, from samples taken after its sources fell silent.

    The first 60 % of the samples carry a fit, the next 20 % choose the number of exponentials, the
    last 20 % are held out and give the stated residual. A fit of as many to all samples is the one
    to use. Poles that grow are left out; where nothing foretells the end without them, growth is
    the trouble.

    Parameters
    ----------
    samples : ndarray of float64, shape (n, channels)
        Even samples of each channel, fast enough for all that they hold. Every channel counts the
        same, whatever its unit and size.
    interval : float
        Seconds between samples.
    max_modes : int
        Most exponentials to fit; a real ringing mode takes two.

    Returns
    -------
    Ringing
        The exponentials, and whether they may be used.

    Raises
    ------
    InputError
        If there are fewer than `FEWEST_SAMPLES` samples, or one is not finite.

    References
    ----------
    Hua and Sarkar, Matrix pencil method for estimating parameters of exponentially
    damped/undamped sinusoids in noise, IEEE Trans. ASSP 38 (1990) 814-824.
    """
    if not np.all(np.isfinite(samples)):
        raise InputError.single("a sample is not finite", remedy="look for growth in the run")
    if len(samples) < FEWEST_SAMPLES:
        raise InputError.single(
            f"{len(samples)} samples of a ringing tail are too few for a fit and its check",
            field="samples",
            remedy=f"run on until there are {FEWEST_SAMPLES}",
        )
    size = np.sqrt(np.mean(samples**2, axis=0))
    even = samples[:, size > 0.0] / size[size > 0.0]
    n, none = len(even), np.zeros(0, np.complex128)
    if not even.shape[1]:
        return Ringing(none, none, -np.inf, "")
    n_fit, n_choose = int(0.6 * n), int(0.8 * n)
    pencil = _Pencil(even[:n_fit])
    most = min(max_modes, pencil.rank, int(0.45 * n_fit))
    orders = (*(order for order in _ORDERS if order < most), most)
    candidates = [_damped(pencil.poles(order), n_fit) for order in orders]
    best = int(np.argmin([_missed(even, poles, n_fit, n_choose) for poles in candidates]))
    missed_db = _db(_missed(even, candidates[best], n_choose, n))
    poles = _damped(_Pencil(even).poles(orders[best]), n)
    trouble = ""
    if not missed_db <= WORST_RESIDUAL_DB:
        growth = _growth(even, [pencil.poles(order) for order in orders], interval)
        trouble = growth or (
            f"the fit misses the held-out end by {missed_db:.1f} dB, more than "
            f"{WORST_RESIDUAL_DB:g} dB"
        )
    rate, early = (
        np.asarray(np.log(p) / interval, np.complex128) for p in (poles, candidates[best])
    )
    return Ringing(rate, early, missed_db, trouble)


def tail_weights(
    rate: Complex, times: Real, frequencies: Real, *, begin: float, step: float
) -> Complex:
    """Weights that turn the last samples of a trace into the spectrum of what follows.

    The exponentials' amplitudes are the least-squares solution for the samples; their sum from
    `begin` to infinity at steps of `step` is a geometric series.

    Parameters
    ----------
    rate : ndarray of complex128, shape (k,)
        The exponentials, 1/s.
    times : ndarray of float64, shape (n,)
        Times of the samples in seconds.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    begin : float
        Time of the first sample that is missing, seconds.
    step : float
        Seconds between the samples of the sum that is to be finished.

    Returns
    -------
    ndarray of complex128, shape (nf, n)
        ``weights @ samples`` is the missing part of the sum of samples times exp(-jwt) step.
    """
    at_samples = np.exp(np.multiply.outer(times - times[0], rate))
    size = np.linalg.norm(at_samples, axis=0)
    amplitudes = np.linalg.pinv(at_samples / size, rcond=1e-9) / size[:, None]
    turn = TWO_PI * 1j * np.asarray(frequencies, np.float64)[:, None]
    left = np.exp(rate * (begin - times[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        series = step * left * np.exp(-turn * begin) / -np.expm1((rate - turn) * step)
    weights: Complex = series @ amplitudes
    return weights


class _Pencil:
    """Right singular vectors of the Hankel matrices of all channels, for any number of poles."""

    def __init__(self, samples: Real) -> None:
        width = len(samples) // 2 + 1
        hankel = np.lib.stride_tricks.sliding_window_view(samples, width, axis=0)
        triangle = np.linalg.qr(hankel.reshape(-1, width), mode="r")
        _, singular, rows = np.linalg.svd(triangle)
        self.rank = max(int(np.count_nonzero(singular > 1e-13 * singular[0])), 1)
        self._rows = rows

    def poles(self, order: int) -> Complex:
        """The `order` strongest poles, per sample."""
        basis = self._rows[:order].T
        shift = np.linalg.lstsq(basis[:-1], basis[1:], rcond=None)[0]
        poles: Complex = np.linalg.eigvals(shift).astype(np.complex128)
        # A pole at the origin is a sample that stands alone, not a decay.
        return poles[np.abs(poles) > 1e-6]


def _damped(poles: Complex, span: int) -> Complex:
    """Poles that do not grow; growth by less than 1 % over `span` samples is rounding."""
    size = np.abs(poles)
    kept = span * np.log(np.maximum(size, 1e-300)) < np.log(1.01)
    damped: Complex = poles[kept] / np.maximum(size[kept], 1.0)
    return damped


def _growth(samples: Real, candidates: list[Complex], interval: float) -> str:
    """Sentence about growth if growing poles explain what damped ones could not."""
    n_fit = int(0.6 * len(samples))
    missed = [_missed(samples, poles, n_fit, len(samples)) for poles in candidates]
    poles = candidates[int(np.argmin(missed))]
    if not min(missed) < 0.05:
        return ""
    worst = poles[np.argmax(np.abs(poles))]
    return (
        f"the mode at {abs(np.angle(worst)) / TWO_PI / interval / 1e6:.4g} MHz grows by "
        f"{_db(abs(worst)) * len(samples):.2g} dB over the tail"
    )


def _missed(samples: Real, poles: Complex, first: int, last: int) -> float:
    """Relative rms error over samples first:last of amplitudes fitted before `first`."""
    matrix = _powers(poles, last)
    size = np.linalg.norm(matrix[:first], axis=0)
    known = samples[:first].astype(np.complex128)
    amplitudes = np.linalg.lstsq(matrix[:first] / size, known, rcond=1e-12)[0]
    foretold = (matrix[first:] / size) @ amplitudes
    scale = float(np.linalg.norm(samples[first:last]))
    missed = float(np.linalg.norm(foretold.real - samples[first:last]))
    return missed / scale if np.isfinite(missed) and scale > 0.0 else np.inf


def _powers(poles: Complex, count: int) -> Complex:
    """poles ** (0 ... count - 1), shape (count, k), kept where squares do not overflow."""
    exponent = np.multiply.outer(np.arange(count), np.log(poles))
    powers: Complex = np.exp(np.minimum(exponent.real, 300.0) + 1j * exponent.imag)
    return powers


def _db(ratio: float) -> float:
    return float(20.0 * np.log10(ratio)) if ratio > 0.0 else -np.inf
