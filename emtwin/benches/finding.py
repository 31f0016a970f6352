"""What a test of the standard found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.verdict import Verdict
from emtwin.errors import Notice


@dataclass(frozen=True)
class Curve:
    """A quantity on named axes.

    Parameters
    ----------
    axes : tuple of str
        Names of the axes, in order.
    values : ndarray
        Values on them.
    unit : str
        Unit of the values.
    """

    axes: tuple[str, ...]
    values: NDArray[np.float64]
    unit: str


@dataclass(frozen=True)
class Finding:
    """Result of one test.

    Parameters
    ----------
    test : str
        ``radiated_immunity`` or ``radiated_emission``.
    verdict : Verdict
        The verdict.
    coordinates : dict of str to sequence
        Values along each axis.
    curves : dict of str to Curve
        What was computed.
    attributes : dict
        Level, environment and whatever else the curves need to be read.
    worst_frequency : float or None
        Frequency in Hz at which the margin is smallest.
    driven : str
        Port whose run shows the field at that frequency.
    notices : tuple of Notice
        Named warnings.
    maxima : dict of str to float
        Largest reported levels in dB, by name.
    """

    test: str
    verdict: Verdict
    coordinates: dict[str, NDArray[np.float64] | tuple[str, ...]] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    attributes: dict[str, float | str] = field(default_factory=dict)
    worst_frequency: float | None = None
    driven: str = ""
    notices: tuple[Notice, ...] = ()
    maxima: dict[str, float] = field(default_factory=dict)


def coverage(
    test: str, band: tuple[float, float], band_of_test: tuple[float, float], remedy: str
) -> tuple[Notice, ...]:
    """Say which part of a test's range a run could not carry.

    Parameters
    ----------
    test : str
        Name of the test, as a sentence begins with it.
    band, band_of_test : tuple of float
        Frequencies in Hz, from and to: what was computed, and what the test asks for.
    remedy : str
        What carries more.

    Returns
    -------
    tuple of Notice
        None where the range was computed to its end.
    """
    reached, end = band[1], band_of_test[1]
    if reached >= end * (1 - 1e-6):
        return ()
    return (
        Notice(
            "band-outside-run",
            f"{test} is computed up to {reached / 1e9:.3g} GHz; {reached / 1e9:.3g} to "
            f"{end / 1e9:.3g} GHz lies outside this run and has no verdict: {remedy}.",
        ),
    )
