"""Normalised site attenuation: what a test site over a conducting ground should lose.

The attenuation between two antennas, their factors taken out, is

    NSA = 50 ohm / (mu0 f g),    g = max over the height scan of |E| 4 pi / (w mu0 I l),

with E the field of a short dipole of moment I l in the polarisation of the receiver: g is 1/r in
free space. (A source of 50 ohm, e.m.f. 2 V, in a dipole of impedance Z and length l gives
I = 2 V / (Z + 50); the receiver reads E l 50 / (Z + 50); either antenna factor is (Z + 50) / 50 l;
so V / V_site / AF^2 is the above, whatever the antennas are.)

The tables of the standards take the direct and the reflected *radiated* wave only. The true field
of short dipoles has near terms too, which count at 3 m below 100 MHz: 1.9 dB at 30 MHz, horizontal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import C0, MU0, TWO_PI
from emtwin.errors import InputError

Real = NDArray[np.float64]

HORIZONTAL, VERTICAL = "horizontal", "vertical"
_HEIGHTS = np.linspace(1.0, 4.0, 601)
_REFERENCE = 50.0  # ohm


def site_attenuation_db(frequency: ArrayLike, gain: ArrayLike) -> Real:
    """Normalised site attenuation from the largest `gain` of the height scan.

    Parameters
    ----------
    frequency : float or ndarray
        Hz.
    gain : float or ndarray
        |E| 4 pi / (w mu0 I l) in 1/m, largest over the scan.

    Returns
    -------
    ndarray
        dB.
    """
    f = np.asarray(frequency, np.float64)
    return np.asarray(20 * np.log10(_REFERENCE / (MU0 * f * np.asarray(gain))))


def normalised_site_attenuation(
    frequency: ArrayLike,
    distance: float,
    height: float,
    polarisation: str,
    scan: Real = _HEIGHTS,
) -> Real:
    """Site attenuation over an ideal ground as the standards' tables have it: radiated waves only.

    Parameters
    ----------
    frequency : float or ndarray, shape (nf,)
        Hz.
    distance, height : float
        Distance of the antennas and height of the transmitter, m.
    polarisation : {"horizontal", "vertical"}
        Of both antennas.
    scan : ndarray
        Heights of the receiver, m.

    Returns
    -------
    ndarray, shape (nf,)
        dB.

    Raises
    ------
    InputError
        For another polarisation, or a distance or height that is not positive.

    References
    ----------
    Smith, German and Pate, IEEE Trans. EMC 24 (1982) 322-328: direct and reflected wave, derived
    here from the field of a short dipole and its image.
    """
    if polarisation not in (HORIZONTAL, VERTICAL) or not (distance > 0 and height > 0):
        raise InputError.single(
            f"site attenuation of {polarisation!r} antennas {distance:g} m apart at {height:g} m",
            remedy="horizontal or vertical, with a positive distance and height in metres",
        )
    k = TWO_PI / C0 * np.atleast_1d(np.asarray(frequency, np.float64))[:, None]
    direct, reflected = np.hypot(distance, scan - height), np.hypot(distance, scan + height)
    vertical = polarisation == VERTICAL
    total = _wave(k, direct, distance, vertical) + (1 if vertical else -1) * _wave(
        k, reflected, distance, vertical
    )
    return site_attenuation_db(np.ravel(frequency), np.abs(total).max(axis=1))


def _wave(k: Real, path: Real, distance: float, vertical: bool) -> NDArray[np.complex128]:
    """One wave with its share along the antennas: sin^2 of the elevation for vertical ones."""
    share = (distance / path) ** 2 if vertical else np.ones_like(path)
    wave: NDArray[np.complex128] = np.exp(-1j * k * path) / path * share
    return wave
