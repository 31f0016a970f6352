"""Amplitude modulation of a test field: rms, peak and demodulated amplitude."""

from __future__ import annotations

import math
from typing import TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.scene.ports import Immunity

Values = TypeVar("Values", float, NDArray[np.float64])

STANDARD_DEPTH = 0.8
"""Modulation depth of IEC 61000-4-3 and IEC 61000-4-6, dimensionless."""

QUANTITIES: tuple[str, ...] = get_args(Immunity.model_fields["quantity"].annotation)
"""What a threshold may mean: the words that a twin file accepts."""


def peak_factor(depth: float = STANDARD_DEPTH) -> float:
    """Peak of the modulated over the peak of the unmodulated carrier, ``1 + m``."""
    return 1.0 + _checked(depth)


def rms_factor(depth: float = STANDARD_DEPTH) -> float:
    """Rms of the modulated over the rms of the unmodulated carrier, ``sqrt(1 + m^2/2)``."""
    return math.sqrt(1.0 + _checked(depth) ** 2 / 2.0)


def carrier_to(quantity: str, carrier_rms: Values, depth: float = STANDARD_DEPTH) -> Values:
    """Convert the rms of the unmodulated carrier to the quantity of a threshold.

    Parameters
    ----------
    quantity : str
        ``carrier_rms``: unchanged. ``envelope_peak``: largest instantaneous
        value of the modulated carrier, ``sqrt(2) (1 + m)`` times the rms.
        ``demodulated``: peak amplitude of the tone behind an ideal envelope
        detector, ``sqrt(2) m`` times the rms.
    carrier_rms : float or ndarray of float64
        Rms of the unmodulated carrier, any unit, any shape.
    depth : float, default 0.8
        Modulation depth m, 0 to 1, dimensionless.

    Returns
    -------
    float or ndarray of float64
        The quantity in the unit of `carrier_rms`, same shape.

    Raises
    ------
    InputError
        If `quantity` is unknown or `depth` lies outside 0 to 1.
    """
    factors = {
        "carrier_rms": 1.0,
        "envelope_peak": math.sqrt(2.0) * peak_factor(depth),
        "demodulated": math.sqrt(2.0) * _checked(depth),
    }
    if quantity not in factors:
        raise InputError.single(
            f"unknown threshold quantity '{quantity}'",
            field="quantity",
            remedy=f"use one of {', '.join(factors)}",
        )
    return carrier_rms * factors[quantity]


def _checked(depth: float) -> float:
    if not 0.0 <= depth <= 1.0:
        raise InputError.single(
            f"modulation depth must lie between 0 and 1, got {depth:g}", field="depth"
        )
    return depth
