"""Levels and limit lines of the two radiated tests."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.standards import Level, Limit, Standards, load

_BANDWIDTH = "cispr16-1-1-bandwidth-band-c-d"


def radiated_immunity_level(environment: str, standards: Standards | None = None) -> Level:
    """Level row of the radiated RF field for an environment.

    Parameters
    ----------
    environment : str
        ``professional`` or ``home``.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    Level
        ``levels[0]`` is the rms of the unmodulated carrier in V/m, the range
        ``frequency_from`` to ``frequency_to`` is in hertz.

    Raises
    ------
    InputError
        If the environment has no fixed level.
    """
    for row in (standards or load()).levels:
        if row.id == f"iec60601-1-2-t4-radiated-rf-{environment}":
            return row
    raise InputError.single(
        f"no radiated RF level for the environment '{environment}'",
        field="environment",
        remedy="use professional or home; a special environment takes its levels from the "
        "manufacturer's risk management",
    )


def radiated_limit_rows(
    equipment_class: str,
    distance: float,
    *,
    group: int = 1,
    power: float = 0.0,
    detector: Literal["quasi_peak", "average"] = "quasi_peak",
    standards: Standards | None = None,
) -> tuple[Limit, ...]:
    """Pieces of a CISPR 11 electric field limit line, by rising frequency.

    Parameters
    ----------
    equipment_class : str
        ``A`` or ``B``.
    distance : float
        Measuring distance in metres; limits are never converted to another.
    group : int, default 1
        1 or 2.
    power : float, default 0
        Rated input power in VA; class A group 1 has a line of its own above 20 kVA.
    detector : str, default "quasi_peak"
        ``quasi_peak`` or ``average``.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of Limit
        The pieces; ``confidence`` of each goes into the verdict.

    Raises
    ------
    InputError
        If the standard has no such line.
    """
    rows = [
        row
        for row in (standards or load()).limits
        if row.standard == "CISPR 11"
        and row.quantity == "electric_field"
        and (row.equipment_class, row.group, row.detector) == (equipment_class, group, detector)
        and abs(row.distance - distance) < 1e-9 * row.distance
        and row.covers_power(power)
    ]
    if not rows:
        raise InputError.single(
            f"CISPR 11 has no radiated limit for class {equipment_class} group {group} at "
            f"{distance:g} m, {power:g} VA, {detector.replace('_', '-')} in the data",
            field="tests.radiated_emission",
            remedy="use class A or B and a distance of 3 m or 10 m; see `emtwin standards cispr`",
        )
    return tuple(sorted(rows, key=lambda row: row.frequency_from))


def cispr11_radiated_limit(
    frequency: ArrayLike,
    equipment_class: str,
    distance: float,
    *,
    group: int = 1,
    power: float = 0.0,
    detector: Literal["quasi_peak", "average"] = "quasi_peak",
    standards: Standards | None = None,
) -> NDArray[np.float64]:
    """CISPR 11 limit of the radiated electric field.

    Parameters
    ----------
    frequency : array_like
        Frequencies in hertz, any shape.
    equipment_class : str
        ``A`` or ``B``.
    distance : float
        Measuring distance in metres.
    group : int, default 1
        1 or 2.
    power : float, default 0
        Rated input power in VA.
    detector : str, default "quasi_peak"
        ``quasi_peak`` or ``average``.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    ndarray of float64
        Limit in dBuV/m, shape of `frequency`. Where two pieces meet the lower
        one holds; NaN outside the line, which no verdict accepts.

    Raises
    ------
    InputError
        If the standard has no such line.
    """
    rows = radiated_limit_rows(
        equipment_class,
        distance,
        group=group,
        power=power,
        detector=detector,
        standards=standards,
    )
    wanted = np.asarray(frequency, dtype=np.float64)
    limit = np.full(wanted.shape, np.nan)
    for row in rows:
        limit = np.fmin(limit, _piece(row, wanted))
    return limit


def harmonics_resolved(fundamental: float, standards: Standards | None = None) -> bool:
    """Whether the receiver sees the harmonics of a clock one by one.

    Parameters
    ----------
    fundamental : float
        Clock frequency in hertz.
    standards : Standards, optional
        Where the bandwidth stands; the package's own rows if left out.

    Returns
    -------
    bool
        True above twice the receiver's 120 kHz bandwidth: peak, quasi-peak and
        average detector then read the rms of the single harmonic.
    """
    return fundamental > 2.0 * (standards or load()).parameter(_BANDWIDTH).value


def _piece(row: Limit, frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limit of one row in dB, NaN outside it; linear over the logarithm of frequency."""
    # Harmonics come from a product: 5 * 6 MHz must lie on 30 MHz.
    slack = 1e-9 * row.frequency_from
    inside = (frequency >= row.frequency_from - slack) & (frequency <= row.frequency_to + slack)
    safe = np.where(inside, frequency, row.frequency_from)
    share = np.log(safe / row.frequency_from) / np.log(row.frequency_to / row.frequency_from)
    value = row.limit_from + (row.limit_to - row.limit_from) * np.clip(share, 0.0, 1.0)
    return np.where(inside, value, np.nan)
