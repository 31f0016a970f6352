"""Whether what is neglected is small: the field's delay, and the field of the induced currents."""

from __future__ import annotations

from emtwin.constants import C0, MU0, TWO_PI
from emtwin.errors import InputError, Notice

LARGEST_PHASE = 0.2
"""Phase k0 times size in rad above which delay is named; near fields err by its square, 4 %."""

NAMED_REACTION, LARGEST_REACTION = 0.02, 0.25
"""Share of its own field that a body's currents may add: above the first a notice, above the second
an error."""


def delay_notices(size: float, frequency: float, what: str) -> tuple[Notice, ...]:
    """Notice where `what` of `size` (m) is no longer small against the wavelength."""
    phase = TWO_PI * frequency / C0 * size
    if phase <= LARGEST_PHASE:
        return ()
    return (
        Notice(
            "not-quasi-static",
            f"at {frequency:g} Hz the {what} of {size:.3g} m is {phase / TWO_PI:.2g} wavelengths "
            "large: the delay of the field is neglected; use the full-wave solver",
        ),
    )


def reaction(radius: float, admittivity: float, frequency: float) -> float:
    """Field of the induced currents as a share of what induces them.

    Parameters
    ----------
    radius : float
        Radius of the largest path of current, in metres.
    admittivity : float
        Largest modulus of conductivity plus j w permittivity, S/m.
    frequency : float
        Frequency in Hz.

    Returns
    -------
    float
        w mu0 kappa a^2 / 8. In a long cylinder along the field E = E_0 2 I1(z) / (z I0(z)) at the
        surface with z^2 = j w mu0 kappa a^2, which is 1 - z^2 / 8 + ...; in a sphere it is 1 / 15.
        A quarter is a radius of one skin depth.
    """
    return TWO_PI * frequency * MU0 * admittivity * radius**2 / 8.0


def reaction_notices(share: float, radius: float, frequency: float) -> tuple[Notice, ...]:
    """Notice of a `reaction` that is seen.

    Raises
    ------
    InputError
        If it is above `LARGEST_REACTION`: the method then has no answer.
    """
    text = (
        f"at {frequency:g} Hz the field of the induced currents is {share:.0%} of what induces "
        f"them (radius {radius:.3g} m)"
    )
    if share > LARGEST_REACTION:
        raise InputError.single(
            f"{text}: it is neglected here, and too large for that",
            field="frequency",
            remedy="use a lower frequency; for thin metal walls use a shell, for all else the "
            "full-wave solver",
        )
    if share <= NAMED_REACTION:
        return ()
    return (Notice("reaction-neglected", f"{text}, mostly in quadrature, and is neglected"),)
