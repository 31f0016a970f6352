"""Potential and field of uniformly charged triangles in closed form.

The integrals of 1 / R and of its gradient over a flat triangle, for any point of space. With
surface currents that are constant on each triangle they give the vector potential and the magnetic
field of a whole mesh.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface

Real = NDArray[np.float64]

_IN_PLANE = 1e-10  # height over a triangle, as a share of its side, that is none
_SMALLEST = 1e-30  # m^2; keeps the logarithm finite on an edge, where its factor is zero


class TriangleIntegrals(NamedTuple):
    """Integrals over triangles, seen from points.

    Parameters
    ----------
    potential : ndarray
        Integral of 1 / R in metres, shape (n, m) for n points and m triangles.
    gradient : ndarray
        Its gradient at the point, no unit, shape (n, m, 3); on a triangle the mean of both sides.
    height : ndarray
        Signed height of the point over each triangle's plane in metres, shape (n, m).
    angle : ndarray
        Solid angle of the triangle in sr; 2 pi seen from the triangle itself, shape (n, m).
    """

    potential: Real
    gradient: Real
    height: Real
    angle: Real


def triangle_integrals(points: Real, surface: Surface) -> TriangleIntegrals:
    """Integrals of 1 / R and of grad 1 / R over every triangle of `surface`.

    Parameters
    ----------
    points : ndarray
        Observation points in metres, shape (n, 3); or (n, 1, 3) broadcast against the triangles.
    surface : Surface
        m triangles.

    Returns
    -------
    TriangleIntegrals
        Both integrals, and the heights.

    References
    ----------
    Wilton, Rao, Glisson, Schaubert, Al-Bundak, Butler, IEEE Trans. Antennas Propag. 32 (1984)
    276; Graglia, ibid. 41 (1993) 1448, for the gradient.
    """
    return pair_integrals(points[:, None, :], surface.corners, surface.normals)


def pair_integrals(points: Real, corners: Real, normals: Real) -> TriangleIntegrals:
    """`triangle_integrals` of points, corners (..., 3, 3) and normals (..., 3), broadcast."""
    away = [[corners[..., c, a] - points[..., a] for a in range(3)] for c in range(3)]
    distance = [np.sqrt(x * x + y * y + z * z) for x, y, z in away]
    sides = np.roll(corners, -1, axis=-2) - corners
    lengths = np.linalg.norm(sides, axis=-1)
    height = -_along(normals, away[0])
    # In the plane, round-off must not choose a side.
    height = np.where(np.abs(height) < _IN_PLANE * lengths[..., 0], 0.0, height)
    depth, square = np.abs(height), height**2
    potential, angle = np.zeros_like(height), np.zeros_like(height)
    gradient = np.zeros((*height.shape, 3))
    for n in range(3):
        along = sides[..., n, :] / lengths[..., n, None]
        outward = np.cross(along, normals)
        aside, low = _along(outward, away[n]), _along(along, away[n])
        high, r_low, r_high = low + lengths[..., n], distance[n], distance[(n + 1) % 3]
        # Of the two forms of the logarithm the one without a difference of equal numbers.
        ahead = low + high >= 0.0
        above = np.where(ahead, r_high + high, r_low - low)
        below = np.where(ahead, r_low + low, r_high - high)
        stretch = np.log(above / np.maximum(below, _SMALLEST))
        turn = _turn(
            aside, np.maximum(aside**2 + square, _SMALLEST), depth, low, high, r_low, r_high
        )
        potential += aside * stretch - depth * turn
        angle += turn
        gradient -= outward * stretch[..., None]
    gradient -= normals * (np.sign(height) * angle)[..., None]
    return TriangleIntegrals(potential, gradient, height, angle)


def _along(direction: Real, parts: list[Real]) -> Real:
    """Component of a vector, given by its x, y and z, along `direction` (..., 3)."""
    x, y, z = parts
    return np.asarray(direction[..., 0] * x + direction[..., 1] * y + direction[..., 2] * z)


def _turn(
    aside: Real, square: Real, depth: Real, low: Real, high: Real, r_low: Real, r_high: Real
) -> Real:
    """Difference of the two arc tangents of an edge, each within a right angle, as one."""
    y_high, x_high = aside * high, square + depth * r_high
    y_low, x_low = aside * low, square + depth * r_low
    return np.asarray(np.arctan2(y_high * x_low - x_high * y_low, x_high * x_low + y_high * y_low))


def self_integrals(surface: Surface) -> Real:
    """Integral of 1 / R over each triangle twice, in m^3, shape (m,).

    Source: Eibert and Hansen, IEEE Trans. Antennas Propag. 43 (1995) 1499, for constant functions.
    """
    corners = surface.corners
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    half = sides.sum(axis=1, keepdims=True) / 2.0
    logs = np.log1p(-sides / half) / sides
    return np.asarray(-4.0 / 3.0 * surface.areas**2 * logs.sum(axis=1))


def near_rule() -> tuple[Real, Real]:
    """Points (112, 3), barycentric, and weights (112,) of a rule for functions with a logarithm.

    The rule of degree 5 (Radon; Abramowitz and Stegun, 25.4.63) on each of 16 equal parts.
    """
    root = np.sqrt(15.0)
    parts = np.eye(3)[None]
    for _ in range(2):
        a, b, c = parts[:, 0], parts[:, 1], parts[:, 2]
        ab, bc, ca = (a + b) / 2.0, (b + c) / 2.0, (c + a) / 2.0
        split = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        parts = np.concatenate([np.stack(corners, axis=1) for corners in split])
    sides = [(6.0 - root) / 21.0, (6.0 + root) / 21.0]
    rule = [np.full((1, 3), 1.0 / 3.0)]
    rule += [np.full((3, 3), side) + np.eye(3) * (1.0 - 3.0 * side) for side in sides]
    weights = np.repeat([9.0 / 40.0, (155.0 - root) / 1200.0, (155.0 + root) / 1200.0], [1, 3, 3])
    points = np.einsum("ga,pai->pgi", np.concatenate(rule), parts).reshape(-1, 3)
    return points, np.tile(weights, len(parts)) / len(parts)
