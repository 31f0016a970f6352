"""What coils, loops and the tests' coils refuse, and how they are put together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from emtwin.errors import InputError, RunError
from emtwin.quasistatic import circulation
from emtwin.quasistatic.circulation import along_segments, round_loop
from emtwin.quasistatic.coils import Circle, Polyline, rectangle
from emtwin.quasistatic.loops import WiringLoop, mutual_inductance, two_wires
from emtwin.quasistatic.sources import Dipole, Numbers, UniformField
from emtwin.quasistatic.standard_coils import LOW_FREQUENCY_LOOP, current_for

ORIGIN, UP = (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)
SQUARE = rectangle(1.0, 1.0)
OMEGA = 2 * np.pi * 1e3


@pytest.mark.parametrize("path", [((0, 0, 0), (1, 0, 0)), ((0, 0), (1, 0), (1, 1))])
def test_a_path_needs_corners(path: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(InputError, match=r"path needs 3 or more points \(x, y, z\), got shape"):
        Polyline(path)  # type: ignore[arg-type]


def test_a_path_without_length_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"piece 1 of the path has no length.*\n.*each corner once"
    ):
        Polyline(((0, 0, 0), (1, 0, 0), (1, 0, 0)))


def test_an_impossible_circle_names_everything() -> None:
    with pytest.raises(InputError) as caught:
        Circle(ORIGIN, ORIGIN, -0.1)
    assert [problem.field for problem in caught.value.problems] == ["radius", "normal"]
    assert "positive radius, got -0.1 m" in str(caught.value)
    assert "has no direction" in str(caught.value)


def test_an_open_path_is_its_pieces() -> None:
    """Two halves of the square add up to it."""
    corners = SQUARE.path
    halves = [
        Polyline(corners[:3], closed=False),
        Polyline((*corners[2:], corners[0]), closed=False),
    ]
    at = [[0.1, 0.2, 0.3]]
    assert np.allclose(sum(half.field(at) for half in halves), SQUARE.field(at), rtol=1e-14)


def test_turns_and_currents_multiply() -> None:
    at = [0.1, 0.2, 0.3]
    for build in (lambda **k: Circle(ORIGIN, UP, 0.4, **k), lambda **k: rectangle(1, 2, **k)):
        one, many = build(), build(turns=3, current=2j)
        assert np.allclose(many.field(at), 6j * one.field(at), rtol=1e-14)
        assert np.allclose(many.potential(at), 6j * one.potential(at), rtol=1e-14)
        assert not np.iscomplexobj(one.field(at))


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"shape \(n, 3\), got \(1, 2\)"):
        SQUARE.field([0.0, 1.0])


def test_a_point_on_a_dipole_is_refused() -> None:
    with pytest.raises(InputError, match="lies on the dipole at"):
        Dipole(ORIGIN, (0, 0, 1)).field([ORIGIN, (1.0, 0, 0)])


def test_the_loop_of_the_test_looks_at_its_point() -> None:
    loop = LOW_FREQUENCY_LOOP.at((0.0, 0.1, 0.0), (0.0, 2.0, 0.0), 0.5)
    assert loop.centre == pytest.approx((0.0, 0.05, 0.0))
    assert loop.field([0.0, 0.1, 0.0])[0, 1] == pytest.approx(75.56 / 2, rel=1e-4)


def test_no_current_makes_a_field_where_there_is_none() -> None:
    with pytest.raises(InputError, match="the coils have no field at"):
        current_for(UniformField((0, 0, 0)), ORIGIN, 1.0)


def test_a_loop_on_a_wire_is_refused() -> None:
    with pytest.raises(InputError, match="lie on a straight wire"):
        mutual_inductance(SQUARE, SQUARE)
    with pytest.raises(InputError, match="lie on a circular wire"):
        mutual_inductance(Circle(ORIGIN, UP, 0.4), Circle(ORIGIN, UP, 0.4))


class Spike:
    """A potential along x that no rule integrates: 1 / (distance from a point)^2."""

    def field(self, points: ArrayLike) -> Numbers:
        """No field; it is not asked."""
        return np.zeros_like(np.asarray(points))

    def potential(self, points: ArrayLike) -> Numbers:
        """Along the loop, so that the integral has no bound."""
        at = np.asarray(points, dtype=float)
        along = np.stack([1.0 - at[:, 1], at[:, 0], 0 * at[:, 0]], axis=1)
        return along / np.sum((at - [0.3, 0.4, 0.0]) ** 2, axis=1)[:, None]


def test_a_flux_that_does_not_settle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circulation, "_MOST_HALVINGS", 8)
    with pytest.raises(RunError, match=r"does not settle near \(0\.3.* after 8 halvings"):
        along_segments(Spike(), [[0.0, 0.4, 0.0]], [[1.0, 0.4, 0.0]])
    with pytest.raises(RunError, match=r"radius 0\.5 m touches a wire.*65536 points"):
        round_loop(Spike(), Circle(ORIGIN, UP, 0.5))


def test_a_line_past_a_wire_is_halved_until_it_is_right() -> None:
    """1 mm beside a wire of 1 m, against the closed form by parts: both directions cancel."""
    there = along_segments(SQUARE, [[-0.5, 0.499, 0.0]], [[0.7, 0.499, 0.0]])
    pieces = np.linspace(-0.5, 0.7, 2001)
    ends = [
        np.stack([part, 0 * part + 0.499, 0 * part], axis=1) for part in (pieces[:-1], pieces[1:])
    ]
    assert there[0] == pytest.approx(along_segments(SQUARE, *ends).sum(), rel=1e-9)


def test_a_loaded_loop() -> None:
    """1 uH and 2 ohm with 3 ohm as load: a divider; shorted, the current is flux over inductance
    where that is all there is."""
    wire, source = rectangle(0.1, 0.1, turns=5), UniformField((0, 0, 2.0))
    bare = WiringLoop(wire)
    emf = bare.emf(source, 1e3)
    assert emf == pytest.approx(-1j * OMEGA * 4e-7 * np.pi * 2 * 5 * 0.01, rel=1e-8)
    assert bare.voltage(source, 1e3) == emf
    assert bare.current(source, 1e3) == 0
    loaded = WiringLoop(wire, resistance=2.0, inductance=1e-6, load=3.0)
    assert loaded.voltage(source, 1e3) == pytest.approx(emf * 3 / (5 + 1j * OMEGA * 1e-6))
    short = WiringLoop(wire, inductance=1e-6, load=0.0)
    assert short.current(source, 1e3) == pytest.approx(
        -4e-7 * np.pi * 2 * 5 * 0.01 / 1e-6, rel=1e-8
    )
    assert short.voltage(source, 1e3) == 0


def test_a_loop_without_any_impedance_is_refused() -> None:
    with pytest.raises(InputError, match="has no finite current"):
        WiringLoop(SQUARE, load=0.0).current(UniformField((0, 0, 1.0)), 1e3)


def test_an_impossible_loop_names_everything() -> None:
    with pytest.raises(InputError) as caught:
        WiringLoop(Polyline(SQUARE.path, closed=False), resistance=-1.0, inductance=-1e-6)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["resistance", "inductance", "wire"]
    assert "the resistance of a loop is -1 ohm, below 0" in str(caught.value)
    assert "its path is open" in str(caught.value)


def test_two_wires_side_by_side() -> None:
    """5 mm apart over 1 m in 1 A/m: the loop is there and back; a common end is one corner."""
    loop = two_wires([(0, 0, 0), (1, 0, 0)], [(0, 0.005, 0), (1, 0.005, 0)])
    assert loop.path == ((0, 0, 0), (1, 0, 0), (1, 0.005, 0), (0, 0.005, 0))
    assert round_loop(UniformField((0, 0, 1.0)), loop) == pytest.approx(
        4e-7 * np.pi * 0.005, rel=1e-8
    )
    joined = two_wires([(0, 0, 0), (1, 0, 0)], [(0, 0, 0), (0.5, 0.1, 0), (1, 0, 0)])
    assert joined.path == ((0, 0, 0), (1, 0, 0), (0.5, 0.1, 0))
