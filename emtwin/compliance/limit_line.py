"""A limit line over frequency, with the row that sets it at every point."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.standards import Band, Limit
from emtwin.standards.row import SLACK, in_range
from emtwin.units import format_si

_LOWEST_CONVERTIBLE = 30e6


@dataclass(frozen=True)
class LimitLine:
    """Pieces of one limit line, by rising frequency.

    Parameters
    ----------
    rows : tuple of Limit
        The pieces; they may touch, and there the lower one holds.
    designated : tuple of Band
        Bands in which a fundamental has no limit; empty for group 1.
    shift_db : float, default 0
        Added to every limit, by conversion to another distance.
    """

    rows: tuple[Limit, ...]
    designated: tuple[Band, ...] = ()
    shift_db: float = 0.0

    def at(self, frequency: ArrayLike) -> NDArray[np.float64]:
        """Limit at frequencies.

        Parameters
        ----------
        frequency : array_like
            Frequencies in hertz, any shape.

        Returns
        -------
        ndarray of float64
            Limit in dB over the rows' unit, shape of `frequency`. Where two
            pieces meet the lower one holds; NaN outside the line, which no
            verdict accepts.
        """
        wanted = np.asarray(frequency, dtype=np.float64)
        limit = np.full(wanted.shape, np.nan)
        for row in self.rows:
            limit = np.fmin(limit, _piece(row, wanted))
        return limit + self.shift_db

    def row_at(self, frequency: float) -> Limit:
        """Row that sets the limit at a frequency; where two meet, the lower one's.

        Parameters
        ----------
        frequency : float
            Frequency in hertz.

        Returns
        -------
        Limit
            The row, with id, clause and confidence.

        Raises
        ------
        InputError
            If the line has no limit there.
        """
        values = np.array([_piece(row, np.array(frequency)) for row in self.rows])
        if np.isnan(values).all():
            raise InputError.single(
                f"no limit at {format_si(frequency, 'Hz')}: the line "
                f"{self.rows[0].citation} reaches from "
                f"{format_si(self.rows[0].frequency_from, 'Hz')} to "
                f"{format_si(self.rows[-1].frequency_to, 'Hz')}",
                remedy="report frequencies without a limit as outside the method",
            )
        return self.rows[int(np.nanargmin(values))]

    def margin(
        self, frequency: ArrayLike, level: ArrayLike, fundamentals: Iterable[float] = ()
    ) -> NDArray[np.float64]:
        """Limit minus level, positive on the good side.

        Parameters
        ----------
        frequency : array_like
            Frequencies in hertz.
        level : array_like
            Readings in dB over the rows' unit, broadcastable to `frequency`.
        fundamentals : iterable of float, optional
            Frequencies in hertz at which group 2 equipment works on purpose.

        Returns
        -------
        ndarray of float64
            Margin in dB; plus infinity at a fundamental inside a designated
            band, NaN where the line has no limit.
        """
        wanted = np.asarray(frequency, dtype=np.float64)
        margin = self.at(wanted) - np.asarray(level, dtype=np.float64)
        for fundamental in fundamentals:
            if self.designated_at(fundamental) is not None:
                at = np.abs(wanted - fundamental) <= SLACK * fundamental
                margin = np.where(at, np.inf, margin)
        return margin

    def designated_at(self, frequency: float) -> Band | None:
        """Band that frees a fundamental at a frequency in hertz, None where none does."""
        for band in self.designated:
            if band.covers(frequency):
                return band
        return None

    def at_distance(self, distance: float) -> LimitLine:
        """The line for another measuring distance, by 20 dB per decade.

        Parameters
        ----------
        distance : float
            Distance in metres.

        Returns
        -------
        LimitLine
            The same rows with `shift_db`. The limits that CISPR 11 prints at
            3 m are 10 dB above those at 10 m, not the 10.46 dB of this rule:
            take the printed line where there is one.

        Raises
        ------
        InputError
            For a voltage, which has no distance, and below 30 MHz, where a
            field in the near zone does not fall as 1/d.
        """
        first = self.rows[0]
        if first.distance is None or first.quantity != "electric_field":
            raise InputError.single(
                f"a limit in {first.unit} is not converted to {distance:g} m",
                remedy="only electric fields from 30 MHz on fall with 20 dB per decade of "
                "distance; use a distance that the standard has a limit for",
            )
        if first.frequency_from < _LOWEST_CONVERTIBLE or not distance > 0.0:
            raise InputError.single(
                f"the limit from {format_si(first.frequency_from, 'Hz')} is not converted to "
                f"{distance:g} m",
                remedy="use a positive distance, and 30 MHz or more",
            )
        return replace(self, shift_db=20.0 * math.log10(first.distance / distance))


def _piece(row: Limit, frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Limit of one row in dB, NaN outside it; linear over the logarithm of frequency."""
    low, high = row.frequency_from, row.frequency_to
    inside = in_range(frequency, low, high)
    safe = np.where(inside, frequency, low)
    share = np.log(safe / low) / np.log(high / low)
    value = row.limit_from + (row.limit_to - row.limit_from) * np.clip(share, 0.0, 1.0)
    return np.where(inside, value, np.nan)
