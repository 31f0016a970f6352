"""Closed forms of emission: first estimates by hand, and what a computed field is held against.

An estimate says whether it stands in free space or has the doubling of a conducting ground in it,
because the two differ by 6 dB and textbooks print either.
"""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.compliance.decibel import ratio_db
from emtwin.constants import C0, ETA0, MU0, TWO_PI
from emtwin.errors import InputError

FREE_SPACE = "free space"
GROUND_DOUBLED = "doubled by a conducting ground"


@dataclass(frozen=True)
class FieldEstimate:
    """Largest field of a small radiator.

    Parameters
    ----------
    rms : float
        Electric field in V/m, rms where the current is.
    site : str
        "free space" or "doubled by a conducting ground".
    """

    rms: float
    site: str

    @property
    def dbuv(self) -> float:
        """The field in dBuV/m."""
        return float(ratio_db(self.rms, 1e-6))

    def __str__(self) -> str:
        return f"{self.dbuv:.2f} dBuV/m ({self.site})"


def common_mode_field(
    frequency: float, current: float, length: float, distance: float, *, ground: bool
) -> FieldEstimate:
    """Field of a short cable that carries a common-mode current.

    mu0 f I l / (2 r): a short dipole of moment I l, broadside, at a distance in its far field;
    twice that, 1.257e-6 f I l / r, with the doubling of the ground.

    Parameters
    ----------
    frequency : float
        Hz.
    current : float
        A, rms for a field in rms.
    length : float
        Length of the cable in metres, below a quarter of a wavelength.
    distance : float
        Metres.
    ground : bool
        Whether direct and reflected wave add in phase.

    Returns
    -------
    FieldEstimate
        The field, and which of the two it is.

    Raises
    ------
    InputError
        If a value is not positive, or the cable is too long for the formula.

    References
    ----------
    Balanis, Antenna Theory, 4th ed., eq. 4-26a, at 90 degrees.
    """
    _check(frequency=frequency, current=current, length=length, distance=distance)
    _check_small(frequency, length)
    return _estimate(MU0 * frequency * current * length / (2 * distance), ground)


def differential_mode_field(
    frequency: float, current: float, area: float, distance: float, *, ground: bool
) -> FieldEstimate:
    """Field of a small loop that carries a signal current.

    eta0 k^2 I A / (4 pi r), 131.6e-16 f^2 I A / r: a small loop in its plane, in its far field;
    twice that, 263e-16 f^2 I A / r, with the doubling of the ground.

    Parameters
    ----------
    frequency : float
        Hz.
    current : float
        A, rms for a field in rms.
    area : float
        Area of the loop in m2, its side below a quarter of a wavelength.
    distance : float
        Metres.
    ground : bool
        Whether direct and reflected wave add in phase.

    Returns
    -------
    FieldEstimate
        The field, and which of the two it is.

    Raises
    ------
    InputError
        If a value is not positive, or the loop is too large for the formula.

    References
    ----------
    Balanis, Antenna Theory, 4th ed., eq. 5-27b (radiation part), at 90 degrees.
    """
    _check(frequency=frequency, current=current, area=area, distance=distance)
    _check_small(frequency, area**0.5)
    k = TWO_PI * frequency / C0
    return _estimate(ETA0 * k**2 * current * area / (2 * TWO_PI * distance), ground)


def _estimate(rms: float, ground: bool) -> FieldEstimate:
    return FieldEstimate(2 * rms, GROUND_DOUBLED) if ground else FieldEstimate(rms, FREE_SPACE)


def _check(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InputError.single(
                f"{name} must be positive, got {value:g}", field=name, remedy="give it in SI units"
            )


def _check_small(frequency: float, size: float) -> None:
    if size > C0 / frequency / 4:
        raise InputError.single(
            f"{size:g} m is above a quarter of the wavelength of {frequency / 1e6:g} MHz; the "
            "closed form of a small radiator does not hold",
            remedy="compute the field from the currents instead",
        )
