"""The benchmark of the voxeliser: its scene, its peers, its rows."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from benchmarks import voxel
from emtwin.backends import select_backend
from emtwin.voxel.inside.solids import inside, is_balanced


def test_the_scene_is_closed_and_as_large_as_asked() -> None:
    surface = voxel.wavy_torus(5000)
    assert len(surface.triangles) == pytest.approx(5000, rel=0.05)
    assert is_balanced(surface)
    assert surface.signed_volume > 0
    assert surface.lo.min() > 0
    assert surface.hi.max() < 1


def test_pyvista_marks_the_same_cells() -> None:
    """Its stencil looks at the same centres: what differs lies on the surface, to rounding."""
    pytest.importorskip("pyvista")
    body, grid = voxel.scene(3000, 24)
    found = inside(body, grid)
    mask = np.zeros(grid.shape, dtype=bool)
    mask[found.window] = found.mask
    _, share, note = voxel._pyvista_stencil(body.surface, mask)
    assert share == 1.0
    assert float(note.split()[0]) < 1e-3


def test_rows_hold_speeds_and_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that is not installed has a row without value, which counts as missed."""
    ordinary = builtins.__import__

    def without_trimesh(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] in ("trimesh", "rtree"):
            raise ImportError("No module named 'trimesh'")
        return ordinary(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_trimesh)
    monkeypatch.setattr(voxel, "PEERS", {k: v for k, v in voxel.PEERS.items() if "trimesh" in k})
    rows = voxel.compared(1000, 12, select_backend("numpy"))
    missing = [row for row in rows if row.unit == "times"]
    assert len(missing) == 2
    assert all(row.met is False and "trimesh" in row.note for row in missing)
    speeds = [row for row in rows if row.unit in ("Mcells/s", "Mtriangles/s")]
    assert len(speeds) == 4
    assert all(row.value is not None and row.value > 0 for row in speeds)


def test_memory_and_time_of_the_large_scene_come_from_a_process_of_its_own() -> None:
    rows = voxel.large(2000, 40)
    by_unit = {row.unit: row for row in rows}
    assert by_unit["s"].value > 0
    assert by_unit["bytes/cell"].value > 0
    assert by_unit["bytes/cell"].direction == "lower"
