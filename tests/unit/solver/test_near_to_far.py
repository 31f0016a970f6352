"""Fields of equivalent currents against closed forms and against a Huygens box."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import C0, ETA0, MU0, TWO_PI
from emtwin.errors import InputError
from emtwin.solver.radiation.currents import (
    Dipoles,
    EquivalentCurrents,
    aggregation_error,
    combined,
)
from emtwin.solver.radiation.near_to_far import far_field, near_field, near_fields

HARMONICS = 24e6 * np.arange(2, 42)
UNEVEN = np.array([80e6, 151e6, 333e6, 1000e6])


def _random(frequencies: np.ndarray, m: int = 60, seed: int = 0) -> EquivalentCurrents:
    """Dipoles of both kinds inside a cube of 0.4 m, with magnetic moments of eta times the size."""
    rng = np.random.default_rng(seed)

    def dipoles(scale: float) -> Dipoles:
        moment = rng.normal(size=(frequencies.size, m)) + 1j * rng.normal(
            size=(frequencies.size, m)
        )
        return Dipoles(rng.uniform(-0.2, 0.2, (m, 3)), rng.integers(0, 3, m), scale * moment)

    return EquivalentCurrents(frequencies, dipoles(1e-3), dipoles(0.377))


def _dyadic(currents: EquivalentCurrents, point: np.ndarray) -> np.ndarray:
    """E (nf, 3) by the dyadic Green's function, one dipole after the other.

    Written from the potentials (E = -jw mu0 (1 + grad grad / k^2) g I l and
    E = -curl(g K l)), with the derivatives of g spelled out.
    """
    total = np.zeros((currents.frequencies.size, 3), complex)
    for row, frequency in enumerate(currents.frequencies):
        k = TWO_PI * frequency / C0
        for dipoles, electric in ((currents.electric, True), (currents.magnetic, False)):
            for place, axis, moment in zip(
                dipoles.position, dipoles.axis, dipoles.moment[row], strict=True
            ):
                r = point - place
                d = np.linalg.norm(r)
                g = np.exp(-1j * k * d) / (4 * np.pi * d)
                first = -(1j * k + 1 / d) * g  # dg/dR
                second = ((1j * k + 1 / d) ** 2 + 1 / d**2) * g  # d2g/dR2
                unit = np.eye(3)[axis]
                u = r / d
                if electric:
                    hessian = u * u[axis] * second + (unit - u * u[axis]) * first / d
                    source = -1j * TWO_PI * frequency * MU0 * moment
                    total[row] += source * (unit * g + hessian / k**2)
                else:
                    total[row] -= first * np.cross(u, unit) * moment
    return total


@pytest.mark.parametrize("frequencies", [HARMONICS[:6], UNEVEN], ids=["harmonics", "uneven"])
def test_near_field_is_that_of_the_dyadic(frequencies: np.ndarray) -> None:
    """Same formula, other arrangement: rounding only (1e-12 of the largest value)."""
    currents = _random(frequencies)
    points = np.array([[0.5, 0.1, -0.3], [2.0, 1.0, 4.0]])
    field = near_field(currents, points)
    for column, point in enumerate(points):
        expected = _dyadic(currents, point)
        assert np.abs(field[:, column] - expected).max() < 1e-12 * np.abs(expected).max()


def test_single_precision_agrees_to_its_rounding() -> None:
    """Six doublings in float32 cost a few 6e-8 of the moduli; random phases barely cancel."""
    currents = _random(HARMONICS)
    points = np.array([[3.0, 0.0, 1.5]])
    exact = near_field(currents, points)
    single = near_field(currents, points, precision="single")
    assert np.abs(single - exact).max() < 3e-6 * np.abs(exact).max()


def test_several_ports_at_once_are_each_port_alone() -> None:
    """Shared distances, other order of sums: rounding only."""
    one = _random(HARMONICS)
    other = one.scaled(np.exp(1j * np.arange(HARMONICS.size)))
    points = np.array([[3.0, 0.0, 1.5], [0.0, -3.0, 2.0]])
    together = near_fields([one, other], points)
    for field, currents in zip(together, (one, other), strict=True):
        alone = near_field(currents, points)
        assert np.abs(field - alone).max() < 1e-12 * np.abs(alone).max()
    elsewhere = one.reflected(0.0)
    with pytest.raises(InputError, match="different places"):
        near_fields([one, elsewhere], points)


def test_far_field_of_a_hertzian_dipole() -> None:
    """F = j eta k I l sin(theta) / (4 pi) along theta (Balanis eq. 4-26a); a loop K l likewise."""
    theta = np.linspace(0.1, 3.0, 7)
    directions = np.stack((np.sin(theta), np.zeros(7), np.cos(theta)), axis=1)
    along_theta = np.stack((np.cos(theta), np.zeros(7), -np.sin(theta)), axis=1)
    one = Dipoles(np.zeros((1, 3)), np.array([2]), np.full((UNEVEN.size, 1), 1e-3 + 0j))
    none = Dipoles.none(UNEVEN.size)
    amplitude = 1j * TWO_PI * UNEVEN[:, None] / C0 * 1e-3 * np.sin(theta) / (4 * np.pi)
    field = far_field(EquivalentCurrents(UNEVEN, one, none), directions)
    assert field == pytest.approx(ETA0 * amplitude[:, :, None] * along_theta, rel=1e-12)
    field = far_field(EquivalentCurrents(UNEVEN, none, one), directions)
    expected = np.zeros_like(field)
    expected[:, :, 1] = -amplitude
    assert np.abs(field - expected).max() < 1e-12 * np.abs(expected).max()


def test_near_field_tends_to_the_far_field() -> None:
    """At R the next term is 1/(kR) and the parallax a^2 k / R: both below 1e-3 at 10 km."""
    currents = _random(UNEVEN)
    origin = (0.05, -0.02, 0.1)
    rng = np.random.default_rng(5)
    directions = rng.normal(size=(4, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    distance = 1e4
    k = TWO_PI * UNEVEN / C0
    near = near_field(currents, np.asarray(origin) + distance * directions)
    near *= (distance * np.exp(1j * k * distance))[:, None, None]
    far = far_field(currents, directions, origin)
    assert np.abs(near - far).max() < 1e-3 * np.abs(far).max()


def test_images_reverse_what_lies_along_the_floor() -> None:
    currents = _random(UNEVEN, 9)
    images = currents.reflected(-0.8)
    assert images.electric.position[:, 2] == pytest.approx(-1.6 - currents.electric.position[:, 2])
    for before, after, upright in (
        (currents.electric, images.electric, 1.0),
        (currents.magnetic, images.magnetic, -1.0),
    ):
        sign = np.where(before.axis == 2, upright, -upright)
        assert np.array_equal(after.moment, sign * before.moment)


def _huygens_box(source: EquivalentCurrents, d: float, n: int) -> EquivalentCurrents:
    """Currents on a box of n^3 cells of size d round the origin, as a Yee run gives them.

    J = n x H on the surface's E edges with H half a cell outside, M = -n x E at
    those H with E on the surface.  H follows from E by Faraday's law on a tiny
    circulation, so the box needs nothing but `near_field`.
    """
    half = n * d / 2
    lines, mids = np.arange(n + 1) * d - half, np.arange(n) * d - half + d / 2
    sheets: dict[bool, list[tuple[np.ndarray, int, np.ndarray]]] = {True: [], False: []}
    for normal in range(3):
        u, v = (normal + 1) % 3, (normal + 2) % 3
        for side in (-1.0, 1.0):
            for e_axis, h_axis, turn in ((u, v, -1.0), (v, u, 1.0)):
                along, across = np.meshgrid(mids, lines, indexing="ij")
                edge = np.empty((along.size, 3))
                edge[:, e_axis], edge[:, h_axis] = along.ravel(), across.ravel()
                edge[:, normal] = side * half
                face = edge.copy()
                face[:, normal] += side * d / 2
                # n x H has along u the component -H_v, along v +H_u; -n x E the opposite.
                h = _magnetic_field(source, face)[:, :, h_axis]
                e = near_field(source, edge)[:, :, e_axis]
                sheets[True].append((edge, e_axis, turn * side * h * d * d))
                sheets[False].append((face, h_axis, turn * side * e * d * d))
    return EquivalentCurrents(source.frequencies, _joined(sheets[True]), _joined(sheets[False]))


def _joined(sheets: list[tuple[np.ndarray, int, np.ndarray]]) -> Dipoles:
    return Dipoles(
        np.concatenate([place for place, _, _ in sheets]),
        np.concatenate([np.full(len(place), axis) for place, axis, _ in sheets]),
        np.concatenate([moment for _, _, moment in sheets], axis=1),
    )


def _magnetic_field(source: EquivalentCurrents, points: np.ndarray) -> np.ndarray:
    """H by duality: E -> H, H -> -E, J -> M, M -> -J, with eta swapped for its inverse."""
    dual = EquivalentCurrents(
        source.frequencies,
        source.magnetic.scaled(1 / ETA0**2),
        source.electric.scaled(-1.0),
    )
    return near_field(dual, points)


def _inner_source(place: tuple[float, float, float]) -> EquivalentCurrents:
    """One electric and one magnetic dipole of like strength."""
    at = np.array([place])
    moment = np.full((UNEVEN.size, 1), 1e-3 + 0j)
    return EquivalentCurrents(
        UNEVEN, Dipoles(at, np.array([2]), moment), Dipoles(at, np.array([0]), 200j * moment)
    )


def _directions() -> np.ndarray:
    rng = np.random.default_rng(8)
    directions = rng.normal(size=(12, 3))
    return np.asarray(directions / np.linalg.norm(directions, axis=1)[:, None])


def test_huygens_box_radiates_what_is_inside() -> None:
    """The staggered surface is a midpoint rule: second order in the cell.

    With 10 mm cells at 1 GHz kd = 0.21 and the error is of the order
    (kd)^2 / 8 = 0.5 %; 2 % covers the near field's own variation.  Half the
    cell must divide it by about four (three at least).
    """
    source = _inner_source((0.02, -0.03, 0.01))
    exact = far_field(source, _directions())
    scale = np.abs(exact).max(axis=(1, 2))
    errors = []
    for d, n in ((0.02, 10), (0.01, 20)):
        field = far_field(_huygens_box(source, d, n), _directions())
        errors.append(np.abs(field - exact).max(axis=(1, 2)) / scale)
    assert errors[1].max() < 0.02
    assert np.all(errors[0] / errors[1] > 3.0)


def test_huygens_box_is_silent_about_what_is_outside() -> None:
    """A source outside radiates nothing through the box: the negative control of the signs."""
    source = _inner_source((0.4, 0.1, 0.0))
    exact = np.abs(far_field(source, _directions())).max()
    assert np.abs(far_field(_huygens_box(source, 0.01, 20), _directions())).max() < 0.02 * exact


def test_aggregated_box_radiates_the_same_with_fewer_dipoles() -> None:
    """Six-point anterpolation at a tenth of the wavelength: 3e-4 of the moduli at most.

    The moduli of a Huygens surface are a few times its result, hence 1e-3.
    """
    box = _huygens_box(_inner_source((0.05, -0.1, 0.1)), 0.01, 30)
    pitch = C0 / UNEVEN[-1] / 10
    fewer = box.aggregated(pitch)
    assert fewer.electric.axis.size < box.electric.axis.size / 3
    points = np.array([[3.0, 0.0, 1.0], [0.0, -2.0, 4.0]])
    for before, after in (
        (far_field(box, _directions()), far_field(fewer, _directions())),
        (near_field(box, points), near_field(fewer, points)),
    ):
        scale = np.abs(before).max(axis=(1, 2))
        assert np.all(np.abs(after - before).max(axis=(1, 2)) < 1e-3 * scale)
    assert aggregation_error(pitch, UNEVEN[-1]) == pytest.approx(3.0e-4, rel=0.01)


def test_aggregation_keeps_the_total_moment() -> None:
    """Interpolation reproduces a constant, so the sum of the moments is kept exactly."""
    box = _huygens_box(_inner_source((0.0, 0.0, 0.0)), 0.01, 20)
    fewer = box.aggregated(0.06)
    assert fewer.magnetic.axis.size < box.magnetic.axis.size
    for axis in range(3):
        before = box.magnetic.moment[:, box.magnetic.axis == axis].sum(axis=1)
        after = fewer.magnetic.moment[:, fewer.magnetic.axis == axis].sum(axis=1)
        assert np.abs(after - before).max() < 1e-12 * np.abs(box.magnetic.moment).sum()


def test_combination_superposes() -> None:
    one, two = _random(UNEVEN, seed=1), _random(UNEVEN, 20, seed=2)
    same = one.scaled(np.full(UNEVEN.size, 0.5j))
    weights = np.random.default_rng(4).normal(size=(UNEVEN.size, 3)) + 0j
    total = far_field(combined([one, same, two], weights), _directions())
    parts = [far_field(part, _directions()) for part in (one, same, two)]
    expected = sum(w[:, None, None] * part for w, part in zip(weights.T, parts, strict=True))
    assert np.abs(total - expected).max() < 1e-12 * np.abs(expected).max()
    assert (one + same).electric.axis.size == one.electric.axis.size


def test_impossible_requests_are_refused() -> None:
    currents = _random(UNEVEN, 3)
    with pytest.raises(InputError, match="stands on a dipole"):
        near_field(currents, currents.electric.position[:1])
    with pytest.raises(InputError, match="not a unit vector"):
        far_field(currents, np.array([[1.0, 1.0, 0.0]]))
    with pytest.raises(InputError, match="shape \\(n, 3\\)"):
        near_field(currents, np.zeros(3))
    with pytest.raises(InputError, match="pitch must be positive"):
        currents.aggregated(0.0)
    with pytest.raises(InputError, match="dipole arrays do not fit"):
        Dipoles(np.zeros((2, 3)), np.zeros(3, np.int64), np.zeros((1, 3), complex))
    with pytest.raises(InputError, match="axis is not 0, 1 or 2"):
        Dipoles(np.zeros((1, 3)), np.array([3]), np.zeros((1, 1), complex))
    with pytest.raises(InputError, match="rows for 2 frequencies"):
        EquivalentCurrents(np.ones(2), Dipoles.none(2), Dipoles.none(1))
    with pytest.raises(InputError, match="different frequencies"):
        currents + EquivalentCurrents(UNEVEN + 1.0, currents.electric, currents.magnetic)
    with pytest.raises(InputError, match="one column of weights"):
        combined([], np.ones((4, 0)))
    with pytest.raises(InputError, match="positive frequencies"):
        far_field(EquivalentCurrents(np.zeros(1), Dipoles.none(1), Dipoles.none(1)), _directions())
