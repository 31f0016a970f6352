"""What a test laboratory measures of a pulse, and whether it keeps the tolerances of a standard."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from emtwin.errors import InputError
from emtwin.signals.fourier import Complex, Real
from emtwin.standards import Standards, Waveform, load


class Pulse(Protocol):
    """A function of time that begins at 0 and ends, with its Fourier integral."""

    def __call__(self, t: Real, /) -> Real:
        """Values at times in seconds."""

    def spectrum(self, frequencies: ArrayLike, /) -> Complex:
        """Integral of the pulse times exp(-j 2 pi f t), unit of the pulse times second."""

    def silent_after(self, share: float = ..., /) -> float:
        """Time in seconds after which it stays below `share` of its height."""


class Shape(NamedTuple):
    """What a test laboratory measures of a pulse.

    Parameters
    ----------
    peak : float
        Largest value, with its sign.
    rise : float
        From 10 to 90 % of the peak, s.
    front : float
        From 30 to 90 % of the peak, s.
    width : float
        Between the two passages of half the peak, s.
    length : float
        Between the two passages of a tenth of the peak, s.
    start : float
        Passage of a tenth of the peak, s.
    undershoot : float
        Largest value of the other sign, as a share of the peak.
    """

    peak: float
    rise: float
    front: float
    width: float
    length: float
    start: float
    undershoot: float


def shape_of(pulse: Pulse, points: int = 200_001, times: Real | None = None) -> Shape:
    """Peak, rise, front, width and length of a pulse whose first maximum is its largest.

    Parameters
    ----------
    pulse : Pulse
        The pulse, of either sign.
    points : int
        Samples over its length; passages are interpolated between them.
    times : ndarray of float64, optional
        The samples themselves, rising from 0, in seconds.

    Returns
    -------
    Shape
        Its figures.
    """
    t = np.linspace(0.0, pulse.silent_after(), points) if times is None else times
    values = pulse(t)
    sign = 1.0 if values.max() >= -values.min() else -1.0
    values = sign * values
    top = int(np.argmax(values))
    peak = float(values[top])

    passed = np.array([0.1, 0.3, 0.5, 0.9]) * peak
    tenth, third, half, most = np.interp(passed, values[: top + 1], t[: top + 1])
    back = {share: _back(t, values, top, share * peak) for share in (0.1, 0.5)}
    return Shape(
        sign * peak,
        float(most - tenth),
        float(most - third),
        float(back[0.5] - half),
        float(back[0.1] - tenth),
        float(tenth),
        float(max(0.0, -values.min()) / peak),
    )


def _back(t: Real, values: Real, top: int, height: float) -> float:
    """First time after the peak at which a height is passed."""
    below = top + int(np.argmax(values[top:] <= height))
    pair = slice(below - 1, below + 1)
    return float(np.interp(-height, -values[pair], t[pair]))


class Held(NamedTuple):
    """A figure of a pulse beside the row that limits it.

    Parameters
    ----------
    row : Waveform
        The row.
    value : float
        What the pulse has, in SI units, after the row's factor.
    low, high : float
        Bounds in the same unit.
    """

    row: Waveform
    value: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the value keeps the bounds."""
        return self.low <= self.value <= self.high


def held_to(
    pulse: Pulse,
    waveform: str,
    level: float = 1.0,
    *,
    within: float | None = None,
    standards: Standards | None = None,
) -> tuple[Held, ...]:
    """Hold a pulse to every figure that the standards give of its waveform.

    Parameters
    ----------
    pulse : Pulse
        The pulse.
    waveform : str
        Name of the waveform in the rows, for example ``surge-voltage``.
    level : float
        Test level, for figures that are relative to it.
    within : float, optional
        Share of the nominal value that replaces the tolerances of the rows: a formula should be
        nearer to the nominal wave than a generator must be.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of Held
        One entry per row that a single pulse can be held to.

    Raises
    ------
    InputError
        If the standards have no figure of such a waveform.
    """
    rows = [row for row in (standards or load()).of(Waveform) if row.waveform == waveform]
    shape = shape_of(pulse)
    measured = {name: getattr(shape, name) for name in Shape._fields} | {"peak": abs(shape.peak)}
    found = []
    for row in rows:
        if row.at is not None:
            value = abs(float(pulse(np.array([shape.start + row.at]))[0]))
        elif row.figure in measured:
            value = row.factor * measured[row.figure]
        else:
            continue
        tightened = row.model_copy(update={"tolerance": within}) if within and row.nominal else row
        found.append(Held(row, value, *tightened.bounds(level)))
    if not found:
        raise InputError.single(
            f"the standards give no figure of a waveform '{waveform}'",
            field="waveform",
            remedy="see `emtwin standards waveform`",
        )
    return tuple(found)
