"""The receiver of each CISPR band, and the detectors that it has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from emtwin.errors import InputError
from emtwin.standards import Receiver, Standards, load
from emtwin.standards.row import Confidence, in_range
from emtwin.units import format_si

Detector = Literal["peak", "quasi_peak", "average", "rms_average"]
DETECTORS: tuple[Detector, ...] = get_args(Detector)

_USED: dict[Detector, tuple[str, ...]] = {
    "peak": (),
    "quasi_peak": ("quasi_peak_charge", "quasi_peak_discharge", "meter_time_constant"),
    "average": ("average_meter_time_constant",),
    "rms_average": ("average_meter_time_constant", "rms_average_corner"),
}


def receivers(standards: Standards | None = None) -> tuple[Receiver, ...]:
    """Rows of all bands by rising frequency."""
    rows = (standards or load()).of(Receiver)
    return tuple(sorted(rows, key=lambda row: row.frequency_from))


def receiver_at(
    frequency: float, standards: Standards | None = None, detectors: Iterable[str] = ()
) -> Receiver:
    """Row of the band that holds a frequency.

    Parameters
    ----------
    frequency : float
        Hertz; where two bands meet, the upper one holds.
    standards : Standards, optional
        Where to look; the package's own rows if left out.
    detectors : iterable of str
        Detectors that are needed; at 1 GHz, where the upper band has no quasi-peak detector, it
        makes the lower one hold.

    Returns
    -------
    Receiver
        The row.

    Raises
    ------
    InputError
        If no band holds it.
    """
    rows, asked = receivers(standards), set(detectors)
    # A frequency from a product may miss the edge by rounding: 5 * 6 MHz is in band C.
    near = [
        row for row in reversed(rows) if in_range(frequency, row.frequency_from, row.frequency_to)
    ]
    if near:
        return next((row for row in near if asked <= set(detectors_of(row))), near[0])
    low, high = rows[0].frequency_from, rows[-1].frequency_to
    raise InputError.single(
        f"no CISPR band holds {format_si(frequency, 'Hz')}",
        field="frequency",
        remedy=f"use {format_si(low, 'Hz')} to {format_si(high, 'Hz')}",
    )


def detectors_of(receiver: Receiver) -> tuple[Detector, ...]:
    """Detectors that a band has: all, or all but quasi-peak."""
    has = receiver.quasi_peak_charge is not None
    return tuple(name for name in DETECTORS if has or name != "quasi_peak")


def checked(detector: str, receiver: Receiver) -> Detector:
    """The detector, if the band has it.

    Parameters
    ----------
    detector : str
        Its name.
    receiver : Receiver
        Row of the band.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    InputError
        If there is no such detector, or not in this band.
    """
    for known in DETECTORS:
        if known == detector:
            break
    else:
        raise InputError.single(
            f"unknown detector '{detector}'",
            field="detector",
            remedy=f"use one of {', '.join(DETECTORS)}",
        )
    if known not in detectors_of(receiver):
        raise InputError.single(
            f"band {receiver.band} has no {known.replace('_', '-')} detector",
            field="detector",
            remedy=f"use one of {', '.join(detectors_of(receiver))}",
        )
    return known


def confidence(receiver: Receiver, detector: Detector) -> Confidence:
    """The least confidence of the fields that a reading uses."""
    width = "bandwidth" if receiver.bandwidth is not None else "impulse_bandwidth"
    return least(receiver.confidence_of(field) for field in (width, *_USED[detector]))


def least(confidences: Iterable[Confidence]) -> Confidence:
    """The least of some confidences."""
    order: tuple[Confidence, ...] = ("low", "high", "confirmed")
    return min(confidences, key=order.index)
