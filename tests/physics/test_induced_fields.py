"""Fields induced in bodies on the grid: spheres, layers, bars, a phantom; and invariances."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin import resources
from emtwin.constants import EPS0, MU0
from emtwin.geometry import read_regions
from emtwin.grid import Grid
from emtwin.materials import Material
from emtwin.quasistatic.coils import Circle, Polyline
from emtwin.quasistatic.induced import induce
from emtwin.quasistatic.induced_field import InducedField
from emtwin.quasistatic.sources import Dipole, Source, UniformField
from emtwin.quasistatic.standard_coils import LOW_FREQUENCY_LOOP
from emtwin.quasistatic.tissues import tissue_admittivity
from emtwin.voxel import Body, voxelise
from tests.validation import Validated

UPRIGHT = UniformField((0.0, 0.0, 1.0))
FREQUENCY = 1e3
RATE = 2 * np.pi * FREQUENCY * MU0  # w B in V/m^2 of 1 A/m
RADIUS = 0.1

Real = NDArray[np.float64]


def ball(cells: int) -> tuple[Grid, list[Real], Real]:
    """Grid of `cells` to the radius, coordinates of the cells' centres, and their distances."""
    grid = Grid.uniform((2 * cells,) * 3, RADIUS / cells, (-RADIUS,) * 3)
    at = list(np.meshgrid(*grid.centres, indexing="ij"))
    return grid, at, np.sqrt(sum(x**2 for x in at))


def sphere(cells: int, source: Source = UPRIGHT, kappa: complex = 0.3) -> InducedField:
    """A homogeneous sphere in a field."""
    grid, _, r = ball(cells)
    return induce(grid, np.where(r < RADIUS, kappa, 0.0), source, FREQUENCY)


def test_a_sphere_in_a_uniform_field(validated: Validated) -> None:
    """E = w B rho / 2 round the axis, whatever the radius and the conductivity.

    A staircase of h moves the surface by up to h / 2. Only what is not round counts: harmonics
    of fourfold symmetry or higher, which fall as (r / a)^3 inwards; at 0.6 a they are h / (2 a)
    0.6^3 of the field, 1.1 % for 10 cells to the radius. Beside the surface the error is
    of order 1 in a layer of one cell, so that its rms falls with the root of h only: order 0.5,
    within 0.15. The power is an energy: stationary, it errs by the square of the rms, (0.04 /
    0.63)^2 = 0.4 %, and by 5/3 of the error of the volume.
    """
    rms = []
    for cells in (5, 10, 20):
        _, (x, y, _), r = ball(cells)
        found = sphere(cells)
        off = found.magnitude - RATE * np.hypot(x, y) / 2
        rms.append(float(np.sqrt(np.mean(off[r < RADIUS] ** 2))))
        if cells == 10:
            relative = np.abs(off / (RATE * np.hypot(x, y) / 2))[r < 0.6 * RADIUS]
            validated("tissue sphere, 10 cells to the radius: largest error within 0.6 a",
                      1 + float(relative.max()), 1.0, 0.0108, reference="w B rho / 2")  # fmt: skip
            volume = (r < RADIUS).mean() * 6 / np.pi
            power = 0.3 * RATE**2 / 4 * 8 * np.pi / 15 * RADIUS**5
            validated("tissue sphere, 10 cells to the radius: absorbed power", found.power,
                      power * volume ** (5 / 3), 0.004 + abs(volume - 1), relative=True,
                      reference="sigma (w B)^2 2 pi a^5 / 15", unit="W")  # fmt: skip
    orders = np.log2(np.array(rms[:-1]) / rms[1:])
    assert orders == pytest.approx(0.5, abs=0.15)


def test_a_sphere_of_three_tissues_near_a_coil(validated: Validated) -> None:
    """E of a magnetic dipole in any sphere of concentric layers is that of Sarvas' formula.

    Phys. Med. Biol. 32 (1987) 11, eq. 25, by reciprocity: E . Q = -j w m . B_Q, where B_Q is the
    field at the dipole of a current element Q in the sphere; it does not depend on the layers, and
    has no radial part. The staircase's harmonics are as for the uniform field, but also with the
    second and third order, which reach further in: (r / a)^2 h / (2 a) at half the radius is 0.8 %
    of the largest field for 16 cells, for each of the three surfaces: 2.4 %.
    """
    cells, place, moment = 16, np.array([0.12, 0.08, 0.1]), np.array([0.3, 1.0, 0.5])
    grid, at, r = ball(cells)
    layers = np.select([r < 0.8 * RADIUS, r < 0.9 * RADIUS, r < RADIUS], [0.3, 0.02, 0.5], 0.0)
    found = induce(grid, layers, Dipole(tuple(place), tuple(moment)), FREQUENCY)
    inner = r < 0.5 * RADIUS
    points = np.stack(at, axis=-1)[inner]
    expected = np.array([by_reciprocity(place, moment, point) for point in points])
    off = np.abs(found.cell_field[inner] - expected).max() / np.abs(expected).max()
    validated("layered sphere near a dipole: largest error within a / 2", 1 + float(off), 1.0,
              0.024, reference="Sarvas (1987) by reciprocity")  # fmt: skip


def by_reciprocity(place: Real, moment: Real, point: Real) -> NDArray[np.complex128]:
    """E in V/m at a point of a sphere about the origin, of a dipole at `place`."""
    away = place - point
    d, r = np.linalg.norm(away), np.linalg.norm(place)
    f = d * (r * d + r**2 - point @ place)
    slope = (d**2 / r + away @ place / d + 2 * d + 2 * r) * place
    slope = slope - (d + 2 * r + away @ place / d) * point
    values = []
    for unit in np.eye(3):
        turned = np.cross(unit, point)
        flux = MU0 / (4 * np.pi * f**2) * (f * turned - (turned @ place) * slope)
        values.append(-2j * np.pi * FREQUENCY * moment @ flux)
    return np.array(values)


def square_bar(cells: int, offset: float = 0.0) -> InducedField:
    """Bar of 0.2 m x 0.2 m along the field, two cells long; its ends carry no current anyway."""
    side = 0.2
    grid = Grid.uniform((cells, cells, 2), side / cells, (offset - side / 2, -side / 2, 0.0))
    return induce(grid, np.full(grid.shape, 0.5), UPRIGHT, FREQUENCY)


def test_a_square_bar_is_the_torsion_of_a_bar(validated: Validated) -> None:
    """The stream function is Prandtl's: loss sigma (w B)^2 / 4 per metre times the torsion constant
    0.1405770 s^4, largest field at the middle of a side 0.6753145 of w B s / 2 (Timoshenko and
    Goodier, section 109: 0.1406 and 1.351 / 2). Faces on grid lines: order 2, within 0.2. The loss
    is a trapezoidal sum of the square of a field that is nearly linear, 2 / n^2 high for each of
    the two directions; the field has half of one of these, and is taken half a cell off the middle.
    """
    exact = 0.5 * RATE**2 / 4 * 0.1405770 * 0.2**4
    errors = []
    for cells in (8, 16, 32):
        bar = square_bar(cells)
        errors.append(bar.power / (2 * 0.2 / cells) / exact - 1)
        if cells == 16:
            validated("square bar, 16 x 16 cells: loss per metre", bar.power / 0.025, exact,
                      4 / 256, relative=True, reference="torsion of a bar", unit="W/m")  # fmt: skip
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(2, abs=0.2)
    middle = abs(square_bar(32).edge_field[1, 0, 15:17, 1].mean())
    validated("square bar, 32 x 32 cells: field at the middle of a side", middle,
              0.6753145 * RATE * 0.1, 2 / 1024, relative=True, reference="torsion of a square bar",
              unit="V/m")  # fmt: skip


def test_where_the_axis_is_does_not_matter() -> None:
    """A of a uniform field depends on the origin by a gradient, which the potential takes up; the
    solver's tolerance is 1e-10 of A, which one metre off is ten times as large."""
    here, there = square_bar(8), square_bar(8, offset=1.0)
    assert np.abs(here.edge_field - there.edge_field).max() < 1e-8 * np.abs(here.edge_field).max()


def test_permuted_axes_permute_the_field() -> None:
    """Body, graded grid and coil turned round together; to the solver's 1e-10."""
    lines = np.array([0, 1, 2.5, 4, 6]) * 0.01, np.linspace(0, 0.05, 6), np.linspace(0, 0.04, 5)
    kappa = np.random.default_rng(1).uniform(0.1, 1.0, (4, 5, 4))
    kappa[1, 2, 1:3] = 0.0
    coil = Polyline(((0.1, 0, 0), (0.1, 0.06, 0.01), (0.12, 0.05, 0.08)))
    plain = induce(Grid(*lines), kappa, coil, FREQUENCY)
    turned = Polyline(tuple((z, x, y) for x, y, z in coil.path))
    grid = Grid(lines[2], lines[0], lines[1])
    other = induce(grid, kappa.transpose(2, 0, 1), turned, FREQUENCY)
    back = np.roll(other.cell_field.transpose(1, 2, 0, 3), -1, axis=-1)
    assert np.abs(back - plain.cell_field).max() < 1e-8 * plain.peak()
    assert other.power == pytest.approx(plain.power, rel=1e-8)


def test_currents_add_up_to_zero_and_insulators_have_none() -> None:
    """At every node, as a share of the largest current; and two pieces that do not touch are as
    each alone."""
    grid = Grid.uniform((9, 6, 6), 5e-3)
    first, second = np.zeros((2, *grid.shape))
    first[:4], second[5:] = 0.3, 2.0
    coil = Circle((0.02, 0.015, -0.02), (0.2, 0.0, 1.0), 0.03)
    both, left = (induce(grid, kappa, coil, FREQUENCY) for kappa in (first + second, first))
    assert both.residual < 1e-9
    e = 0.3 * 25e-6 * both.edge_field  # current of an edge inside the left piece
    net = np.diff(e[0, 0:4, 1:6, 1:6], axis=0)
    net += np.diff(e[1, 1:4, 0:6, 1:6], axis=1) + np.diff(e[2, 1:4, 1:6, 0:6], axis=2)
    assert np.abs(net).max() < 1e-8 * np.abs(e[:, 1:4]).max()
    assert not both.cell_field[4].any()
    assert not both.current_density[4].any()
    assert np.abs(both.edge_field[:, :4] - left.edge_field[:, :4]).max() < 1e-8 * left.peak()


def test_a_circle_turned_in_phase() -> None:
    """Two uniform fields in quadrature: the field is linear in its sources, phase and all; so it is
    where the tissue has displacement current."""
    for kappa in (0.3, 0.3 + 0.1j):
        turning = sphere(5, UniformField((1.0, 1.0j, 0.0)), kappa)
        parts = [sphere(5, UniformField(h), kappa) for h in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))]
        expected = parts[0].cell_field + 1j * parts[1].cell_field
        assert np.abs(turning.cell_field - expected).max() < 1e-8 * parts[0].peak()
        assert turning.power == pytest.approx(parts[0].power + parts[1].power, rel=1e-8)


def test_displacement_current_of_one_tissue_changes_no_field() -> None:
    """In a homogeneous body the potential does not depend on the admittivity, only J does."""
    kappa = 0.3 + 2j * np.pi * FREQUENCY * EPS0 * 1e6
    real, both = sphere(5), sphere(5, kappa=kappa)
    assert np.abs(real.cell_field - both.cell_field).max() < 1e-8 * real.peak()
    assert np.allclose(both.current_density, kappa * both.cell_field, rtol=1e-14)
    assert both.power == pytest.approx(real.power, rel=1e-8)


def limb(cell: float, conductivities: tuple[float, float, float]) -> tuple[Grid, list[Body]]:
    """The sample phantom of muscle, fat and skin, and a grid of cubes round it."""
    regions = read_regions(resources.meshes_dir() / "limb.msh", "mm")
    bodies = [
        Body(name, regions[name].surface, "solid", Material(name, 1.0, sigma, False, "made up"), n)
        for n, (name, sigma) in enumerate(
            zip(("skin", "fat", "muscle"), conductivities, strict=True)
        )
    ]
    lo = np.min([b.surface.lo for b in bodies], axis=0)
    shape = np.ceil((np.max([b.surface.hi for b in bodies], axis=0) - lo) / cell - 1e-9)
    nx, ny, nz = shape.astype(int).tolist()
    return Grid.uniform((nx, ny, nz), cell, tuple(lo.tolist())), bodies


def test_a_limb_along_the_field(validated: Validated) -> None:
    """All three tissues alike: an elliptic cylinder, half axes a = 50 and b = 40 mm, in an axial
    field: E_x = -w B y a^2 / (a^2 + b^2), E_y = w B x b^2 / (a^2 + b^2) about its axis. Cells of
    2.5 mm change the half axes by up to 1.25 mm; they are taken from the section's own second
    moments (a^2 / 4 is the mean of x^2). The mesh has 16 sides, whose harmonics do not reach half
    the radius; the staircase's fourfold ones do by h / (2 b) (1/2)^2 = 0.8 % of the field there."""
    grid, bodies = limb(2.5e-3, (0.35, 0.35, 0.35))
    model = voxelise(bodies, grid)
    found = induce(
        grid, tissue_admittivity(model, FREQUENCY, displacement=False), UPRIGHT, FREQUENCY
    )
    centre = (bodies[0].surface.lo + bodies[0].surface.hi) / 2
    x, y = np.meshgrid(grid.centres[0] - centre[0], grid.centres[1] - centre[1], indexing="ij")
    section = found.conducting[:, :, grid.shape[2] // 2]
    a2, b2 = (4 * np.mean(u[section] ** 2) + 2.5e-3**2 / 3 for u in (x, y))
    assert (a2, b2) == pytest.approx((0.05**2, 0.04**2), rel=0.1)
    expected = np.stack([-a2 * y, b2 * x], axis=-1) * -1j * RATE / (a2 + b2)
    inner = x**2 / a2 + y**2 / b2 < 0.25
    middle = found.cell_field[:, :, grid.shape[2] // 2, :2]
    off = np.abs(middle - expected)[inner].max() / np.abs(expected[inner]).max()
    validated("limb of one tissue along the field: largest error within half its section",
              1 + float(off), 1.0, 0.008, reference="elliptic cylinder")  # fmt: skip


def test_a_limb_before_a_loop() -> None:
    """Three tissues at 4 mm before the loop of IEC 61000-4-39 at 65 A/m and 100 kHz: the largest
    field is in the skin or fat, which conduct less and are closer; the 99th percentile is below the
    peak. The power of the edges is that of the cells' mean fields plus what the means lose at the
    staircase, a layer of one cell in ten, twice."""
    grid, bodies = limb(4e-3, (0.1, 0.04, 0.35))
    kappa = tissue_admittivity(voxelise(bodies, grid), 1e5)
    loop = LOW_FREQUENCY_LOOP.at((0.0, -0.04, 0.06), (0.0, 1.0, 0.0), 0.860)
    found = induce(grid, kappa, loop, 1e5)
    muscle = np.isclose(kappa[0].real, 0.35)
    assert found.notices == ()
    strongest = np.unravel_index(np.argmax(found.magnitude), grid.shape)
    assert not muscle[strongest]
    assert 0.5 * found.peak() < found.percentile() < found.peak()
    assert found.percentile(cells=muscle) < found.percentile()
    volume = grid.spacings[0][0] ** 3
    rough = np.sum(kappa[0].real * found.magnitude**2) * volume
    assert found.power == pytest.approx(rough, rel=0.25)
