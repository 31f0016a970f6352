"""Solids: which cells lie inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import voxelise
from emtwin.voxel.inside.solids import fill, inside
from tests.unit.voxel.shapes import METAL, PLASTIC, WET, box, rotated, solid, sphere

GRID = Grid.uniform((12, 12, 12), 1.0)


def test_box_on_grid_lines_is_exact() -> None:
    model = voxelise([solid("b", box((2, 3, 4), (5, 7, 9)))], GRID)
    expected = np.full(GRID.shape, -1)
    expected[2:5, 3:7, 4:9] = 0
    assert np.array_equal(model.cell_part, expected)
    assert model.audit[0].volume_after == pytest.approx(60.0)
    assert model.audit[0].volume_before == pytest.approx(60.0)
    assert model.audit[0].cells == 60


def test_facets_through_cell_centres_act_as_if_shifted() -> None:
    """Every ray hits edges, corners and facets of this box; exactly 3 x 4 x 5 cells remain."""
    model = voxelise([solid("b", box((2.5, 3.5, 4.5), (5.5, 7.5, 9.5)))], GRID)
    assert model.audit[0].cells == 60


@given(st.tuples(*[st.integers(0, 22)] * 6))
def test_boxes_with_corners_on_lines_or_centres_hold_their_centres(c: tuple[int, ...]) -> None:
    lo = [min(a, b) / 2 for a, b in zip(c[:3], c[3:], strict=True)]
    hi = [max(a, b) / 2 + 0.5 for a, b in zip(c[:3], c[3:], strict=True)]
    body = solid("b", box((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])))
    filled = fill([body], GRID)
    within = [(x >= a) & (x < b) for x, a, b in zip(GRID.centres, lo, hi, strict=True)]
    expected = within[0][:, None, None] & within[1][:, None] & within[2]
    assert np.array_equal(filled.cell_part == 0, expected)


def test_volume_of_a_sphere_converges() -> None:
    ball = solid("s", sphere(0.37, (0.51, 0.49, 0.5), rings=48))
    exact = ball.surface.signed_volume
    errors = []
    for n in (10, 40):
        grid = Grid.uniform((n, n, n), 1.0 / n)
        errors.append(abs(fill([ball], grid).volumes[0] / exact - 1.0))
    assert errors[0] < 0.05
    assert errors[1] < 0.005


@settings(max_examples=25)
@given(st.integers(0, 2**31))
def test_turned_box_holds_exactly_the_centres_within_its_planes(seed: int) -> None:
    upright = box((4, 4.5, 3), (8, 7, 9))
    turned = rotated(upright, seed)
    found = inside(solid("b", turned), GRID)
    window, mask = found.window, found.mask
    x, y, z = np.meshgrid(*(c[s] for c, s in zip(GRID.centres, window, strict=True)), indexing="ij")
    places = np.stack([x, y, z], axis=-1)
    normals, anchors = turned.area_vectors, turned.corners[:, 0]
    depth = np.einsum("...tk,tk->...t", places[..., None, :] - anchors, normals)
    clear = np.abs(depth).min(axis=-1) > 1e-9
    assert np.array_equal(mask[clear], (depth < 0.0).all(axis=-1)[clear])


def test_cavity_stays_empty() -> None:
    outer, inner = box((1, 1, 1), (9, 9, 9)), box((3, 3, 3), (6, 6, 6))
    both = Surface(
        np.concatenate([outer.points, inner.points]),
        np.concatenate([outer.triangles, inner.triangles[:, ::-1] + 8]),
    )
    model = voxelise([solid("shell", both)], GRID)
    assert model.audit[0].volume_before == pytest.approx(512 - 27)
    assert model.audit[0].volume_after == pytest.approx(512 - 27)
    assert model.cell_part[4, 4, 4] == -1


def test_higher_priority_wins_in_any_order() -> None:
    first = solid("a", box((1, 1, 1), (6, 6, 6)), PLASTIC, 1)
    second = solid("b", box((4, 4, 4), (9, 9, 9)), WET, 2)
    for bodies, winner in (([first, second], 1), ([second, first], 0)):
        model = voxelise(bodies, GRID)
        assert model.cell_part[4, 4, 4] == winner
        assert model.audit[1 - winner].notes == ("gave cells to b",)
        assert model.audit[1 - winner].volume_after == pytest.approx(125.0)


def test_overlap_without_priority_names_both_parts() -> None:
    first = solid("board", box((1, 1, 1), (6, 6, 6)), PLASTIC)
    second = solid("battery", box((4, 4, 4), (9, 9, 9)), METAL)
    with pytest.raises(InputError, match=r"'board' .*'battery' .*8 cells, and both.*priority 1"):
        voxelise([first, second], GRID)


def test_overlap_of_one_material_or_touching_parts_is_no_error() -> None:
    first = solid("a", box((1, 1, 1), (6, 6, 6)), PLASTIC)
    same = solid("b", box((4, 4, 4), (9, 9, 9)), PLASTIC)
    beside = solid("c", box((6, 1, 1), (9, 3, 3)), WET)
    assert voxelise([first, same, beside], GRID).audit[2].cells == 12


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (1, 0, 2)])
def test_axis_permutation_permutes_the_ids(order: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(3)
    lines = [np.insert(np.cumsum(rng.uniform(0.7, 1.4, n)), 0, 0.0) for n in (9, 10, 11)]
    bodies = [
        solid("ball", sphere(2.6, (4.6, 4.7, 4.9)), WET, 1),
        solid("bar", rotated(box((3, 3, 2), (5, 6, 7)), 1), METAL, 2),
    ]
    model = voxelise(bodies, Grid(*lines))
    turned = [solid(b.name, b.surface.permuted(order), b.material, b.priority) for b in bodies]
    other = voxelise(turned, Grid(*(lines[a] for a in order)))
    assert np.array_equal(other.cell_part, model.cell_part.transpose(order))
    for new, old in enumerate(order):
        eps = model.medium.permittivity[model.medium.ids[old]].transpose(order)
        assert np.allclose(other.medium.permittivity[other.medium.ids[new]], eps, rtol=3e-6)
        assert np.array_equal(other.metal_part[new], model.metal_part[old].transpose(order))
