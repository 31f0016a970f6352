"""Closed forms against quadrature, where textbook forms lose their digits too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad_vec

from emtwin.constants import MU0
from emtwin.errors import InputError
from emtwin.quasistatic.filaments import (
    circle_field,
    circle_potential,
    segment_field,
    segment_potential,
)

Real = NDArray[np.float64]

START, END, RADIUS = np.array([0.1, 0.2, -0.3]), np.array([0.5, -0.4, 0.7]), 0.37


def integrated(points: Real, wire: Callable[[float], tuple[Real, Real]], ends: Real) -> list[Real]:
    """H and A at `points` of a wire (place and slope by parameter), to 1e-12."""

    def field(u: float) -> Real:
        """Law of Biot and Savart."""
        place, slope = wire(u)
        away = points - place
        return np.cross(slope, away) / np.linalg.norm(away, axis=1)[:, None] ** 3 / (4 * np.pi)

    def potential(u: float) -> Real:
        """Coulomb gauge."""
        place, slope = wire(u)
        distance = np.linalg.norm(points - place, axis=1)[:, None]
        return MU0 / (4 * np.pi) * slope / distance

    return [
        quad_vec(f, *ends, epsabs=1e-30, epsrel=1e-12, limit=2000)[0] for f in (field, potential)
    ]


def relative(found: Real, expected: Real) -> float:
    """Largest error of a vector, as a share of its length."""
    return float(
        (np.linalg.norm(found - expected, axis=1) / np.linalg.norm(expected, axis=1)).max()
    )


def test_a_straight_wire() -> None:
    """Anywhere, 1e-4 beside its middle, nearly on its line beyond an end, and far away; quadrature
    itself is good to 1e-12."""
    along = (END - START) / np.linalg.norm(END - START)
    special = [(START + END) / 2 + [1e-4, 1e-4, 0], END + 0.3 * along + 1e-5, END * 200]
    points = np.concatenate([np.random.default_rng(1).normal(size=(20, 3)), special])
    expected = integrated(
        points, lambda u: (START + (END - START) * u, END - START), np.array([0, 1])
    )
    assert relative(segment_field(points, START, END), expected[0]) < 1e-10
    assert relative(segment_potential(points, START, END), expected[1]) < 1e-11


def test_a_circle() -> None:
    """Anywhere, close to the axis, close to the wire, and far away."""
    special = [[1e-7, 2e-7, 0.3], [RADIUS, 0, 1e-3], [30, 20, 50]]
    points = np.concatenate([np.random.default_rng(2).normal(size=(20, 3)), special])

    def wire(u: float) -> tuple[Real, Real]:
        """Place and slope by angle."""
        c, s = np.cos(u), np.sin(u)
        return RADIUS * np.array([c, s, 0]), RADIUS * np.array([-s, c, 0])

    expected = integrated(points, wire, np.array([-1, 2 * np.pi - 1]))
    assert relative(circle_field(points, RADIUS), expected[0]) < 1e-10
    # Close to the axis the quadrature has lost the small A, not the closed form: B_z rho / 2 there.
    off_axis = np.hypot(points[:, 0], points[:, 1]) > 1e-3
    assert relative(circle_potential(points, RADIUS)[off_axis], expected[1][off_axis]) < 1e-10
    axis = points[~off_axis]
    turned = np.stack([-axis[:, 1], axis[:, 0], 0 * axis[:, 0]], axis=1)
    flux = MU0 * circle_field(axis, RADIUS)[:, 2:]
    assert relative(circle_potential(axis, RADIUS), flux * turned / 2) < 1e-10


def test_on_the_axis() -> None:
    """a^2 / (2 (a^2 + z^2)^1.5) along it, and no potential."""
    at = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.2], [0.0, 0.0, 100.0]])
    expected = RADIUS**2 / 2 / (RADIUS**2 + at[:, 2] ** 2) ** 1.5
    assert circle_field(at, RADIUS)[:, 2] == pytest.approx(expected, rel=1e-14)
    assert not circle_field(at, RADIUS)[:, :2].any()
    assert not circle_potential(at, RADIUS).any()


@pytest.mark.parametrize("form", [segment_field, segment_potential])
def test_points_on_a_straight_wire_are_refused(form: Callable[..., Real]) -> None:
    points = np.array([[1.0, 1.0, 1.0], (START + END) / 2, END])
    with pytest.raises(InputError, match=r"2 points lie on a straight wire.*first is \(0\.3"):
        form(points, START, END)


@pytest.mark.parametrize("form", [circle_field, circle_potential])
def test_points_on_a_circle_are_refused(form: Callable[..., Real]) -> None:
    with pytest.raises(InputError, match=r"1 points lie on a circular wire of radius 0\.37 m"):
        form(np.array([[RADIUS, 0.0, 0.0]]), RADIUS)
