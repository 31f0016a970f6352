"""Field of a hand-held transmitter near a device, as IEC 60601-1-2 estimates it."""

from __future__ import annotations

import math


def transmitter_field(power: float, distance: float, factor: float) -> float:
    """Field strength of a transmitter.

    Parameters
    ----------
    power : float
        Largest power in watts, above 0.
    distance : float
        Distance in metres, above 0.
    factor : float
        Factor k in V/sqrt(W): row ``iec60601-1-2-proximity-factor``. Of a
        lossless antenna with the gain G it is sqrt(30 G): 6 stands for G = 1.2,
        a half-wave dipole has 7.0.

    Returns
    -------
    float
        E = k sqrt(P) / d in V/m, rms of the carrier (IEC 60601-1-2:2014+A1:2020,
        Table 9).
    """
    return factor * math.sqrt(power) / distance


def separation_distance(power: float, level: float, factor: float) -> float:
    """Distance at which the field of a transmitter has fallen to a level.

    Parameters
    ----------
    power : float
        Largest power in watts, above 0.
    level : float
        Immunity level in V/m, above 0.
    factor : float
        As for `transmitter_field`.

    Returns
    -------
    float
        d = k sqrt(P) / E in metres.
    """
    return factor * math.sqrt(power) / level
