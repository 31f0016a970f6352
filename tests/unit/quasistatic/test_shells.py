"""What a shell refuses, and which currents its topology allows."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.quasistatic import shell_topology
from emtwin.quasistatic.shell_topology import stream_space
from emtwin.quasistatic.shell_wall import ShellWall
from emtwin.quasistatic.shells import Shell
from emtwin.quasistatic.sources import UniformField
from tests.physics.shell_meshes import box, ring, sphere

WALL = ShellWall(35e6, 1e-3)
UPRIGHT = UniformField((0.0, 0.0, 1.0))


def test_an_impossible_wall_names_everything() -> None:
    with pytest.raises(InputError) as caught:
        ShellWall(0.0, -1e-3, float("inf"))
    assert [p.field for p in caught.value.problems] == [
        "wall.conductivity", "wall.thickness", "wall.permeability",
    ]  # fmt: skip
    assert "a wall needs a positive thickness, got -0.001 (m)" in str(caught.value)


def test_a_thin_wall_is_a_resistance_and_a_thick_one_a_surface_impedance() -> None:
    """1 / (sigma t) far below a skin depth; half of (1 + j) / (sigma delta) far above, since
    both faces carry current; the air that the wall replaces is taken off."""
    impedance, tau = WALL.sheet(1.0)
    assert impedance.real == pytest.approx(1 / 35e3, rel=1e-4)
    assert abs(tau) < 1e-3 * WALL.thickness
    impedance, tau = WALL.sheet(1e6)
    delta = 1 / np.sqrt(np.pi * 1e6 * 4e-7 * np.pi * 35e6)
    surface = (1 + 1j) / (35e6 * delta)
    air = 2j * np.pi * 1e6 * 4e-7 * np.pi * 1e-3
    assert impedance == pytest.approx(surface / 2 - air / 4, rel=1e-5)
    assert tau == pytest.approx((1 - 1j) * delta - 1e-3, rel=1e-5)
    assert WALL.resistances(1e6) == pytest.approx((surface.real / 2, 2 * surface.real), rel=1e-5)


def test_walls_that_meet_in_a_t_are_refused() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]], float)
    fan = Surface(points, np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]]))
    with pytest.raises(
        InputError, match=r"1 edges belong to .* the first at \(0.5, 0, 0\) m.* a T"
    ):
        Shell(fan, WALL)


def test_normals_that_disagree_are_refused() -> None:
    mesh = ring(0.0, 1.0, 2, 6)
    triangles = mesh.triangles.copy()
    triangles[3] = triangles[3][::-1]
    with pytest.raises(InputError, match=r"normals of neighbours disagree at \d edges"):
        Shell(Surface(mesh.points, triangles), WALL)


def torus(around: int, across: int) -> Surface:
    """A closed surface with one handle."""
    number = np.arange(around * across).reshape(around, across)
    a, b = number, np.roll(number, -1, axis=0)
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    u, v = np.meshgrid(np.arange(around), np.arange(across), indexing="ij")
    u, v = 2 * np.pi * u.ravel() / around, 2 * np.pi * v.ravel() / across
    rho = 1 + 0.3 * np.cos(v)
    points = np.stack([rho * np.cos(u), rho * np.sin(u), 0.3 * np.sin(v)], axis=1)
    return Surface(points, np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3))


def test_a_handle_is_refused() -> None:
    with pytest.raises(InputError, match="shell has 1 handles, as a torus has one"):
        Shell(torus(8, 6), WALL)


def test_too_many_triangles_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_topology, "MOST_TRIANGLES", 79)
    with pytest.raises(InputError, match="shell has 80 triangles, more than 79"):
        Shell(sphere(0.1, 1), WALL)


@pytest.mark.parametrize(
    ("mesh", "unknowns"),
    [
        (sphere(1.0, 0), 12 - 1),  # one point is zero
        (ring(0.0, 1.0, 2, 6), 13 - 6),  # the rim is zero
        (
            ring(0.5, 1.0, 2, 6),
            18 - 12 + 1,
        ),  # the outer or inner rim is zero, the other one unknown
    ],
    ids=["closed", "disc", "ring"],
)
def test_free_stream_functions(mesh: Surface, unknowns: int) -> None:
    space = stream_space(mesh)
    assert space.shape == (len(mesh.points), unknowns)
    assert np.linalg.matrix_rank(space.toarray()) == unknowns


def test_two_pieces_are_fixed_each() -> None:
    one = sphere(1.0, 0)
    both = Surface(
        np.concatenate([one.points, one.points + 5]),
        np.concatenate([one.triangles, one.triangles + 12]),
    )
    assert stream_space(both).shape == (24, 22)


def test_no_eddy_currents_without_frequency() -> None:
    with pytest.raises(InputError, match="need a frequency above 0, got 0 Hz"):
        Shell(sphere(0.1, 0), WALL).respond(UPRIGHT, 0.0)


def test_points_within_the_wall_are_refused() -> None:
    """In the middle of it, and a quarter of the thickness beside; half of it is outside."""
    mesh = box((0.2, 0.2, 0.2), (2, 2, 2))
    response = Shell(mesh, WALL).respond(UPRIGHT, 50.0)
    for z in (0.1, 0.10025):
        with pytest.raises(InputError, match="1 points lie within the wall"):
            response.field([[0.0, 0.0, 0.0], [0.02, 0.01, z]])
        with pytest.raises(InputError, match="1 points lie within the wall"):
            response.potential([0.02, 0.01, z])
    assert np.isfinite(response.field([[0.02, 0.01, 0.1006], [0.2, 0.0, 0.1]])).all()


def test_doubtful_shells_are_named() -> None:
    """0.35 m across at 300 MHz, and a wall of a tenth of the box."""
    mesh = box((0.2, 0.2, 0.2), (2, 2, 2))
    fast = Shell(mesh, WALL).respond(UPRIGHT, 300e6)
    assert [n.name for n in fast.notices] == ["not-quasi-static"]
    assert "0.35 wavelengths" in str(fast.notices[0])
    thick = Shell(mesh, ShellWall(35e6, 0.02)).respond(UPRIGHT, 50.0)
    assert [n.name for n in thick.notices] == ["shell-not-thin"]
