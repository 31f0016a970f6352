"""Normalised site attenuation: what a test site over a conducting ground should lose.

The attenuation between two antennas, their factors taken out, is

    NSA = 50 ohm / (mu0 f g),    g = max over the height scan of |E| 4 pi / (w mu0 I l),

with E the field of a short dipole of moment I l in the polarisation of the receiver: g is 1/r in
free space. (A source of 50 ohm, e.m.f. 2 V, in a dipole of impedance Z and length l gives
I = 2 V / (Z + 50); the receiver reads E l 50 / (Z + 50); either antenna factor is (Z + 50) / 50 l;
so V / V_site / AF^2 is the above, whatever the antennas are.)

The tables of the standards take the direct and the reflected *radiated* wave only. The true field
of short dipoles has near terms too, which count at 3 m below 100 MHz: 1.9 dB at 30 MHz, horizontal.
The formula for a fully anechoic room counts them: it has no floor, and a single wave.
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
    *,
    near_terms: bool = False,
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
    near_terms : bool
        Count the near terms of short dipoles as well, which the tables leave out.

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
    here from the field of a short dipole and its image; near terms as in Balanis, Antenna Theory,
    4th ed., eqs. 4-10a and 4-10b.
    """
    if polarisation not in (HORIZONTAL, VERTICAL) or not (distance > 0 and height > 0):
        raise InputError.single(
            f"site attenuation of {polarisation!r} antennas {distance:g} m apart at {height:g} m",
            remedy="horizontal or vertical, with a positive distance and height in metres",
        )
    k = TWO_PI / C0 * np.atleast_1d(np.asarray(frequency, np.float64))[:, None]
    vertical = polarisation == VERTICAL
    direct, reflected = (
        _wave(k, np.hypot(distance, rise), rise if vertical else 0 * rise, near_terms)
        for rise in (scan - height, scan + height)
    )
    total = direct + (1 if vertical else -1) * reflected
    return site_attenuation_db(np.ravel(frequency), np.abs(total).max(axis=1))


def free_space_attenuation(frequency: ArrayLike, distance: float) -> Real:
    """Site attenuation of a fully anechoic room: one wave, with its near terms.

    Parameters
    ----------
    frequency : float or ndarray, shape (nf,)
        Hz.
    distance : float
        Distance of the antennas, m.

    Returns
    -------
    ndarray, shape (nf,)
        dB: 20 log (5 Z d / (2 pi f_MHz sqrt(1 - 1/(kd)^2 + 1/(kd)^4))), with Z = 50 ohm.

    Raises
    ------
    InputError
        If the distance is not positive.

    References
    ----------
    CISPR 16-1-4, free space; derived here from the broadside field of a short dipole (Balanis,
    Antenna Theory, 4th ed., eq. 4-10b). Z is the receiver's 50 ohm, not that of free space.
    """
    if not distance > 0:
        raise InputError.single(
            f"site attenuation of antennas {distance:g} m apart", remedy="give metres above 0"
        )
    k = TWO_PI / C0 * np.atleast_1d(np.asarray(frequency, np.float64))[:, None]
    gain = np.abs(_wave(k, np.array([distance]), np.zeros(1), True))[:, 0]
    return site_attenuation_db(np.ravel(frequency), gain)


def _wave(k: Real, path: Real, rise: Real, near_terms: bool) -> NDArray[np.complex128]:
    """One wave along antennas that are `rise` out of broadside; the radiated part goes as sin^2.

    E k-normalised: (1 + n) - (1 + 3n) cos^2, n = 1/jkr - 1/(kr)^2 and cos = rise / path.
    """
    x = k * path
    near = 1 / (1j * x) - 1 / x**2 if near_terms else np.zeros_like(x)
    along = (rise / path) ** 2
    wave: NDArray[np.complex128] = np.exp(-1j * x) / path * (1 + near - (1 + 3 * near) * along)
    return wave
