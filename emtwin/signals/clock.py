"""Line spectrum of a trapezoidal clock."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem


def trapezoid_harmonics(
    frequency: float,
    amplitude: float,
    rise_time: float,
    duty: float,
    f_max: float,
    fall_time: float | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Harmonics of a trapezoidal e.m.f. by its exact Fourier series.

    The edges take `rise_time` and `fall_time`, from 0 to 100 % of the swing. The
    pulse is `duty` periods wide at half height and t = 0 is the middle of the
    rising edge::

        a_n = (2 A d sinc(n d) S - j 2 A / (pi n) cos(pi n d) D) exp(-j pi n d)
        S, D = (sinc(n t_r f) +- sinc(n t_f f)) / 2,  sinc(x) = sin(pi x) / (pi x)
        v(t) = A d + Re sum a_n exp(+j 2 pi n f t)

    Parameters
    ----------
    frequency : float
        Fundamental in hertz, above 0.
    amplitude : float
        Swing from low to high in volt.
    rise_time : float
        Duration of the whole rising edge in seconds; 0 is an ideal step.
    duty : float
        Pulse width at half height as a share of the period, 0 < duty < 1.
    f_max : float
        Highest frequency in hertz; a harmonic that lies on it is included.
    fall_time : float, optional
        Duration of the whole falling edge in seconds; as `rise_time` where left out.

    Returns
    -------
    frequencies : ndarray of float64, shape (n,)
        Harmonics in hertz, without DC; empty if the fundamental is above `f_max`.
    amplitudes : ndarray of complex128, shape (n,)
        Complex peak amplitudes of the e.m.f. in volt, time factor exp(+j w t).

    Raises
    ------
    InputError
        If a value is impossible or the edges do not fit into pulse or gap.

    References
    ----------
    The derivative is a rectangle of width ``t_r`` and area A, and another of area -A a pulse width
    later; integration divides by ``j 2 pi n f``. D vanishes with equal edges.
    """
    fall_time = rise_time if fall_time is None else fall_time
    _check(frequency, amplitude, rise_time, fall_time, duty, f_max)
    # A harmonic on f_max belongs to the run although f_max / f may round down.
    orders = np.arange(1, math.floor(f_max / frequency * (1.0 + 1e-12)) + 1, dtype=np.float64)
    rising, falling = (np.sinc(orders * edge * frequency) for edge in (rise_time, fall_time))
    turn = np.pi * np.mod(orders * duty, 2.0)
    even = duty * np.sinc(orders * duty) * (rising + falling)
    odd = np.cos(turn) * (rising - falling) / (np.pi * orders)
    amplitudes = np.asarray(amplitude * (even - 1j * odd) * np.exp(-1j * turn))
    return orders * frequency, amplitudes


def _check(
    frequency: float,
    amplitude: float,
    rise_time: float,
    fall_time: float,
    duty: float,
    f_max: float,
) -> None:
    problems = [
        Problem(f"{name} must be {rule}, got {value:g} {unit}".rstrip(), field=name)
        for name, value, unit, good, rule in (
            ("frequency", frequency, "Hz", frequency > 0.0, "above 0"),
            ("amplitude", amplitude, "V", amplitude >= 0.0, "0 or more"),
            ("rise_time", rise_time, "s", rise_time >= 0.0, "0 or more"),
            ("fall_time", fall_time, "s", fall_time >= 0.0, "0 or more"),
            ("duty", duty, "", 0.0 < duty < 1.0, "between 0 and 1"),
            ("f_max", f_max, "Hz", f_max > 0.0, "above 0"),
        )
        if not (good and math.isfinite(value))
    ]
    if problems:
        raise InputError(problems)
    longest = min(duty, 1.0 - duty) / frequency
    edge = (rise_time + fall_time) / 2
    if edge > longest * (1.0 + 1e-12):
        raise InputError.single(
            f"the edge of {edge:g} s does not fit into a pulse or gap of {longest:g} s",
            field="rise_time",
            remedy="shorten rise_time, lower frequency or move duty towards 0.5",
        )
