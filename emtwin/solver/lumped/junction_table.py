"""A junction in the grid, solved beforehand: its current as a function of what the step knows.

In a step the junction voltage u and the current i through the junction itself fulfil

    p u + R i(u) = t,      p = 1 + R G,

with R what one ampere takes from u, G the conductance of the capacitance in a step, and t known.
The left side rises with u, so there is one solution i(t). It is smooth: cubic pieces through nodes
a sixteenth of a thermal voltage apart give it to 3e-6 of itself at every current. A kernel then
needs comparisons and a polynomial, and neither an exponential nor an iteration.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.solver.lumped.junctions import Exponential, Junction

Real = NDArray[np.float64]

LARGEST_CURRENT = 1e6
"""Current in ampere up to which a law is tabulated; beyond it goes on along its tangent."""

_PER_SLOPE = 16  # nodes while the current grows by e
_SHOCKLEY_TAIL = 40.0  # slopes below 0 at which an exponential has come to rest
_KNEE_TAIL = 100.0  # slopes below its knee at which a breakdown counts as nothing: 1e-44 of it


class Pieces(NamedTuple):
    """i(t) = value + s (slope + s (bend + s twist)), s = t - begin, from `begin` to the next one.

    The first piece holds below its `begin`, and the last one above.

    Parameters
    ----------
    begin, value, slope, bend, twist : ndarray of float64, shape (n,)
        In V, A, S, S/V and S/V^2; `begin` does not fall.
    """

    begin: Real
    value: Real
    slope: Real
    bend: Real
    twist: Real


def pieces(junction: Junction, load: float, memory: float) -> Pieces:
    """Table of the solved current.

    Parameters
    ----------
    junction : Junction
        Its law.
    load : float
        R, ohm, positive.
    memory : float
        G, S.

    Notes
    -----
    Slopes at the nodes are exact, but not above three times those of the chords beside them. With
    that each piece rises (the sufficient condition of the source). So does t - R i: from node to
    node its slope changes by less than a tenth, or the current's is nothing beside 1 / R.

    References
    ----------
    Fritsch and Carlson, Monotone piecewise cubic interpolation, SIAM Journal on Numerical
    Analysis 17 (1980) 238-246.
    """
    u = nodes(junction)
    i = np.maximum.accumulate(junction.current(u))  # where it is at rest rounding could fall
    p = 1.0 + load * memory
    t, step = p * u + load * i, p * np.diff(u) + load * np.diff(i)
    chord = np.diff(i) / step
    g = junction.conductance(u)
    slope = g / (p + load * g)
    slope[1:] = np.minimum(slope[1:], 3 * chord)
    slope[:-1] = np.minimum(slope[:-1], 3 * chord)
    bend = (3 * chord - 2 * slope[:-1] - slope[1:]) / step
    twist = (slope[:-1] + slope[1:] - 2 * chord) / step**2
    straight = np.zeros(1)
    return Pieces(
        np.append(t[:1], t),
        np.append(i[:1], i),
        np.append(slope[:1], slope),
        np.concatenate((straight, bend, straight)),
        np.concatenate((straight, twist, straight)),
    )


def nodes(junction: Junction) -> Real:
    """Junction voltages in V of the nodes, rising; one of them is 0 exactly."""
    back = junction.backward
    u, nearest = _along(junction.forward), junction.forward.slope
    if back is not None:
        other, nearest = -_along(back), min(nearest, back.slope)
        u = np.concatenate(
            (u[u > other[-1]], other[other < u[-1]])
        )  # no current beyond the largest
    nearest /= 4 * _PER_SLOPE
    u = np.sort(np.append(u[np.abs(u) > nearest], 0.0))
    apart = np.append(np.inf, np.diff(u)) > nearest
    return np.asarray(u[apart | (u == 0.0)])


def _along(part: Exponential) -> Real:
    """Nodes of one exponential, equally far apart."""
    top = np.log(LARGEST_CURRENT / part.current)
    low = max(-part.voltage / part.slope - _SHOCKLEY_TAIL, -_KNEE_TAIL)
    z = np.arange(np.floor(low * _PER_SLOPE), np.ceil(top * _PER_SLOPE) + 1) / _PER_SLOPE
    return np.asarray(part.voltage + part.slope * z)
