"""What the planner promises of waves, gaps, tilted facets and the time step."""

from __future__ import annotations

import time
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.geometry import Surface
from emtwin.materials import Material
from emtwin.voxel import Body, Box, Plan, Resolution, find_gaps, plan, smallest_cells
from emtwin.voxel.gaps.flat import gap_notices
from emtwin.voxel.planning.limits import largest_cell, wavelength
from tests.unit.voxel.shapes import METAL, PLASTIC, box, plate, sheet, solid, sphere

EXTENT = Box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))
REFINED = Box((-0.1, -0.1, -0.1), (0.1, 0.1, 0.1))
Corner = tuple[float, float, float]


def planned(bodies: list[Body], f_max: float = 1e9, **changes: Any) -> Plan:
    """Plan with ten cells per wavelength and every gap up to 16 mm."""
    options: dict[str, Any] = {
        "fixed": ((), (), ()),
        "refined": REFINED,
        "finest_cell": 0.008,
        "coarsest_cell": max(0.3e9 / f_max / 10, 0.008),
        "extent": EXTENT,
        "absorber_cells": ((0, 0), (0, 0), (0, 0)),
        "smallest_cell": 0.0015,
        "resolution": Resolution(f_max, 10.0, find_gaps(bodies, 0.016)),
    }
    return plan(bodies, **(options | changes))


def names(result: Plan) -> list[str]:
    """Names of its notices."""
    return [notice.name for notice in result.notices]


def test_cells_in_a_part_follow_its_wavelength_and_are_coarser_elsewhere() -> None:
    water = Material("water", 80.0, 0.0, False, "test")
    part = solid("tank", box((-0.03, -0.03, -0.03), (0.03, 0.03, 0.03)), water)
    result = planned([part])
    wanted = wavelength(water, 1e9) / 10
    for lines in result.grid.lines:
        assert largest_cell(lines, -0.03, 0.03) <= wanted * (1 + 1e-9)
        assert largest_cell(lines, 0.05, 0.1) > 1.3 * wanted
    assert result.notices == ()


def test_a_wavelength_below_the_smallest_cell_is_told() -> None:
    carbon = Material("carbon", 4.0, 1e3, False, "test")
    part = solid("gasket", box((-0.03, -0.03, -0.03), (0.03, 0.03, 0.03)), carbon)
    result = planned([part])
    assert names(result) == ["wavelength-unresolved"]
    assert "part 'gasket' wants cells of 0.224 mm" in result.notices[0].message
    assert min(d.min() for d in result.grid.spacings) >= 0.75e-3


def test_a_gap_gets_two_cells_where_the_smallest_cell_allows() -> None:
    slot = plate((-0.05, -0.002, 0.002, 0.05), (-0.04, -0.03, 0.03, 0.04), 0.0, ((1, 1),))
    result = planned([sheet("wall", slot)])
    (gap,) = result.gaps
    assert (gap.cells, gap.cell) == pytest.approx((2, 0.002))
    assert result.notices == ()
    coarse = planned([sheet("wall", slot)], smallest_cell=0.003)
    assert (coarse.gaps[0].cells, names(coarse)) == (1, [])
    assert [notice.name for notice in gap_notices(coarse.gaps)] == ["gap-coarse"]
    narrow = plate((-0.05, 0.0, 0.0002, 0.05), (-0.04, -0.03, 0.03, 0.04), 0.0, ((1, 1),))
    closed = planned([sheet("wall", narrow)])
    assert (closed.gaps[0].cells, names(closed)) == (0, ["lines-merged"])
    assert [notice.name for notice in gap_notices(closed.gaps)] == ["gap-closed"]


def test_finer_levels_divide_gaps_and_materials_further() -> None:
    slot = plate((-0.05, -0.002, 0.002, 0.05), (-0.04, -0.03, 0.03, 0.04), 0.0, ((1, 1),))
    body = sheet("wall", slot)
    half = Resolution(1e9, 10.0, find_gaps([body], 0.016), factor=0.5)
    result = planned([body], resolution=half, smallest_cell=0.75e-3, finest_cell=0.004)
    assert result.gaps[0].cells == 4


def test_a_slightly_tilted_facet_is_one_line_and_a_curved_one_adds_few() -> None:
    block = box((-0.05, -0.05, -0.02), (0.05, 0.05, 0.02))
    points = block.points.copy()
    points[:, 2] += 0.002 * points[:, 0]  # 0.1 degree: 0.2 mm over the length
    flat, tilted = (
        planned([solid("a", block)]),
        planned([solid("a", Surface(points, block.triangles))]),
    )
    assert tilted.grid.shape == flat.grid.shape
    assert np.abs(tilted.grid.z - 0.02).min() < 1e-9  # its mean height
    ball = planned([solid("ball", sphere(0.05, (0.0, 0.0, 0.0), rings=150))])
    assert max(ball.grid.shape) <= max(flat.grid.shape) + 4
    assert ball.notices == ()


def test_who_sets_the_smallest_cell_and_what_it_costs() -> None:
    """Of cells a, a, b the Courant limit goes with 1 / sqrt(2 / a^2 + 1 / b^2)."""
    film = solid("film", box((-0.04, -0.04, 0.0), (0.04, 0.04, 0.002)))
    result = planned([film])
    x, _, z = smallest_cells(result)
    assert z.size == pytest.approx(0.002)
    assert z.source.startswith("film at ")
    assert z.without > 1.5 * z.size
    other = x.size
    with_, without = (np.sqrt(2 / other**2 + 1 / size**2) for size in (z.size, z.without))
    assert z.steps == pytest.approx(with_ / without)
    assert x.steps < 1.1


def test_a_gap_that_sets_the_smallest_cell_is_named() -> None:
    slot = plate((-0.05, -0.002, 0.002, 0.05), (-0.04, -0.03, 0.03, 0.04), 0.0, ((1, 1),))
    x = smallest_cells(planned([sheet("wall", slot)]))[0]
    assert x.source == "gap of 4 mm in wall"
    assert x.size == pytest.approx(0.002)
    assert 0.0038 < x.without <= 0.004


_place = st.floats(-0.09, 0.09)
_edge = st.tuples(_place, st.floats(0.001, 0.06))
_boxes = st.lists(
    st.tuples(_edge, _edge, _edge, st.sampled_from([METAL, PLASTIC])), min_size=1, max_size=4
)


def bodies_of(drawn: list[tuple[Any, ...]], order: tuple[int, int, int] = (0, 1, 2)) -> list[Body]:
    """Boxes from places and sizes, their axes in another order."""
    bodies = []
    for number, (x, y, z, material) in enumerate(drawn):
        lo: Corner = (x[0], y[0], z[0])
        hi: Corner = (sum(x), sum(y), sum(z))
        bodies.append(solid(f"part {number}", box(lo, hi).permuted(order), material))
    return bodies


@settings(max_examples=30, deadline=None)
@given(_boxes)
def test_every_promise_is_kept_or_told(drawn: list[tuple[Any, ...]]) -> None:
    bodies = bodies_of(drawn)
    result = planned(bodies, fixed=((0.0123,), (), ()))
    told = names(result)
    assert np.abs(result.grid.x - 0.0123).min() < 1e-12
    for body in bodies:
        if not body.material.metal:
            wanted = wavelength(body.material, 1e9) / 10
            for axis, lines in enumerate(result.grid.lines):
                cell = largest_cell(lines, body.surface.lo[axis], body.surface.hi[axis])
                assert cell <= wanted * (1 + 1e-6) or "wavelength-unresolved" in told
    for sizes in result.grid.spacings:
        ratio = np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:])
        assert ratio.max() <= 1.3 * (1 + 1e-6) or "grading-exceeded" in told
        assert sizes.min() >= 0.5 * 0.0015 * (1 - 1e-9)
    narrow = [gap for gap in result.gaps if (gap.cells or 0) < 2]
    assert bool(narrow) == bool(gap_notices(result.gaps))


@settings(max_examples=10, deadline=None)
@given(_boxes, st.sampled_from(list(permutations(range(3)))))
def test_exchanged_axes_exchange_the_lines(
    drawn: list[tuple[Any, ...]], order: tuple[int, int, int]
) -> None:
    plain, turned = planned(bodies_of(drawn)), planned(bodies_of(drawn, order))
    for axis in range(3):
        assert np.array_equal(turned.grid.lines[axis], plain.grid.lines[order[axis]])
    assert len(turned.gaps) == len(plain.gaps)


@settings(max_examples=10, deadline=None)
@given(_boxes, st.floats(0.3e9, 3e9), st.floats(1.0, 3.0))
def test_more_frequency_never_takes_fewer_cells(
    drawn: list[tuple[Any, ...]], f_max: float, more: float
) -> None:
    few, many = (planned(bodies_of(drawn), f).grid.n_cells for f in (f_max, f_max * more))
    assert few <= many


def test_a_thousand_planes_and_a_hundred_thousand_triangles_take_seconds() -> None:
    fins = [
        solid(f"fin {n}", box((0.0015 * n, 0.0, 0.0), (0.0015 * n + 0.00075, 0.05, 0.05)), METAL)
        for n in range(500)
    ]
    ball = solid("ball", sphere(0.2, (-0.3, 0.0, 0.0), rings=160))
    assert len(ball.surface.triangles) > 100_000
    start = time.process_time()
    extent = Box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))
    result = planned([*fins, ball], extent=extent, smallest_cell=0.5e-3)
    assert time.process_time() - start < 10.0
    assert len(result.gaps) == 499
