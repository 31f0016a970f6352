"""What is mended, what is left, and that every mend is told."""

from __future__ import annotations

import time

import numpy as np
import pytest

from emtwin.geometry import Surface, oriented, topology
from emtwin.geometry.labels import boundaries
from emtwin.geometry.repair import cleaned, repaired_solid
from emtwin.geometry.surface import weld
from tests.unit.geometry.damage import box, joined, more, torn, turned
from tests.unit.voxel.shapes import sphere

BALL = sphere(0.02, (0.0, 0.0, 0.0))
SHELL = joined(box(), turned(box(0.02, 0.01)))
CORE = box(0.01, 0.015)
BESIDE = Surface(SHELL.points + np.array([0.1, 0.0, 0.0]), SHELL.triangles)
# A sliver between the halves of a cube's edge: point 8 lies in the middle of the edge 0-1.
SLIVER = more(
    Surface(box().points, np.delete(box().triangles, 4, axis=0)),
    [[0, 8, 5], [8, 1, 5], [8, 0, 1]],
    (0.02, 0.0, 0.0),
)

# Damaged surface, notice, part of its text, volume of the sound one.
MENDED: dict[str, tuple[Surface, str, str, float]] = {
    "copies": (more(box(), [[0, 2, 3], [3, 2, 0]]), "duplicate-faces", "2 triangles", 6.4e-5),
    "sliver": (SLIVER, "degenerate-triangles", "1 triangles had no area, one at (20, 0", 6.4e-5),
    "torn": (torn(BALL, 1e-6), "gaps-stitched", "gaps of up to 0.001 mm", BALL.signed_volume),
    "wall": (more(box(), [[0, 1, 7], [0, 7, 6]]), "inner-walls", "1 walls lay inside", 6.4e-5),
    "fin": (
        more(box(), [[1, 8, 9], [1, 9, 3]], (0.08, 0.0, 0.0), (0.08, 0.04, 0.0)),
        "fins",
        "1 fins without thickness",
        6.4e-5,
    ),
    "lost": (
        Surface(BALL.points, np.delete(BALL.triangles, [7, 300, 901], axis=0)),
        "holes-closed",
        "3 holes of the size of one triangle",
        BALL.signed_volume,
    ),
    "turned": (turned(box(), slice(0, 2)), "normals-turned", "of 2 of 12 triangles", 6.4e-5),
    "inside out": (turned(box()), "normals-turned", "1 closed pieces were inside out", 6.4e-5),
    "cavity in an inverted cube": (turned(SHELL), "normals-turned", "24 of 24", 5.6e-5),
    "nested": (joined(box(), box(0.02, 0.01)), "nested-shells", "space in them is filled", 6.4e-5),
    "cavity in a nested cube": (
        joined(box(), box(0.02, 0.01), turned(CORE)),
        "nested-shells",
        "1 closed pieces inside another one",
        6.4e-5,
    ),
    "inside out in a cavity": (
        joined(SHELL, turned(CORE)),
        "normals-turned",
        "of 12 of 36 triangles pointed inward, one at (18.33, 21.67, 15) mm, 1 closed pieces were",
        5.7e-5,
    ),
    "one of two inside out": (joined(SHELL, turned(BESIDE)), "normals-turned", "24 of 48", 1.12e-4),
}


@pytest.mark.parametrize("case", MENDED)
def test_fault_is_mended_and_told(case: str) -> None:
    surface, name, text, volume = MENDED[case]
    mended = repaired_solid(surface, "region 'x'")
    told = {notice.name: notice.message for notice in mended.notices}
    assert text in told[name]
    assert told[name].startswith("region 'x': ")
    assert topology(mended.surface).closed
    assert mended.surface.signed_volume == pytest.approx(volume, rel=1e-4)


@pytest.mark.parametrize("surface", [box(), BALL, SHELL, joined(SHELL, CORE)])
def test_sound_surface_stays_as_it_is(surface: Surface) -> None:
    mended = repaired_solid(surface, "region 'x'")
    assert mended.notices == ()
    assert np.array_equal(mended.surface.triangles, surface.triangles)


def test_two_cubes_that_share_a_face_become_one() -> None:
    """Their common face is there twice, with opposite normals, and lies inside the whole."""
    right = Surface(box().points + np.array([0.04, 0.0, 0.0]), box().triangles)
    mended = repaired_solid(weld(joined(box(), right)), "region 'x'")
    assert [notice.name for notice in mended.notices] == ["duplicate-faces", "inner-walls"]
    assert topology(mended.surface).manifold
    assert mended.surface.signed_volume == pytest.approx(2 * 6.4e-5)


def test_gap_above_the_stated_share_is_left() -> None:
    mended = repaired_solid(torn(BALL, 1e-4), "region 'x'")
    assert "gaps-stitched" not in {notice.name for notice in mended.notices}
    assert not topology(mended.surface).closed


def test_self_intersection_is_told_and_left() -> None:
    ball = Surface(BALL.points + np.array([0.011, 0.002, 0.003]), BALL.triangles)
    both = joined(BALL, ball)
    mended = repaired_solid(both, "region 'x'")
    assert [notice.name for notice in mended.notices] == ["self-intersections"]
    assert np.array_equal(mended.surface.triangles, both.triangles)


def test_cavity_stays_where_its_walls_meet_the_sides_of_other_triangles() -> None:
    """Voxels are such bodies: a ray along a wall runs in the sides of the outer triangles."""
    label = np.full((22, 18, 14), -1, dtype=np.int16)
    label[3:19, 3:15, 3:11] = 0
    label[7:15, 6:12, 5:9] = 1
    surface = dict(boundaries(label))[0]
    assert repaired_solid(surface, "region 'x'").notices == ()
    assert oriented(surface).signed_volume == pytest.approx(16 * 12 * 8 - 8 * 6 * 4)


def test_shell_that_crosses_another_is_not_left_out() -> None:
    """It ends in the notch of an L, within the bounds of the L, with most of it in the metal."""
    corner = np.full((4, 4, 3), -1, dtype=np.int16)
    corner[1:3, 1:3, 1] = 0
    corner[2, 2, 1] = -1
    notched = dict(boundaries(corner))[0]
    bar = Surface(box(0.8).points * [1.8, 0.75, 0.5] + [-0.4, 0.05, -0.2], box().triangles)
    both = joined(notched, turned(bar))
    mended = repaired_solid(both, "region 'x'")
    assert "self-intersections" in {notice.name for notice in mended.notices}
    assert len(mended.surface.triangles) == len(both.triangles)


def test_sheet_keeps_its_openings_and_loses_its_copies() -> None:
    half = Surface(box().points, np.concatenate([box().triangles[:6], box().triangles[:1]]))
    mended = cleaned(half, "region 'x'")
    assert [notice.name for notice in mended.notices] == ["duplicate-faces"]
    assert topology(mended.surface).boundary == 8


def test_open_patches_face_outward_together() -> None:
    """The faces of a cube as six loose plates, three of them inward, one missing."""
    loose = Surface(box().corners.reshape(-1, 3), np.arange(36).reshape(12, 3))
    faces = [Surface(loose.points, loose.triangles[2 * n : 2 * n + 2]) for n in range(1, 6)]
    plates = [turned(face) if n % 2 else face for n, face in enumerate(faces)]
    inside_out = joined(*plates)
    outward = oriented(inside_out)
    middle = np.full(3, 0.02)
    away = np.einsum("ij,ij->i", outward.area_vectors, outward.corners.mean(axis=1) - middle)
    assert (away > 0.0).all()


def test_cavity_stays_when_single_normals_are_turned() -> None:
    which = np.zeros(24, dtype=bool)
    which[[0, 5, 14]] = True
    assert oriented(turned(SHELL, which)).signed_volume == pytest.approx(5.6e-5)


@pytest.mark.slow
def test_a_million_triangles_are_oriented_in_seconds() -> None:
    """The aim is seconds; the bound leaves room for a loaded machine."""
    ball = sphere(0.02, (0.0, 0.0, 0.0), 500)
    which = np.random.default_rng(0).uniform(size=len(ball.triangles)) < 0.4
    began = time.monotonic()
    assert topology(oriented(turned(ball, which))).consistent
    assert time.monotonic() - began < 60.0
