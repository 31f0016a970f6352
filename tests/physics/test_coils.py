"""Fields of coils: closed forms, the laws of magnetostatics, standard coils, mutual inductance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.constants import MU0
from emtwin.quasistatic.coils import Circle, Polyline, helmholtz, pair, rectangle
from emtwin.quasistatic.loops import WiringLoop, mutual_inductance
from emtwin.quasistatic.sources import Dipole, Source, Sources, UniformField
from emtwin.quasistatic.standard_coils import (
    HIGH_FREQUENCY_LOOP,
    LOW_FREQUENCY_LOOP,
    current_for,
    square_coil,
    tall_coil,
    uniformity,
)
from tests.validation import Validated

pytestmark = pytest.mark.quick

ORIGIN, UP = (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)
SOURCES: dict[str, Source] = {
    "circle": Circle((0.1, -0.2, 0.05), (0.3, -0.5, 0.8), 0.4, 3),
    "rectangle": rectangle(1.0, 0.6, (0.0, 0.1, 0.0), (0.2, 0.1, 1.0)),
    "three-dimensional loop": Polyline(((0, 0, 0), (0.5, 0, 0.1), (0.5, 0.4, 0), (0, 0.3, 0.5))),
    "dipole": Dipole((0.05, 0.05, 0.0), (1.0, -2.0, 0.5)),
    "pair": Sources((helmholtz(0.5, 10), UniformField((1.0, 2.0, 3.0)))),
}


def magnitude(source: Source, point: tuple[float, float, float]) -> float:
    """|H| in A/m at one point."""
    return float(np.linalg.norm(source.field(point)))


def test_standard_coils(validated: Validated) -> None:
    """Figures of IEC 61000-4-8 and -4-39 with all digits of their closed forms: 2 sqrt(2) / pi, 2
    sqrt(1 + 2.6^2) / (2.6 pi), N a^2 / (2 (a^2 + z^2)^1.5); tolerances are half of the last digit.
    """
    low, high = (loop.at(ORIGIN, UP) for loop in (LOW_FREQUENCY_LOOP, HIGH_FREQUENCY_LOOP))
    for case, found, expected, half_digit, unit in (
        ("square coil of 1 m, centre", magnitude(square_coil(), ORIGIN), 0.900316, 5e-7, "A/m"),
        ("coil of 1 m x 2.6 m, centre", magnitude(tall_coil(), ORIGIN), 0.682, 5e-4, "A/m"),
        ("12 cm, 20 turns, at 5 cm", magnitude(low, ORIGIN), 75.56, 5e-3, "A/m"),
        ("10 cm, 3 turns, at 5 cm", magnitude(high, ORIGIN), 10.6, 0.05, "A/m"),
        ("8 A/m, 12 cm loop", current_for(low, ORIGIN, 8), 0.106, 5e-4, "A"),
        ("65 A/m, 12 cm loop", current_for(low, ORIGIN, 65), 0.860, 5e-4, "A"),
        ("30 A/m, square coil", current_for(square_coil(), ORIGIN, 30), 33.3, 0.05, "A"),
    ):
        validated(f"coils: {'current for ' if unit == 'A' else ''}{case}", found, expected,
                  half_digit, reference="IEC 61000-4-8, -4-39", unit=unit)  # fmt: skip


def test_the_volume_of_the_square_coil() -> None:
    """0.6 m x 0.6 m x 0.5 m about a 1 m coil: 3 dB hold at the middles of its sides, +2.73 dB in
    the plane and -2.45 dB on the axis; the corners in the coil's plane, 0.2 m from two wires, see
    4.57 dB. The largest is on the surface, as |H|^2 has no maximum inside.
    """
    coil, half = square_coil(), (0.3, 0.3, 0.25)
    three_db = 10 ** (3 / 20)
    middles = [magnitude(coil, p) for p in ((0.3, 0, 0), (0, 0.3, 0), (0, 0, 0.25))]
    ratios = np.array(middles) / magnitude(coil, ORIGIN)
    assert np.all((ratios < three_db) & (ratios > 1 / three_db))
    found = uniformity(coil, tuple(-h for h in half), half, ORIGIN)
    assert 20 * math.log10(found.highest) == pytest.approx(4.57, abs=0.005)
    assert 20 * math.log10(found.lowest) == pytest.approx(-2.45, abs=0.005)
    assert found.place_of_highest == pytest.approx((-0.3, -0.3, 0.0))
    assert not found.within(three_db)
    assert uniformity(coil, (-0.2, -0.2, -0.25), (0.2, 0.2, 0.25), ORIGIN).within(three_db)


def test_helmholtz() -> None:
    """(4/5)^1.5 N I / R at the centre, and no second or third derivative: at R / 20 the fourth
    order of the coils' series leaves 144/125 (1/20)^4 = 7e-6."""
    coils = helmholtz(0.4, 50, 2.0)
    centre = magnitude(coils, ORIGIN)
    assert centre == pytest.approx(0.8**1.5 * 50 * 2 / 0.4, rel=1e-14)
    ratio = magnitude(coils, (0, 0, 0.02)) / centre
    assert 1 - ratio == pytest.approx(144 / 125 / 20**4, rel=0.01)


def test_a_pair_of_rectangles_is_two_rectangles() -> None:
    coils = pair(rectangle(1.0, 2.6), 0.8)
    alone = [rectangle(1.0, 2.6, (0, 0, z)).field([0.1, 0.2, 0.0]) for z in (-0.4, 0.4)]
    assert np.allclose(coils.field([0.1, 0.2, 0.0]), sum(alone), rtol=1e-14)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=25)
@given(st.tuples(*[st.floats(-2, 2)] * 3))
def test_laws(name: str, at: tuple[float, float, float]) -> None:
    """div H = 0, div A = 0, curl A = mu0 H and curl H = 0, by central differences.

    With a step of 1e-3 of the distance d to the wires the truncation is 1e-6 times the third
    derivative, (15 / d^3 of the field at most near a wire), and round-off 1e-13: 1e-4 of |H| / d.
    """
    source, point = SOURCES[name], np.array(at)
    distance = nearest(source, point)
    if distance < 0.02:
        return
    h = 1e-3 * distance
    steps = np.concatenate([np.eye(3), -np.eye(3)]) * h
    field, a = (f(point + steps) for f in (source.field, source.potential))
    by_field, by_a = ((v[:3] - v[3:]) / (2 * h) for v in (field, a))  # d_i v_j
    scale = np.linalg.norm(field, axis=1).max()
    curls = [
        np.array([d[n - 2, n - 1] - d[n - 1, n - 2] for n in range(3)]) for d in (by_field, by_a)
    ]
    assert abs(np.trace(by_field)) < 1e-4 * scale / distance
    assert np.abs(curls[0]).max() < 1e-4 * scale / distance
    a_scale = np.linalg.norm(a, axis=1).max() / distance
    assert abs(np.trace(by_a)) < 1e-4 * a_scale
    assert np.abs(curls[1] - MU0 * source.field(point)[0]).max() < 1e-4 * (a_scale + MU0 * scale)


def nearest(source: Source, point: np.ndarray) -> float:
    """Distance to the closest wire in metres, from samples along it."""
    if isinstance(source, Sources):
        return min(nearest(part, point) for part in source.parts)
    if isinstance(source, Dipole):
        return float(np.linalg.norm(point - source.centre))
    if isinstance(source, UniformField):
        return 1.0
    share = np.linspace(0, 1, 400)
    if isinstance(source, Circle):
        x, y, _ = source.frame
        angle = 2 * np.pi * share[:, None]
        wire = source.centre + source.radius * (np.cos(angle) * x + np.sin(angle) * y)
    else:
        ends = zip(*source.segments, strict=True)
        wire = np.concatenate([a + share[:, None] * (b - a) for a, b in ends])
    return float(np.linalg.norm(wire - point, axis=1).min())


@pytest.mark.parametrize("coil", [square_coil(), Circle(ORIGIN, (1.0, 1.0, 0.0), 0.5, 4)])
def test_far_away_a_coil_is_a_dipole(coil: Polyline | Circle) -> None:
    """Moment N I times area; at 50 m the next term is (size / distance)^2 = 1e-4 times 15 / 8."""
    moment = (0, 0, 1.0) if isinstance(coil, Polyline) else np.pi * coil.frame[2]
    dipole = Dipole(ORIGIN, tuple(moment))
    at = 50 * np.array([[0.6, 0, 0.8], [0, 1, 0], [1, 0, 0.1]])
    for found, expected in (
        (coil.field(at), dipole.field(at)),
        (coil.potential(at), dipole.potential(at)),
    ):
        assert np.abs(found - expected).max() < 2e-4 * np.abs(expected).max()


def test_a_circle_is_the_limit_of_polygons() -> None:
    """Of 400 sides with the circle's area: the polygon's next multipole is (pi / n)^2 = 6e-5."""
    n, radius = 400, 0.3
    angle = 2 * np.pi * np.arange(n) / n
    reach = radius * math.sqrt(2 * math.pi / n / math.sin(2 * math.pi / n))
    corners = np.stack([reach * np.cos(angle), reach * np.sin(angle), 0 * angle], axis=1)
    polygon = Polyline(tuple(map(tuple, corners)))
    circle, at = Circle(ORIGIN, UP, radius), np.array([[0, 0, 0], [0.1, 0.05, 0.1], [0.4, 0, 0.0]])
    assert np.allclose(polygon.field(at), circle.field(at), rtol=1e-4)
    assert np.allclose(polygon.potential(at), circle.potential(at), rtol=1e-4, atol=1e-12)


def test_mutual_inductance_of_coaxial_circles(validated: Validated) -> None:
    """Maxwell's formula, mu0 sqrt(a b) ((2 / k - k) K - 2 / k E); the integral is good to 1e-10."""
    from scipy.special import ellipe, ellipk

    a, b, d = 0.1, 0.07, 0.03
    m = 4 * a * b / ((a + b) ** 2 + d**2)
    k = math.sqrt(m)
    expected = MU0 * math.sqrt(a * b) * ((2 / k - k) * ellipk(m) - 2 / k * ellipe(m))
    found = mutual_inductance(Circle(ORIGIN, UP, a, 5), Circle((0, 0, d), UP, b, 2))
    validated("mutual inductance of coaxial circles, 5 and 2 turns", found, 10 * expected, 1e-9,
              relative=True, reference="Maxwell's formula", unit="H")  # fmt: skip


def test_mutual_inductance_of_squares_is_that_of_grover(validated: Validated) -> None:
    """Two equal coaxial squares of side s at d: 4 (m(d) - m(sqrt(d^2 + s^2))) of parallel
    sides, m(x) = mu0 / (2 pi) (s asinh(s / x) + x - sqrt(s^2 + x^2)), Grover (1946), chapter 5.
    """
    side, d = 1.0, 0.25

    def parallel(x: float) -> float:
        """Two parallel filaments of one length, in H."""
        return MU0 / (2 * math.pi) * (side * math.asinh(side / x) + x - math.hypot(side, x))

    expected = 4 * (parallel(d) - parallel(math.hypot(d, side)))
    found = mutual_inductance(rectangle(side, side), rectangle(side, side, (0, 0, d)))
    validated("mutual inductance of two squares of 1 m at 0.25 m", found, expected, 1e-9,
              relative=True, reference="Grover, parallel filaments", unit="H")  # fmt: skip


def test_mutual_inductance_is_mutual() -> None:
    """A circle through which a skew rectangle looks, close to its wire: 1e-10 both ways."""
    loops = rectangle(0.5, 0.3, (0.1, 0.0, 0.02), (0.2, 0.1, 1.0)), Circle(ORIGIN, UP, 0.2, 7)
    assert mutual_inductance(*loops) == pytest.approx(mutual_inductance(*loops[::-1]), rel=1e-9)


def test_a_uniform_field_sees_the_area() -> None:
    """Of a crooked path, as vector: line integral of A against half the sum of r x dr."""
    path = Polyline(((0, 0, 0), (0.4, 0, 0.1), (0.5, 0.3, 0.2), (0.1, 0.6, -0.1), (-0.2, 0.2, 0)))
    strength = (3.0, -2.0, 5.0)
    starts, ends = path.segments
    area = np.cross(starts, ends).sum(axis=0) / 2
    expected = -2j * np.pi * 50 * MU0 * (np.asarray(strength) @ area)
    found = WiringLoop(path).emf(UniformField(strength), 50.0)
    assert found == pytest.approx(expected, rel=1e-12)


def test_superposition_of_phases() -> None:
    """Two crossed coils in quadrature: the field turns, both components are there."""
    coils = Sources((Circle(ORIGIN, UP, 0.5, 1, 2.0), Circle(ORIGIN, (1, 0, 0), 0.5, 1, 2.0j)))
    assert coils.field(ORIGIN)[0] == pytest.approx([2j, 0, 2], abs=1e-12)
