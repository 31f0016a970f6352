"""Every fault is counted, located and told in one sentence; sound surfaces have none."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.geometry.diagnosis import diagnose
from emtwin.geometry.intersections import self_intersections
from tests.unit.geometry.damage import box, joined, more, torn, turned
from tests.unit.voxel.shapes import rotated, sphere

BALL = sphere(0.02, (0.0, 0.0, 0.0))
SHELL = joined(box(), turned(box(0.02, 0.01)))  # a cube with a cavity


@pytest.mark.parametrize("surface", [box(), BALL, rotated(BALL, 3)])
def test_sound_surface_has_no_fault(surface: Surface) -> None:
    found = diagnose(surface)
    assert found.sound
    assert (found.shells, found.missing) == (1, 0.0)


def test_cavity_is_no_fault() -> None:
    found = diagnose(SHELL)
    assert found.sound
    assert (found.shells, found.cavities) == (2, 1)


# Surface, fault, how many, part of its sentence. Sides of the cube: 40 mm.
FAULTS: dict[str, tuple[Surface, str, int, str]] = {
    "face missing": (
        Surface(box().points, box().triangles[2:]),
        "open-rims",
        1,
        "1 hole, 56.6 mm across with a rim of 160 mm at (20, 20, 0) mm; together 0.17 of",
    ),
    "two holes": (
        Surface(box().points, box().triangles[[0, 1, 4, 5, 6, 7, 8, 9, 10, 11]][2:]),
        "open-rims",
        2,
        "2 holes, the largest 56.6 mm across",
    ),
    "torn apart": (torn(BALL, 1e-6), "tiny-gaps", 48, "gaps below 0.0069 mm at 48 points"),
    "one face turned": (turned(box(), slice(0, 2)), "disagreeing-normals", 4, "disagree at 4"),
    "inside out": (turned(box()), "inverted-shells", 1, "1 closed pieces are inside out"),
    "nested": (joined(box(), box(0.02, 0.01)), "nested-shells", 1, "inside others face outward"),
    "twice": (more(box(), [[0, 2, 3]]), "duplicate-faces", 1, "1 triangles are there more than"),
    "turned copy": (more(box(), [[3, 2, 0]]), "mirrored-faces", 1, "opposite normal"),
    "inner wall": (more(box(), [[0, 1, 7], [0, 7, 6]]), "non-manifold-edges", 4, "in a T"),
    "flat": (more(box(), [[0, 1, 8]], (0.02, 0.0, 0.0)), "zero-area", 1, "1 triangles have no"),
    "needle": (more(box(), [[0, 1, 8]], (0.02, -1e-6, 0.0)), "needles", 1, "are needles"),
    "through itself": (
        joined(box(), rotated(box(0.02, 0.03), 1)),
        "self-intersections",
        -1,
        "pairs of triangles cross, one at (",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_is_counted_and_told(case: str) -> None:
    surface, name, count, text = FAULTS[case]
    found = diagnose(surface)
    assert not found.sound
    assert found.count(name) == count or (count < 0 and found.count(name) > 0)
    fault = next(fault for fault in found.faults if fault.name == name)
    assert text in fault.message


def test_place_is_in_millimetres() -> None:
    found = diagnose(more(box(), [[0, 2, 3]]))
    (place,) = [fault.place for fault in found.faults if fault.name == "duplicate-faces"]
    assert place == pytest.approx((40 / 3, 80 / 3, 0.0))


def test_moebius_strip_has_one_side() -> None:
    """A ring of quadrilaterals whose cross-section turns by half a turn in one round."""
    n = 24
    angle = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    out = np.stack([np.cos(angle), np.sin(angle), np.zeros(n)], axis=1)
    across = 0.2 * (np.cos(angle / 2)[:, None] * out + np.sin(angle / 2)[:, None] * [0, 0, 1])
    points = np.concatenate([out + across, out - across])
    quads = [(i, i + 1, i + n + 1, i + n) for i in range(n - 1)] + [(n - 1, n, 0, 2 * n - 1)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    found = diagnose(Surface(points, np.array(triangles)))
    assert found.count("one-sided") == 1


def test_intersections_of_two_cubes_are_found_where_they_cross() -> None:
    """A rod through a cube's two faces: only pairs of one triangle of each cross."""
    rod = Surface(box().points * [3.0, 0.23, 0.31] + [-0.03, 0.013, 0.017], box().triangles)
    found = self_intersections(joined(box(), rod))
    assert found.searched == 1.0
    assert len(found.pairs) >= 16  # each of the rod's four long edges goes through two faces
    assert (np.sort(found.pairs // 12, axis=1) == [0, 1]).all()


def test_search_that_was_cut_short_says_so() -> None:
    assert self_intersections(BALL, most_pairs=100).searched < 1.0
