"""Readings of the lines of a source at many places of the antenna at once.

Within one bandwidth the path from the source to a place hardly changes the lines against each
other, so the shape of their beat is the same everywhere and only its size differs. The detectors
are worked out once per tuned frequency, for the place where the lines are strongest, and give
a factor on the power sum of the lines behind the filter; at that place the reading is exact.
The peak of lines without phase is their sum, exact everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.compliance.receiver.bands import Detector, checked, receiver_at, receivers
from emtwin.compliance.receiver.beats import Beat, Phases, in_reach, read_beats
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.errors import InputError
from emtwin.standards import Receiver, Standards

Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LineReadings:
    """Readings of the lines of a source.

    Parameters
    ----------
    frequencies : ndarray, shape (n,)
        Tuned frequencies in hertz.
    levels : dict of str to ndarray, each of shape (n, ...)
        Reading of each detector, in the unit of the lines' levels (rms of the sine that reads the
        same).
    rows : tuple of str
        Row of the standard that each tuned frequency follows.
    """

    frequencies: Real
    levels: dict[Detector, Real]
    rows: tuple[str, ...]


def line_readings(
    frequencies: ArrayLike,
    levels: ArrayLike,
    detectors: Sequence[str] = ("peak", "quasi_peak", "average"),
    tuned: ArrayLike | None = None,
    standards: Standards | None = None,
) -> LineReadings:
    """Peak, quasi-peak and average readings of lines, at all places of the antenna.

    Parameters
    ----------
    frequencies : array_like, shape (nf,)
        Rising frequencies of the lines in hertz.
    levels : array_like, shape (nf, ...)
        Rms of each line at each place in any unit: real magnitudes, whose phases are taken as
        unknown (see `LineSpectrum`), or complex phasors.
    detectors : sequence of str
        Which detectors.
    tuned : array_like, shape (n,), optional
        Tuned frequencies in hertz; by default `tuned_frequencies` of the lines.
    standards : Standards, optional
        Where the receivers stand; the package's own rows if left out.

    Returns
    -------
    LineReadings
        The readings.

    Raises
    ------
    InputError
        If the lines do not rise or pair with the levels, or a tuned frequency lies outside the
        bands or in a band without a detector that is asked for.
    """
    f, given = np.asarray(frequencies, np.float64), np.asarray(levels)
    if f.ndim != 1 or given.shape[:1] != f.shape or np.any(np.diff(f) <= 0):
        raise InputError.single(
            f"lines of shape {f.shape} and levels of shape {given.shape} do not pair, or the "
            "frequencies do not rise",
            field="frequencies",
        )
    at = tuned_frequencies(f, standards) if tuned is None else np.asarray(tuned, np.float64)
    places = given.reshape(f.size, -1)
    own = [receiver_at(float(t), standards, detectors) for t in at]
    used = dict.fromkeys(own)
    known = dict.fromkeys(checked(name, receiver) for name in detectors for receiver in used)
    read: dict[Detector, Real] = {name: np.zeros((at.size, places.shape[1])) for name in known}
    for receiver in used:
        rows = np.array([n for n, other in enumerate(own) if other is receiver])
        _read_band(f, places, at, rows, receiver, read)
    shaped = {name: level.reshape(at.size, *given.shape[1:]) for name, level in read.items()}
    return LineReadings(at, shaped, tuple(receiver.id for receiver in own))


def tuned_frequencies(frequencies: ArrayLike, standards: Standards | None = None) -> Real:
    """Where a receiver reads the most of some lines.

    Parameters
    ----------
    frequencies : array_like, shape (nf,)
        Rising frequencies of the lines in hertz; those outside the bands are left out.
    standards : Standards, optional
        Where the receivers stand; the package's own rows if left out.

    Returns
    -------
    ndarray, shape (n,)
        Each line, and three places between two that are nearer than the bandwidth; where those are
        closer than an eighth of the bandwidth, a grid of eighths. The maximum over all frequencies
        is missed by less than 0.1 dB.
    """
    f = np.asarray(frequencies, np.float64)
    found: list[Real] = []
    for receiver in receivers(standards):
        inside = f[(f >= receiver.frequency_from) & (f <= receiver.frequency_to)]
        width = IfFilter.of(receiver).bandwidth
        apart = np.diff(inside)
        near = apart < width
        between = inside[:-1, None][near] + apart[near, None] * [0.25, 0.5, 0.75]
        places = np.sort(np.concatenate([inside, between.ravel()]))
        close = np.diff(places, prepend=-np.inf, append=np.inf) < width / 8
        crowded = close[:-1] | close[1:]
        grid = np.unique(np.round(places[crowded] / (width / 8))) * (width / 8)
        found += [places[~crowded], grid.clip(receiver.frequency_from, receiver.frequency_to)]
    return np.unique(np.concatenate(found))


def _read_band(
    f: Real,
    places: NDArray[Any],
    at: Real,
    rows: NDArray[np.int64],
    receiver: Receiver,
    read: dict[Detector, Real],
) -> None:
    """Fill in the rows of `read` that lie in one band."""
    response = IfFilter.of(receiver)
    phases: Phases = "known" if np.iscomplexobj(places) else "unknown"
    levels = np.abs(places)
    beats, power_sums, sums = [], np.zeros((rows.size, levels.shape[1])), []
    for n, tuned in enumerate(at[rows]):
        inside = in_reach(f, float(tuned), response)
        weight = np.abs(response.transfer(f[inside] - tuned))
        power_sums[n] = np.sqrt(weight**2 @ levels[inside] ** 2)
        sums.append(weight @ levels[inside])
        loudest = int(np.argmax(power_sums[n]))
        beats.append(Beat.of(f, places[:, loudest], float(tuned), response))
    whole = np.array([beat.power_sum for beat in beats])
    for name, level in read.items():
        if name == "peak" and phases == "unknown":
            level[rows] = sums
            continue
        own = read_beats(beats, receiver, name, phases)
        factor = np.divide(own, whole, out=np.zeros_like(own), where=whole > 0)
        level[rows] = factor[:, None] * power_sums
