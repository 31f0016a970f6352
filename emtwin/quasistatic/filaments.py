"""Closed forms of the field of thin straight and circular wires.

Each is exact and keeps its digits close to the wire, on the axis and far away, where the textbook
forms lose them to cancellation. H is in A/m and A in Wb/m, both per ampere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0
from emtwin.errors import InputError

Real = NDArray[np.float64]

_ON_WIRE = 1e-9  # distance from a wire, as a share of its size, that is on it


def segment_field(points: Real, start: Real, end: Real) -> Real:
    """H of a straight wire from `start` to `end` with 1 A, in A/m.

    Parameters
    ----------
    points : ndarray
        Where, in metres, shape (n, 3).
    start, end : ndarray
        Ends of the wire in metres, shape (3,).

    Returns
    -------
    ndarray
        Field, shape (n, 3).

    Raises
    ------
    InputError
        If a point lies on the wire.

    References
    ----------
    Law of Biot and Savart over a segment: I / (4 pi rho) (cos a - cos b); beyond the ends the
    difference of the cosines is written as a ratio, so that it does not cancel.
    """
    along, s, r, rho2 = _segment(points, start, end)
    cosine = s / r
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = (cosine[0] - cosine[1]) / rho2
        beyond = (1.0 / r[1] ** 2 - 1.0 / r[0] ** 2) / (cosine[0] + cosine[1])
    factor = np.where(s[0] * s[1] > 0.0, beyond, beside) / (4.0 * np.pi)
    return np.asarray(factor[:, None] * np.cross(along, points - start))


def segment_potential(points: Real, start: Real, end: Real) -> Real:
    """Vector potential (Coulomb gauge) of a straight wire with 1 A, in Wb/m, shape (n, 3).

    Parameters, errors as `segment_field`. Source: mu0 / (2 pi) artanh(L / (R1 + R2)), for example
    Grover, Inductance Calculations (1946), chapter 6; close to the wire as logarithm of rho.
    """
    along, s, r, rho2 = _segment(points, start, end)
    length, around = s[0] - s[1], r[0] + r[1]
    reach = r + np.abs(s)
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = 0.5 * np.log(reach[0] * reach[1] / rho2)
        beyond = 0.5 * np.abs(np.log(reach[0] / reach[1]))
        close = np.where(s[0] * s[1] > 0.0, beyond, beside)
        far = np.arctanh(length / around)
    strength = MU0 / (2.0 * np.pi) * np.where(around > 1.5 * length, far, close)
    return np.asarray(strength[:, None] * along)


def circle_field(points: Real, radius: float) -> Real:
    """H of a circle of `radius` (m) about the z axis in z = 0 with 1 A, in A/m, shape (n, 3).

    Raises InputError if a point lies on the wire. Source: Smythe, Static and Dynamic
    Electricity (1950), section 7.10, after a descending Landen step (DLMF 19.8.12) that takes out
    the factor rho, and with K - E as Carlson's R_D (DLMF 19.25.1).
    """
    from scipy.special import ellipe, ellipk, elliprd

    rho, z, outer, inner = _circle(points, radius)
    total = outer + inner
    rest = 4.0 * outer * inner / total**2  # 1 - k1^2
    carlson = elliprd(0.0, rest, 1.0) / 3.0
    bracket = (total / outer) ** 2 * ellipe(1.0 - rest) - 2.0 * inner / outer * carlson
    radial = 4.0 * radius**2 * z / (np.pi * total**3 * inner**2) * bracket  # over rho
    m = 4.0 * radius * rho / outer**2
    differ = m * elliprd(0.0, (inner / outer) ** 2, 1.0) / 3.0  # K - E
    axial = differ + 2.0 * radius * (radius - rho) / inner**2 * (ellipk(m) - differ)
    axial = axial / (2.0 * np.pi * outer)
    return np.stack([radial * points[:, 0], radial * points[:, 1], axial], axis=1)


def circle_potential(points: Real, radius: float) -> Real:
    """A of a circle of `radius` (m) about the z axis in z = 0 with 1 A, in Wb/m, shape (n, 3).

    Raises and source as `circle_field`; (1 - k^2/2) K - E becomes (1 + k') k1^2 R_D / 3.
    """
    from scipy.special import elliprd

    _, _, outer, inner = _circle(points, radius)
    total = outer + inner
    carlson = elliprd(0.0, 4.0 * outer * inner / total**2, 1.0)
    over_rho = MU0 * 8.0 * radius**2 / (3.0 * np.pi * total**3) * carlson
    zero = np.zeros(len(points))
    return np.stack([-over_rho * points[:, 1], over_rho * points[:, 0], zero], axis=1)


def _segment(points: Real, start: Real, end: Real) -> tuple[Real, Real, Real, Real]:
    """Direction; coordinates along it and distances from both ends, (2, n); distance squared."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    away = np.stack([points - start, points - end])
    s = away @ along
    r = np.linalg.norm(away, axis=2)
    rho2 = np.sum(np.cross(along, away[0]) ** 2, axis=1)
    limit = _ON_WIRE * length
    on_wire = np.where(s[0] * s[1] > 0.0, r.min(axis=0) < limit, rho2 < limit**2)
    _refuse(points, on_wire, "a straight wire")
    return along, s, r, rho2


def _circle(points: Real, radius: float) -> tuple[Real, Real, Real, Real]:
    """rho, z, and the distances to the far and the near side of the wire, each shape (n,)."""
    rho, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2]
    inner = np.hypot(radius - rho, z)
    _refuse(
        points,
        inner < _ON_WIRE * radius,
        f"a circular wire of radius {radius:g} m",
        " from its centre, z along its axis",
    )
    return rho, z, np.hypot(radius + rho, z), inner


def _refuse(points: Real, on_wire: NDArray[np.bool_], wire: str, frame: str = "") -> None:
    if on_wire.any():
        x, y, z = points[int(np.argmax(on_wire))]
        raise InputError.single(
            f"{int(on_wire.sum())} points lie on {wire}, where the field of a thin wire is "
            f"infinite; the first is ({x:g}, {y:g}, {z:g}) m{frame}",
            remedy="move the points off the wire",
        )
