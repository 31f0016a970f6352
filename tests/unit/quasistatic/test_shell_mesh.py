"""Finer triangles: the same surface, whole, with short edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.geometry import topology
from emtwin.geometry.topology import edges_of
from emtwin.quasistatic.shell_mesh import refined
from tests.physics.shell_meshes import box, ring


@settings(max_examples=25)
@given(st.tuples(*[st.floats(0.1, 1)] * 3), st.floats(0.15, 0.6))
def test_a_box_stays_a_box(sides: tuple[float, float, float], edge: float) -> None:
    """Closed, normals out, of the same area and volume; no edge is too long, no triangle flat."""
    fine = refined(box(sides, (1, 1, 1)), edge)
    found, edges = topology(fine), edges_of(fine.triangles)
    assert found.closed
    assert found.manifold
    assert found.consistent
    assert fine.signed_volume == pytest.approx(np.prod(sides), rel=1e-12)
    x, y, z = sides
    assert fine.area == pytest.approx(2 * (x * y + y * z + z * x), rel=1e-12)
    ends = fine.points[edges.ends]
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).max() <= edge * (1 + 1e-6)
    assert fine.areas.min() > 0


def test_an_open_surface_keeps_its_rims() -> None:
    coarse = ring(0.5, 1.0, 1, 8)
    fine = refined(coarse, 0.2)
    assert fine.area == pytest.approx(coarse.area, rel=1e-12)
    assert len(fine.points) - topology(fine).edges + len(fine.triangles) == 0  # Euler: a ring


def test_nothing_to_do() -> None:
    coarse = box((1, 1, 1), (2, 2, 2))
    assert len(refined(coarse, 1.0).triangles) == len(coarse.triangles)


def test_impossible_edges() -> None:
    with pytest.raises(InputError, match="edges need a positive length, got 0 m"):
        refined(box((1, 1, 1), (1, 1, 1)), 0.0)
    with pytest.raises(InputError, match=r"edges of 0\.01 m make more than 6000 triangles"):
        refined(box((1, 1, 1), (1, 1, 1)), 0.01)
