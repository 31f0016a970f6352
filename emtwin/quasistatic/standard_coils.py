"""Coils of the magnetic immunity tests, and how even a coil's field is.

IEC 61000-4-8 drives a coil round the equipment with the mains frequency, IEC 61000-4-39 a small
loop held before it. Both levels are rms of H where the equipment is, so the current follows from
the coil's field there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError
from emtwin.quasistatic.coils import Circle, Polyline, rectangle
from emtwin.quasistatic.sources import Source, Vector


def square_coil(current: complex = 1.0) -> Polyline:
    """Square induction coil of 1 m, one turn, in the plane z = 0 about the origin.

    IEC 61000-4-8: for equipment within 0.6 m x 0.6 m x 0.5 m; 0.9003 A/m per A at the centre.
    """
    return rectangle(1.0, 1.0, current=current)


def tall_coil(current: complex = 1.0) -> Polyline:
    """Rectangular induction coil of 1 m x 2.6 m of IEC 61000-4-8, one turn, long side along y."""
    return rectangle(1.0, 2.6, current=current)


@dataclass(frozen=True)
class RadiatingLoop:
    """Small loop held before the equipment, IEC 61000-4-39.

    Parameters
    ----------
    diameter : float
        Mean diameter in metres.
    turns : int
        Turns.
    distance : float
        From its plane to the point where the level is set, in metres.
    """

    diameter: float
    turns: int
    distance: float

    def at(self, point: Vector, towards: Vector, current: complex = 1.0) -> Circle:
        """The loop with its level at `point` (m), its axis along `towards`.

        Parameters
        ----------
        point : tuple of float
            Where the level is set, in metres.
        towards : tuple of float
            Direction from the loop to the point.
        current : complex
            Current in A.

        Returns
        -------
        Circle
            The loop.
        """
        axis = np.asarray(towards, dtype=np.float64) / np.linalg.norm(towards)
        x, y, z = np.asarray(point) - self.distance * axis
        centre = (float(x), float(y), float(z))
        return Circle(centre, towards, self.diameter / 2.0, self.turns, current)


LOW_FREQUENCY_LOOP = RadiatingLoop(0.12, 20, 0.05)
"""Loop of 12 cm and 20 turns, as of MIL-STD-461 RS101: 75.56 A/m per A."""

HIGH_FREQUENCY_LOOP = RadiatingLoop(0.10, 3, 0.05)
"""Loop of 10 cm and 3 turns for 150 kHz to 26 MHz: 10.6 A/m per A."""


def current_for(source: Source, point: Vector, strength: float) -> float:
    """Factor on a source's currents that makes |H| at a point as large as wanted.

    Parameters
    ----------
    source : Source
        The coils, usually with 1 A; the factor then is the current in A.
    point : tuple of float
        Where, in metres.
    strength : float
        |H| that is wanted, in A/m.

    Returns
    -------
    float
        The factor.

    Raises
    ------
    InputError
        If the source has no field there.
    """
    per_unit = float(np.linalg.norm(source.field(point)))
    if per_unit == 0.0:
        raise InputError.single(f"the coils have no field at {tuple(point)} m", field="point")
    return strength / per_unit


@dataclass(frozen=True)
class Uniformity:
    """|H| in a box as a share of |H| at a reference point.

    Parameters
    ----------
    lowest, highest : float
        Smallest and largest ratio.
    place_of_lowest, place_of_highest : tuple of float
        Where, in metres.
    """

    lowest: float
    highest: float
    place_of_lowest: Vector
    place_of_highest: Vector

    def within(self, ratio: float) -> bool:
        """Whether all is between 1 / `ratio` and `ratio`; 3 dB are 10**(3 / 20)."""
        return 1.0 / ratio <= self.lowest and self.highest <= ratio


def uniformity(
    source: Source, lo: Vector, hi: Vector, reference: ArrayLike, points: int = 11
) -> Uniformity:
    """How even the field of a source is in a box.

    Parameters
    ----------
    source : Source
        The coils.
    lo, hi : tuple of float
        Corners of the box in metres.
    reference : array_like
        Point whose |H| is 1, in metres, shape (3,).
    points : int
        Points along each side, the corners among them.

    Returns
    -------
    Uniformity
        Smallest and largest ratio. Outside its wires every Cartesian component of a coil's field is
        harmonic, so |H|^2 has no maximum inside the box: the largest is on its faces.

    Raises
    ------
    InputError
        If a point lies on a wire.
    """
    axes = [np.linspace(a, b, points) for a, b in zip(lo, hi, strict=True)]
    at: NDArray[np.float64] = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    level = np.linalg.norm(source.field(at), axis=1)
    ratio = level * current_for(source, tuple(np.asarray(reference, float)), 1.0)
    low, high = int(np.argmin(ratio)), int(np.argmax(ratio))
    places = [(float(x), float(y), float(z)) for x, y, z in at[[low, high]]]
    return Uniformity(float(ratio[low]), float(ratio[high]), *places)
