"""Field uniformity of IEC 61000-4-3: whether the field is the same all over the device's face.

At the points of the uniform field area the readings are sorted. The reference is the weakest
reading that has, with those up to 6 dB above it, enough points (12 of 16): so no point that counts
lies below the nominal field, and at most four lie outside. Where 6 dB fail, 10 dB may do, at a few
frequencies and with a word in the report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.standards import Standards, load

Real = NDArray[np.float64]

_ROUNDING = 1e-9  # dB: readings exactly a tolerance apart are within it


@dataclass(frozen=True)
class UniformityRule:
    """What the readings have to keep.

    Parameters
    ----------
    side, lower_edge, step : float
        Side of the area, height of its lower edge over the floor, and distance of its points, m.
    share : float
        Part of the points that must be within the tolerance, rounded up to whole points.
    tolerance, reported_tolerance : float
        dB above the reference; the second at a few frequencies only.
    reported_share : float
        Largest part of the frequencies that may use the second tolerance.
    calibration_factor : float
        Field at calibration over the test level.
    """

    side: float
    lower_edge: float
    step: float
    share: float
    tolerance: float
    reported_tolerance: float
    reported_share: float
    calibration_factor: float

    @classmethod
    def of_standard(cls, standards: Standards | None = None) -> UniformityRule:
        """The rule of IEC 61000-4-3, from its rows."""
        rows = standards or load()

        def value(name: str) -> float:
            """Number of one row."""
            return rows.parameter(f"iec61000-4-3-{name}").value

        return cls(
            value("uniform-area-side"),
            value("uniform-area-height"),
            value("uniform-area-step"),
            value("uniform-area-points-within") / value("uniform-area-points"),
            value("uniformity-tolerance"),
            value("uniformity-tolerance-reported"),
            value("uniformity-share-reported") / 100,
            value("calibration-factor"),
        )

    def points(self, width: float | None = None, height: float | None = None) -> Real:
        """Points of an area in its own plane: across, and over the floor.

        Parameters
        ----------
        width, height : float, optional
            Size of a smaller area in metres; the whole one if left out.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            Metres; across counts from the middle, rows from the lower edge upwards.

        Raises
        ------
        InputError
            If a side is not a whole number of steps, or larger than the whole area.
        """
        across, up = (self._lines(size or self.side) for size in (width, height))
        x, z = np.meshgrid(across - across.mean(), up + self.lower_edge)
        return np.stack((x.ravel(), z.ravel()), -1)

    def areas(self, width: float, height: float) -> Real:
        """Lower left corners of the areas that light up a larger face one after the other.

        Parameters
        ----------
        width, height : float
            Size of the face in metres.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            Metres from the lower left corner of the face. Areas touch or overlap evenly, and none
            reaches beyond the face unless the face is smaller than the area.

        Raises
        ------
        InputError
            If a size is not positive.
        """
        if not (width > 0 and height > 0):
            raise InputError.single(f"a face of {width:g} m x {height:g} m cannot be lit up")
        corners = [
            np.linspace(0.0, max(size - self.side, 0.0), max(math.ceil(size / self.side - 1e-9), 1))
            for size in (width, height)
        ]
        return np.stack(np.meshgrid(*corners), -1).reshape(-1, 2)

    def _lines(self, size: float) -> Real:
        steps = round(size / self.step)
        if steps < 1 or abs(steps * self.step - size) > 1e-9 or size > self.side + 1e-9:
            raise InputError.single(
                f"a uniform field area cannot have a side of {size:g} m",
                remedy=f"choose a multiple of {self.step:g} m, at most {self.side:g} m",
            )
        return np.linspace(0.0, size, steps + 1)


@dataclass(frozen=True, eq=False)
class Uniformity:
    """Judgement of the readings of one polarisation, frequency by frequency.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    field : ndarray of float64, shape (nf, np)
        Magnitude at the points, V/m per unit of drive.
    reference : ndarray of float64, shape (nf,)
        Reading that is set to the nominal field, V/m per unit of drive.
    spread : ndarray of float64, shape (nf,)
        dB within which the best choice of enough points lies.
    chosen : ndarray of bool, shape (nf, np)
        Points that count; empty rows where not even the larger tolerance is kept.
    within, reported : ndarray of bool, shape (nf,)
        Frequencies that keep the tolerance, and those that keep the larger one only.
    rule : UniformityRule
        What was asked for.
    """

    frequencies: Real
    field: Real
    reference: Real
    spread: Real
    chosen: NDArray[np.bool_]
    within: NDArray[np.bool_]
    reported: NDArray[np.bool_]
    rule: UniformityRule

    @property
    def uniform(self) -> bool:
        """Whether all frequencies are kept, few enough of them with the larger tolerance."""
        return bool(np.all(self.within | self.reported)) and (
            self.reported_share <= self.rule.reported_share
        )

    @property
    def reported_share(self) -> float:
        """Part of the frequencies that use the larger tolerance."""
        return float(np.mean(self.reported))

    def drive(self, level: float) -> Real:
        """Drive for a test level: the reference reads the level times the calibration factor.

        Parameters
        ----------
        level : float
            Test level, V/m rms of the carrier.

        Returns
        -------
        ndarray of float64, shape (nf,)
            In the units of drive that `field` is given per; NaN where the field is not uniform.

        Raises
        ------
        InputError
            If the level is not positive.
        """
        if not level > 0:
            raise InputError.single(
                f"a test level must be above 0, got {level:g} V/m", field="level"
            )
        usable = np.where(self.within | self.reported, self.reference, np.nan)
        return np.asarray(self.rule.calibration_factor * level / usable)


def field_uniformity(
    frequencies: ArrayLike, field: ArrayLike, rule: UniformityRule | None = None
) -> Uniformity:
    """Judge the readings at the points of a uniform field area.

    Parameters
    ----------
    frequencies : ndarray, shape (nf,)
        Hz.
    field : ndarray, shape (nf, np) or (nf, np, 3)
        Magnitudes, or vectors (complex amplitudes), at the points; V/m for a drive of one.
    rule : UniformityRule, optional
        What is asked for; that of the standard if left out.

    Returns
    -------
    Uniformity
        Frequency by frequency: reference, spread, chosen points; and the judgement of all.

    Raises
    ------
    InputError
        If the shapes do not belong together, or a reading is zero, negative or not finite.

    References
    ----------
    IEC 61000-4-3, calibration of the field (described, not quoted).
    """
    asked = rule or UniformityRule.of_standard()
    f = np.asarray(frequencies, np.float64)
    values = np.asarray(field)
    magnitude = np.linalg.norm(values, axis=2) if values.ndim == 3 else values.astype(np.float64)
    _check(f, values, magnitude)
    needed = math.ceil(asked.share * magnitude.shape[1] - 1e-9)
    level = 20 * np.log10(np.sort(magnitude, axis=1))
    # Width in dB of each run of `needed` neighbours in the sorted readings.
    widths = level[:, needed - 1 :] - level[:, : level.shape[1] - needed + 1]
    first, within = _first(widths, asked.tolerance)
    wider, allowed = _first(widths, asked.reported_tolerance)
    start = np.where(within, first, np.where(allowed, wider, widths.argmin(axis=1)))
    reference = np.take_along_axis(level, start[:, None], axis=1)
    tolerance = np.where(within, asked.tolerance, asked.reported_tolerance)[:, None]
    excess = 20 * np.log10(magnitude) - reference
    chosen = (excess >= -_ROUNDING) & (excess <= tolerance + _ROUNDING) & allowed[:, None]
    return Uniformity(
        f,
        magnitude,
        10 ** (reference[:, 0] / 20),
        widths.min(axis=1),
        chosen,
        within,
        allowed & ~within,
        asked,
    )


def _first(widths: Real, tolerance: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The lowest run that is narrow enough, and whether there is one."""
    narrow = widths <= tolerance + _ROUNDING
    return np.argmax(narrow, axis=1), np.asarray(narrow.any(axis=1))


def _check(f: Real, values: NDArray[np.generic], magnitude: Real) -> None:
    if f.ndim != 1 or values.ndim not in (2, 3) or values.shape[0] != f.size or f.size == 0:
        raise InputError.single(
            f"readings of shape {values.shape} do not go with {f.size} frequencies",
            field="field",
            remedy="give shape (frequencies, points) or (frequencies, points, 3)",
        )
    if not np.all(np.isfinite(magnitude) & (magnitude > 0)):
        bad = int(np.argwhere(~(np.isfinite(magnitude) & (magnitude > 0)))[0, 0])
        raise InputError.single(
            f"a reading at {f[bad] / 1e6:g} MHz is not a positive number",
            field="field",
            remedy="give magnitudes above 0 V/m",
        )
