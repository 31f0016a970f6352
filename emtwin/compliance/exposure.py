"""Exposure of people: the limit at a frequency, and the ratio of a field to it.

The limits are rows of kind `reference_level` (fields outside the body) and `basic_restriction`
(what happens inside it). A ratio is no verdict: averaging over time, mass or area is the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.standards import BasicRestriction, ReferenceLevel, Standards, load
from emtwin.standards.exposure import ExposurePiece
from emtwin.units import format_si

Real = NDArray[np.float64]
Piece = TypeVar("Piece", bound=ExposurePiece)


def reference_level_rows(
    quantity: str, group: str, exposure: str, standards: Standards | None = None
) -> tuple[ReferenceLevel, ...]:
    """Pieces of a line of reference levels.

    Parameters
    ----------
    quantity : str
        ``electric_field``, ``magnetic_field`` or ``power_density``.
    group : str
        ``general_public`` or ``occupational``.
    exposure : str
        ``whole_body`` or ``local``.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of ReferenceLevel
        Rows with citation, confidence and averaging time, rising in frequency.

    Raises
    ------
    InputError
        If there are none; the message lists the lines that there are.
    """
    rows = (standards or load()).of(ReferenceLevel)
    wanted = (quantity, group, exposure)
    return _line(rows, [(r.quantity, r.group, r.exposure) for r in rows], wanted)


def basic_restriction_rows(
    quantity: str, group: str, region: str, standards: Standards | None = None
) -> tuple[BasicRestriction, ...]:
    """Pieces of a line of basic restrictions.

    Parameters
    ----------
    quantity : str
        ``specific_absorption_rate``, ``absorbed_power_density`` or ``induced_electric_field``.
    group : str
        ``general_public`` or ``occupational``.
    region : str
        ``whole_body``, ``head_and_torso``, ``limbs`` or ``any``.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of BasicRestriction
        Rows with citation, confidence and averaging, rising in frequency.

    Raises
    ------
    InputError
        If there are none; the message lists the lines that there are.
    """
    rows = (standards or load()).of(BasicRestriction)
    wanted = (quantity, group, region)
    return _line(rows, [(r.quantity, r.group, r.region) for r in rows], wanted)


def limit_at(rows: Sequence[ExposurePiece], frequency: ArrayLike) -> Real:
    """Limit in the unit of the rows; where two pieces meet the lower holds.

    Parameters
    ----------
    rows : sequence of ExposurePiece
        Pieces of one line.
    frequency : float or ndarray
        Hz.

    Returns
    -------
    ndarray
        Same shape as `frequency`.

    Raises
    ------
    InputError
        If a frequency lies outside the line.
    """
    f = np.asarray(frequency, np.float64)
    return np.array([_lowest(rows, float(one)) for one in f.ravel()]).reshape(f.shape)


def exposure_ratio(value: ArrayLike, frequency: ArrayLike, rows: Sequence[ExposurePiece]) -> Real:
    """Value over limit, dimensionless; 1 is at the limit.

    Parameters
    ----------
    value : float or ndarray
        Field (rms), power density, absorption rate: in the unit of the rows.
    frequency : float or ndarray
        Hz, of a shape that goes with `value`.
    rows : sequence of ExposurePiece
        Pieces of one line.

    Returns
    -------
    ndarray
        Linear in the value: square the ratio of a field to compare powers.

    Raises
    ------
    InputError
        If a value is negative, or a frequency lies outside the line.
    """
    values = np.asarray(value, np.float64)
    if not np.all(values >= 0):
        raise InputError.single(
            f"an exposure cannot be {np.min(values):g} {rows[0].unit}",
            field="value",
            remedy="give magnitudes, rms",
        )
    return np.asarray(values / limit_at(rows, frequency))


def _line(
    rows: Sequence[Piece], keys: Sequence[tuple[str, ...]], wanted: tuple[str, ...]
) -> tuple[Piece, ...]:
    found = [row for row, key in zip(rows, keys, strict=True) if key == wanted]
    if not found:
        known = "; ".join(" ".join(key) for key in dict.fromkeys(keys))
        raise InputError.single(
            f"the standards hold no line for {' '.join(wanted)}", remedy=f"there are {known}"
        )
    return tuple(sorted(found, key=lambda row: row.frequency_from))


def _lowest(rows: Sequence[ExposurePiece], frequency: float) -> float:
    limits = [row.at(frequency) for row in rows if row.covers(frequency)]
    if not limits:
        low, high = rows[0].frequency_from, rows[-1].frequency_to
        raise InputError.single(
            f"{rows[0].standard} has no such limit at {format_si(frequency, 'Hz')}",
            field="frequency",
            remedy=f"the line goes from {format_si(low, 'Hz')} to {format_si(high, 'Hz')}",
        )
    return min(limits)
