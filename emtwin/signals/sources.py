"""From a declared emission source to its spectrum, and to what a receiver is given of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from emtwin.scene.sources import (
    ClockSource,
    DataSource,
    EmissionSource,
    SpectrumSource,
    SwitchingSource,
    TraceSource,
)
from emtwin.signals.clocks import clock_spectrum, ringing_transfer, spread_clock
from emtwin.signals.data_line import data_spectrum
from emtwin.signals.emitter import EmitterSpectrum
from emtwin.signals.fourier import Real
from emtwin.signals.imported import imported_spectrum, imported_trace

_GRID = 0.02
_MOST_LINES = 400  # more places than this cost more than a grid of 2 % and show nothing new


@lru_cache(maxsize=32)
def spectrum_of(source: EmissionSource, f_max: float) -> EmitterSpectrum:
    """Spectrum of a declared source.

    Parameters
    ----------
    source : EmissionSource
        What a port emits.
    f_max : float
        Highest frequency that is wanted, in hertz.

    Returns
    -------
    EmitterSpectrum
        Lines and density of the open-circuit voltage. A file is read once in a process.

    Raises
    ------
    InputError
        If a file is wrong.
    """
    match source:
        case ClockSource():
            return _clock(source, f_max)
        case SwitchingSource():
            return _switching(source, f_max)
        case DataSource():
            return data_spectrum(
                source.bit_rate, source.amplitude, source.rise_time, f_max, source.fall_time
            )
        case SpectrumSource():
            return imported_spectrum(
                source.file, source.frequency_unit, source.level_unit, source.bandwidth
            )
        case TraceSource():
            return imported_trace(source.file, source.repetition, source.window)


def _clock(source: ClockSource, f_max: float) -> EmitterSpectrum:
    trapezoid = (source.frequency, source.amplitude, source.rise_time, source.duty, f_max)
    jitter, spread = source.jitter or 0.0, source.spread_spectrum
    if spread is None:
        return clock_spectrum(*trapezoid, fall_time=source.fall_time, jitter=jitter)
    return spread_clock(
        *trapezoid,
        depth=spread.depth,
        rate=spread.rate,
        profile=spread.profile,
        down=spread.direction == "down",
        fall_time=source.fall_time,
        jitter=jitter,
    )


def _switching(source: SwitchingSource, f_max: float) -> EmitterSpectrum:
    node = clock_spectrum(
        source.frequency,
        source.amplitude,
        source.rise_time,
        source.duty,
        f_max,
        fall_time=source.fall_time,
    )
    ringing = source.ringing
    if ringing is None:
        return node
    return node.filtered(lambda f: ringing_transfer(ringing.frequency, ringing.damping, f))


def resolved(spectrum: EmitterSpectrum, bandwidth: float) -> bool:
    """Whether a receiver sees nothing but single lines, each alone in its bandwidth.

    Parameters
    ----------
    spectrum : EmitterSpectrum
        The emitter.
    bandwidth : float
        Bandwidth of the receiver in hertz.

    Returns
    -------
    bool
        False where there is a continuum, or two lines nearer than twice the bandwidth.
    """
    if spectrum.density is not None:
        return False
    return _apart(spectrum.frequencies, bandwidth)


def _apart(frequencies: Real, bandwidth: float) -> bool:
    return frequencies.size < 2 or float(np.diff(frequencies).min()) > 2 * bandwidth


def tuned_to(spectrum: EmitterSpectrum, f_from: float, f_to: float, bandwidth: float) -> Real:
    """Frequencies at which an emitter is looked at.

    Parameters
    ----------
    spectrum : EmitterSpectrum
        The emitter.
    f_from, f_to : float
        Range in hertz.
    bandwidth : float
        Bandwidth of the receiver in hertz.

    Returns
    -------
    ndarray of float64
        The places of its lines where they are apart and no more than 400, and steps of 2 % where
        they are not or where there is a continuum; rising.
    """
    slack = 1e-9
    centres = spectrum.centres
    centres = centres[(centres >= f_from * (1 - slack)) & (centres <= f_to * (1 + slack))]
    apart = _apart(centres, bandwidth) and centres.size <= _MOST_LINES
    found = [centres] if apart else []
    if spectrum.density is not None or not apart:
        count = int(np.ceil(np.log(f_to / f_from) / np.log1p(_GRID))) + 1
        found.append(np.geomspace(f_from, f_to, count))
    return np.unique(np.concatenate(found))


def loudest_places(spectrum: EmitterSpectrum, frequencies: ArrayLike, bandwidth: float) -> Real:
    """Where a receiver's bandwidth takes most of an emitter, for each frequency of a run.

    Each frequency stands for the range up to the middle to its neighbours, searched at the
    frequency itself and in steps of half a bandwidth: no part of a spectrum falls between the
    frequencies. Lines that stand alone at one of the frequencies are read there.

    Parameters
    ----------
    spectrum : EmitterSpectrum
        The emitter.
    frequencies : array_like of float, shape (nf,)
        Hertz, rising.
    bandwidth : float
        Bandwidth of the receiver in hertz, rectangular.

    Returns
    -------
    ndarray of float64, shape (nf,)
        Hertz.
    """
    f = np.asarray(frequencies, np.float64)
    if f.size < 2:
        return f
    edges = np.sqrt(f[1:] * f[:-1])
    steps = np.arange(f[0], f[-1] + bandwidth / 2, bandwidth / 2)
    places = np.concatenate([f, steps])
    cell = np.concatenate([np.arange(f.size), np.searchsorted(edges, steps, side="right")])
    # The last of equals wins an assignment, and that is to be the frequency itself.
    order = np.lexsort((np.arange(places.size) < f.size, spectrum.rms(places, bandwidth)))
    found = np.empty_like(f)
    found[cell[order]] = places[order]
    return found
