"""Frequencies of a swept test: 1 % steps, and one more inside every band that a step jumps over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.planning.entries import Frequencies
from emtwin.standards import Band, Level
from emtwin.units import format_si

_LISTED = 3  # spots that are named one by one


def log_steps(low: float, high: float, step: float) -> NDArray[np.float64]:
    """Frequencies from `low` to `high`, each `step` above the last, both ends included.

    Parameters
    ----------
    low, high : float
        Ends in hertz, ``low < high``.
    step : float
        Largest step as share of the last frequency, for example 0.01.

    Returns
    -------
    ndarray of float64, shape (n,)
        Rising frequencies in hertz.
    """
    count = int(np.floor(np.log(high / low) / np.log1p(step) + 1e-9)) + 1
    sweep = low * (1 + step) ** np.arange(count, dtype=np.float64)
    return np.append(sweep[sweep < high * (1 - 1e-9)], high)


def jumped_over(
    sweep: NDArray[np.float64], bands: Iterable[tuple[float, float]]
) -> tuple[float, ...]:
    """One frequency inside each band of which the sweep has none.

    Parameters
    ----------
    sweep : ndarray of float64, shape (n,)
        Rising frequencies in hertz.
    bands : iterable of (float, float)
        Ends of the bands in hertz.

    Returns
    -------
    tuple of float
        Middles of those bands that lie inside the range of the sweep, rising, in hertz.
    """
    extra = set()
    for low, high in bands:
        inside = np.any((sweep >= low) & (sweep <= high))
        if not inside and low >= sweep[0] and high <= sweep[-1]:
            extra.add((low + high) / 2)
    return tuple(sorted(extra))


def sweep_of(
    rows: Sequence[Level],
    step: float,
    dwell: float,
    bands: Sequence[Band] = (),
    receivers: Sequence[tuple[float, float]] = (),
) -> Frequencies:
    """Sweep over the ranges of all rows of a test at a port.

    Parameters
    ----------
    rows : sequence of Level
        Rows with a range, at least one.
    step : float
        Largest step as share.
    dwell : float
        Time at each frequency in seconds.
    bands : sequence of Band
        Bands with a level of their own.
    receivers : sequence of (float, float)
        Bands of intentional receivers in hertz.

    Returns
    -------
    Frequencies
        One sweep from the lowest to the highest end, with what is added.
    """
    low, high = min(row.band[0] for row in rows), max(row.band[1] for row in rows)
    sweep = log_steps(low, high, step)
    named = [(band.frequency_from, band.frequency_to) for band in bands]
    extra = jumped_over(sweep, [*named, *receivers])
    said = f"{_hz(low)} to {_hz(high)}, {step:.0%} steps: {sweep.size} frequencies".replace(
        "%", " %"
    )
    if extra:
        said += f", and {len(extra)} in bands that the steps jump over"
    return Frequencies(said, sweep.size + len(extra), (), extra, dwell)


def spots_of(rows: Sequence[Level], dwell: float, further: tuple[float, ...] = ()) -> Frequencies:
    """Spot frequencies of all rows.

    Parameters
    ----------
    rows : sequence of Level
        Rows with spots.
    dwell : float
        Time at each in seconds.
    further : tuple of float
        Spots in hertz that the manufacturer adds.

    Returns
    -------
    Frequencies
        In rising order.
    """
    spots = tuple(sorted({f for row in rows for f in row.frequencies} | set(further)))
    said = f"{len(spots)} spots, {_hz(spots[0])} to {_hz(spots[-1])}"
    if len(spots) <= _LISTED:
        said = " and ".join(_hz(f) for f in spots)
    return Frequencies(said, len(spots), spots, (), dwell)


def _hz(frequency: float) -> str:
    return format_si(frequency, "Hz", 6)
